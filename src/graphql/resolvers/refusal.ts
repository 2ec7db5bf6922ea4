import { UpstreamError } from '../../errors.ts';
import type { ImageAttributes, ImageMemberKey } from '../../upstream/model.ts';
import { whyNotAddressable } from '../../upstream/path.ts';
import type { GatewayContext } from '../context.ts';
import type { ImageUserError, ImageUserErrorCode } from '../generated.ts';
import { explainUnusable } from '../ids.ts';

/** A write to a member. */
export type Write = 'create' | 'delete' | 'update';

const imageField = ['input', 'imageId'];
const memberField = ['input', 'memberId'];

/** Validates the ids of a write before anything is sent. */
export function refuseIds({ imageId, memberId }: ImageMemberKey): ImageUserError[] {
  return [...refuseId('imageId', imageId), ...refuseId('memberId', memberId)];
}

/** Validates one id by this rule. */
export function refuseId(name: keyof ImageMemberKey, id: string, whyNot = whyNotAddressable): ImageUserError[] {
  const why = whyNot(id);
  return why === null ? [] : [userError('INVALID_INPUT', explainUnusable(name, why), ['input', name])];
}

/** The user error for sharing an image with a project that is already a member. */
export function alreadyMember({ imageId, memberId }: ImageMemberKey): ImageUserError {
  return userError('ALREADY_MEMBER', `${memberId} is already a member of image ${imageId}.`, memberField);
}

/**
 * The user error for a write that upstream refused. Upstream words some refusals alike, so another read may be needed to
 * find out whether the caller, the image or the member is the reason.
 *
 * @throws the error itself if the user cannot fix its cause.
 */
export async function explainRefusal(
  error: unknown,
  write: Write,
  key: ImageMemberKey,
  context: GatewayContext,
): Promise<ImageUserError> {
  if (!(error instanceof UpstreamError)) throw error;
  switch (error.status) {
    case 400:
      return userError('INVALID_INPUT', `The Images API does not accept "${key.memberId}" as a member.`, memberField);
    case 403:
      return explainForbidden(error, write, key, context);
    case 404:
      return explainNotFound(write, key);
    case 409:
      return alreadyMember(key);
    case 413:
      if (error.code === 'RATE_LIMITED') throw error;
      return userError(
        'MEMBER_LIMIT_EXCEEDED',
        `Image ${key.imageId} has as many members as this cloud allows. Remove one first.`,
        imageField,
      );
    default:
      throw error;
  }
}

async function explainForbidden(
  error: UpstreamError,
  write: Write,
  key: ImageMemberKey,
  context: GatewayContext,
): Promise<ImageUserError> {
  let image: ImageAttributes | null;
  try {
    image = await context.loaders.image(key.imageId);
  } catch {
    throw error;
  }
  if (image === null) return explainNotFound(write, key);
  if (image.visibility !== 'SHARED') return imageNotShared(image);
  if (write === 'update' && image.owner?.id === key.memberId) {
    return unknownMember(
      key.imageId,
      `project ${key.memberId} owns the image, and an owner cannot accept or reject it.`,
    );
  }
  if (write === 'update') {
    return userError(
      'NOT_IMAGE_MEMBER',
      `Only ${key.memberId} itself can set its member status in image ${key.imageId}, with a token of its own project; ` +
        "the image's owner cannot do it for the consumer.",
      memberField,
    );
  }
  return notOwner(key, write);
}

/** The user error for adding or removing members of another project's image. */
export function notOwner({ imageId }: Pick<ImageMemberKey, 'imageId'>, write: Write): ImageUserError {
  const help = write === 'delete' ? ' A member that does not want the image can set its own status to REJECTED.' : '';
  return userError(
    'NOT_IMAGE_OWNER',
    `Only the project that owns image ${imageId} can add or remove members, with a token that has permission.${help}`,
    imageField,
  );
}

/** The user error for changing the members of an image that has none. */
export function imageNotShared({ id, visibility }: ImageAttributes): ImageUserError {
  return userError(
    'IMAGE_NOT_SHARED',
    `Image ${id} is ${visibility}; its members can be changed only while it is SHARED. Its owner can make it SHARED.`,
    imageField,
  );
}

/** The user error for an image that does not exist or that the token may not see. */
export function noSuchImage({ imageId }: Pick<ImageMemberKey, 'imageId'>): ImageUserError {
  return userError('NOT_FOUND', `There is no image ${imageId}, or this token may not see it.`, imageField);
}

/** The user error for setting the caller's own status if its member id is unknown; `why` completes the sentence. */
export function unknownMember(imageId: string, why: string): ImageUserError {
  return userError('NOT_IMAGE_MEMBER', `The member status in image ${imageId} was not changed: ${why}`, memberField);
}

/** The user error for an input that is invalid as a whole. */
export function invalidInput(message: string): ImageUserError {
  return userError('INVALID_INPUT', message, ['input']);
}

function explainNotFound(write: Write, { imageId, memberId }: ImageMemberKey): ImageUserError {
  if (write === 'create') return noSuchImage({ imageId });
  const help = write === 'update' ? ' Only a member can set its status, with a token of its own project.' : '';
  return userError(
    'NOT_FOUND',
    `There is no member ${memberId} of image ${imageId}, or this token may not see the image or the member.${help}`,
    null,
  );
}

/** Creates a user error; `field` is the path of the invalid argument, or null if it is not a single one. */
export function userError(code: ImageUserErrorCode, message: string, field: readonly string[] | null): ImageUserError {
  return { code, message, field };
}
