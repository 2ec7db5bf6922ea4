import { UpstreamError } from '../errors.ts';
import type { Call, Service } from './call.ts';
import { type ImagePage, type ReadPage, readPage, toMarker } from './image-pages.ts';
import { type ImageQuery, imagesByIdPath, imagesByMemberStatusPath, imagesPath } from './image-query.ts';
import type { ImageAttributes, ImageChanges, ImageMember, ImageMemberKey, MemberStatus } from './model.ts';
import { toPathSegment } from './path.ts';
import { onePerMember, type Rows, toRows } from './rows.ts';
import { foldId, mayBeSameId } from './same-id.ts';
import { type ClientCaller, type Read, Session } from './session.ts';
import type { ReadSharing } from './shared-reads.ts';
import type { Transport } from './transport.ts';
import { parseArray, parseImage, parseMember, parseObject, toJsonPatch, toWireStatus, WireError } from './wire.ts';

/** The media type of a JSON patch as the Images API takes it. Source: Images API v2 reference, "Update image". */
const jsonPatchType = 'application/openstack-images-v2.1-json-patch';

/** Images that were requested by id. */
export interface ImageList extends Rows<ImageAttributes> {
  /** Whether upstream says that more rows may follow. */
  readonly more: boolean;
}

/** How messages describe the Images API. */
export const imagesApi: Service = {
  label: 'images',
  name: 'the Images API',
  tokenAdvice:
    'Get a new one from the Identity service; if that one is refused too, the Images API may be unable to reach the ' +
    'Identity service.',
  notFound: 'there is no such image or member, or this token may not see it.',
  addressSetting: 'IMAGES_API_URL',
};

/**
 * The Images API as one caller sees it, one method per API call. All methods throw UpstreamError; without a token they
 * throw `UNAUTHENTICATED` before they check their arguments. An id that cannot be part of a path counts as not found.
 * Source: Images API v2 reference, "Images" and "Sharing".
 */
export class ImagesClient {
  readonly #session: Session;

  /** @param sharedReads lets identical reads with one token share a call; null: each read makes its own call. */
  constructor(transport: Transport, sharedReads: ReadSharing | null, caller: ClientCaller) {
    this.#session = new Session(transport, sharedReads, caller);
  }

  /** Checks that upstream accepts the caller's token, unless that is known. @throws GatewayError if it does not. */
  async verifyToken(): Promise<void> {
    if (this.#session.isVerified) return;
    const read = { operation: 'showMemberSchema', doing: 'check the token', path: '/schemas/member' };
    await this.#session.read(
      () => read,
      () => {},
    );
  }

