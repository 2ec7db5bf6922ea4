import { UpstreamError } from '../../errors.ts';
import type { ImageAttributes, ImageChanges } from '../../upstream/model.ts';
import type { GatewayContext } from '../context.ts';
import { updateImage } from '../data/writes.ts';
import type { ImageUserError } from '../generated.ts';
import { noSuchImage, refuseId, userError } from './refusal.ts';

/** The result of changing one image. */
export interface ImageChangeResult {
  /** The image after the change; null if nothing was changed. */
  readonly image: ImageAttributes | null;
  /** Why nothing was changed; empty on success. */
  readonly userErrors: readonly ImageUserError[];
}

/** The longest name or tag that the Images API accepts. Source: `/v2/schemas/image`. */
const maxTextLength = 255;

/** Changes attributes of an image. @throws GatewayError for failures that the user cannot fix. */
export async function changeImage(
  imageId: string,
  changes: ImageChanges,
  context: GatewayContext,
): Promise<ImageChangeResult> {
  const invalid = [...refuseId('imageId', imageId), ...refuseChanges(changes)];
  if (invalid.length > 0) return { image: null, userErrors: invalid };
  try {
    return { image: await updateImage(imageId, changes, context), userErrors: [] };
  } catch (error) {
    context.loaders.startOver();
    return { image: null, userErrors: [explainRefusal(error, imageId, changes)] };
  }
}

/** Validates the values before anything is sent. */
function refuseChanges(changes: ImageChanges): ImageUserError[] {
  if (Object.keys(changes).length === 0) {
    return [userError('INVALID_INPUT', 'The input names no attribute to change.', ['input'])];
  }
  const texts = [
    ...(changes.name === undefined ? [] : [['name', changes.name] as const]),
    ...(changes.tags ?? []).map((tag) => ['tags', tag] as const),
  ];
  return texts.flatMap(([name, text]) => {
    const why = findTextProblem(text);
    return why === null ? [] : [userError('INVALID_INPUT', `A text in "${name}" ${why}.`, ['input', name])];
  });
}

/**
 * What prevents the Images API from storing this text; null if it can. Checked here because Glance rejects such
 * characters in tags only after it has applied the other changes.
 */
function findTextProblem(text: string): string | null {
  if (text.length > maxTextLength) return `is longer than ${maxTextLength} characters`;
  if (!text.isWellFormed()) return 'contains half of a surrogate pair';
  return /[\u{10000}-\u{10ffff}]/u.test(text) ? 'contains a character of four bytes in UTF-8, such as an emoji' : null;
}

/** The user error for a change that upstream refused. @throws the error itself if the user cannot fix its cause. */
function explainRefusal(error: unknown, imageId: string, { visibility, tags }: ImageChanges): ImageUserError {
  if (!(error instanceof UpstreamError)) throw error;
  switch (error.status) {
    case 400:
      return userError('INVALID_INPUT', `The Images API does not accept a value for image ${imageId}.`, ['input']);
    case 403:
      return visibility && isAboutVisibility(error) ? notAllowed(imageId, visibility) : notOwner(imageId);
    case 404:
      return noSuchImage({ imageId });
    case 413:
      if (error.code === 'RATE_LIMITED' || tags === undefined) throw error;
      return userError('INVALID_INPUT', `Image ${imageId} cannot have that many tags in this cloud.`, [
        'input',
        'tags',
      ]);
    default:
      throw error;
  }
}

/** Glance's error names the policy rule. Source: `glance/api/policy.py`, the rules for image visibility. */
function isAboutVisibility(error: UpstreamError): boolean {
  return error.says('publicize_image') || error.says('communitize_image');
}

function notAllowed(imageId: string, visibility: string): ImageUserError {
  return userError(
    'VISIBILITY_NOT_ALLOWED',
    `This cloud does not allow this token to make image ${imageId} ${visibility}; an administrator can do it.`,
    ['input', 'visibility'],
  );
}

function notOwner(imageId: string): ImageUserError {
  return userError(
    'NOT_IMAGE_OWNER',
    `Only the project that owns image ${imageId} can change it, with a token that has permission.`,
    ['input', 'imageId'],
  );
}