  /** `GET /v2/images/{image_id}`; null for 404. */
  getImage(imageId: string): Promise<ImageAttributes | null> {
    return this.#get(
      () => ({ operation: 'getImage', doing: `look up image ${imageId}`, path: imagePath(imageId) }),
      (json) => expectImage(parseImage(json), imageId),
    );
  }

  /** `PATCH /v2/images/{image_id}`: all changes are made, or none. */
  updateImage(imageId: string, changes: ImageChanges): Promise<ImageAttributes> {
    return this.#session.write(
      () => ({
        operation: 'updateImage',
        doing: `change image ${imageId}`,
        method: 'PATCH',
        path: imagePath(imageId),
        body: toJsonPatch(changes),
        mediaType: jsonPatchType,
      }),
      (body, call) => this.#session.parseBody(call, body, (json) => expectImage(parseImage(json), imageId)),
    );
  }

  /** `GET /v2/images` with filters, one page at a time: a shorter one if its rows are too large together. */
  listImages(query: ImageQuery): Promise<ReadPage> {
    return readPage(query, (asked, wantsEnd) =>
      this.#session.read(
        () => ({ operation: 'listImages', doing: 'list images', path: imagesPath(asked), wantsEnd }),
        (json, call) => this.#parsePage(json, call),
      ),
    );
  }

  /** `GET /v2/images?id=in:…`: the hidden or visible images among `imageIds` that the token may see, in any order. */
  listImagesById(imageIds: readonly string[], hidden: boolean): Promise<ImageList> {
    return this.#listAsked(imageIds, () => ({
      operation: 'listImagesById',
      doing: `look up ${imageIds.length} images`,
      path: imagesByIdPath(imageIds, hidden),
    }));
  }

  /**
   * `GET /v2/images?id=in:…&visibility=shared&member_status=…`: the images among `imageIds` in which the caller has
   * this status, and all of its own.
   */
  listImagesByMemberStatus(imageIds: readonly string[], status: MemberStatus, hidden: boolean): Promise<ImageList> {
    return this.#listAsked(imageIds, () => ({
      operation: 'listImagesByMemberStatus',
      doing: `look up own member statuses in ${imageIds.length} images`,
      path: imagesByMemberStatusPath(imageIds, status, hidden),
    }));
  }

  /** `GET /v2/images/{image_id}/members`: one row per member. */
  listMembers(imageId: string): Promise<Rows<ImageMember>> {
    return this.#session.read(
      () => ({
        operation: 'listMembers',
        doing: `list the members of image ${imageId}`,
        path: `${imagePath(imageId)}/members`,
      }),
      (json, call) => {
        const list = parseArray(json, 'members');
        const { rows, errors } = toRows(this.#session.parseRows(call, list, parseMemberOf, imageId));
        return { rows: onePerMember(rows), errors };
      },
    );
  }

  /** `GET /v2/images/{image_id}/members/{member_id}`; null for 404. */
  getMember(key: ImageMemberKey): Promise<ImageMember | null> {
    return this.#get(
      () => ({
        operation: 'getMember',
        doing: `look up member ${key.memberId} of image ${key.imageId}`,
        path: memberPath(key),
      }),
      (json) => parseMemberOf(json, key.imageId, key.memberId),
    );
  }

  /** `POST /v2/images/{image_id}/members`. The key in the body is `member`, although the response says `member_id`. */
  createMember({ imageId, memberId }: ImageMemberKey): Promise<ImageMember> {
    return this.#session.write(
      () => ({
        operation: 'createMember',
        doing: `make ${memberId} a member of image ${imageId}`,
        method: 'POST',
        path: `${imagePath(imageId)}/members`,
        body: { member: memberId },
      }),
      (body, call) => this.#session.parseBody(call, body, (json) => parseMemberOf(json, imageId, memberId)),
    );
  }

  /** `PUT /v2/images/{image_id}/members/{member_id}`. */
  updateMember(key: ImageMemberKey, status: MemberStatus): Promise<ImageMember> {
    return this.#session.write(
      () => ({
        operation: 'updateMember',
        doing: `set the status of member ${key.memberId} of image ${key.imageId}`,
        method: 'PUT',
        path: memberPath(key),
        body: { status: toWireStatus(status) },
      }),
      (body, call) => this.#session.parseBody(call, body, (json) => parseMemberOf(json, key.imageId, key.memberId)),
    );
  }

  /** `DELETE /v2/images/{image_id}/members/{member_id}`. */
  async deleteMember(key: ImageMemberKey): Promise<void> {
    await this.#session.write(
      () => ({
        operation: 'deleteMember',
        doing: `remove member ${key.memberId} from image ${key.imageId}`,
        method: 'DELETE',
        path: memberPath(key),
      }),
      // The Images API sends no body here; a body that is not JSON comes from something else.
      (body, call) => (body === '' ? null : this.#session.parseBody(call, body, () => null)),
    );
  }

  /**
   * `GET /v2/tasks`: whether the Images API forbids it to this caller. By default, Glance reserves tasks for
   * administrators.
   */
  async isRefusedTasks(): Promise<boolean> {
    const doing = 'find out whether the caller is an administrator';
    try {
      await this.#session.read(
        () => ({ operation: 'listTasks', doing, path: '/tasks?limit=1' }),
        () => null,
      );
      return false;
    } catch (error) {
      if (error instanceof UpstreamError && error.status === 403) return true;
      // A Glance without a tasks API reveals nothing about its callers.
      if (error instanceof UpstreamError && error.status === 404) return false;
      throw error;
    }
  }

  #listAsked(imageIds: readonly string[], toRead: () => Read): Promise<ImageList> {
    return this.#session.read(toRead, (json, call) => {
      const asked = new Set(imageIds.map(foldId));
      const parsed = this.#session.parseRows(call, parseArray(json, 'images'), parseAskedImage, asked);
      return { ...toRows(parsed), more: nextLinkOf(json) !== undefined };
    });
  }

  #parsePage(json: unknown, call: Call): ImagePage {
    const list = parseArray(json, 'images');
    const images = this.#session.parseRows(call, list, parseImage, null);
    const rows = images.map((image, index) => ({ id: parseImageId(list[index]), image }));
    const next = nextLinkOf(json);
    return { rows, more: next !== undefined, lastId: rows.at(-1)?.id ?? toMarker(next) };
  }

  async #get<T>(toRead: () => Read, parse: (json: unknown) => T): Promise<T | null> {
    try {
      return await this.#session.read(toRead, parse);
    } catch (error) {
      if (error instanceof UpstreamError && error.status === 404) return null;
      throw error;
    }
  }
}

function imagePath(imageId: string): string {
  return `/images/${toPathSegment(imageId)}`;
}

function memberPath({ imageId, memberId }: ImageMemberKey): string {
  return `${imagePath(imageId)}/members/${toPathSegment(memberId)}`;
}

function nextLinkOf(json: unknown): string | undefined {
  const { next } = parseObject(json, 'the body');
  return typeof next === 'string' ? next : undefined;
}

function parseImageId(row: unknown): string | undefined {
  const id = typeof row === 'object' && row !== null && 'id' in row ? row.id : undefined;
  return typeof id === 'string' ? id : undefined;
}

/** @returns the image. @throws WireError if it is not the requested one. */
function expectImage(image: ImageAttributes, imageId: string): ImageAttributes {
  if (!mayBeSameId(image.id, imageId)) throw new WireError('it is about another image');
  return image;
}

function parseAskedImage(row: unknown, asked: ReadonlySet<string>): ImageAttributes {
  const image = parseImage(row);
  if (!asked.has(image.id) && !asked.has(foldId(image.id)))
    throw new WireError('it is about an image that was not requested');
  return image;
}

/** @returns the member. @throws WireError if it is not the requested one, or not one of the requested image. */
function parseMemberOf(row: unknown, imageId: string, memberId?: string): ImageMember {
  const member = parseMember(row, imageId);
  if (!mayBeSameId(member.imageId, imageId)) throw new WireError('it is about another image');
  if (memberId !== undefined && !mayBeSameId(member.memberId, memberId)) {
    throw new WireError('it is about another member');
  }
  return member;
}
