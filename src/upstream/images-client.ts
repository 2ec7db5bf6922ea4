import { UpstreamError } from '../errors.ts';
import type { Call, Service } from './call.ts';
import { type ImagePage, type ReadPage, readPage, toMarker } from './image-pages.ts';
import { type ImageQuery, imagesByIdPath, imagesByMemberStatusPath, imagesPath } from './image-query.ts';
import type { ImageAttributes, ImageMember, ImageMemberKey, MemberStatus } from './model.ts';
import { toPathSegment } from './path.ts';
import { onePerMember, type Rows, toRows } from './rows.ts';
import { foldId, mayBeSameId } from './same-id.ts';
import { type ClientCaller, type Read, Session } from './session.ts';
import type { ReadSharing } from './shared-reads.ts';
import type { Transport } from './transport.ts';
import { parseArray, parseImage, parseMember, parseObject, toWireStatus, WireError } from './wire.ts';

/** A part of a list of images that was asked for by their ids. */
export interface ImageList extends Rows<ImageAttributes> {
  /** Whether upstream says that more may follow. */
  readonly more: boolean;
}

/** What messages say of the Images API. */
export const imagesApi: Service = {
  name: 'the Images API',
  tokenAdvice:
    'Get a new one from the Identity service; if that one is refused too, the Images API may be unable to reach the ' +
    'Identity service.',
  notFound: 'there is no such image or member, or this token may not see it.',
  addressSetting: 'IMAGES_API_URL',
};

/**
 * The Images API as one caller sees it, one method for each operation. All methods throw UpstreamError; without a token
 * they throw `UNAUTHENTICATED` before they look at what is asked for. What no path leads to is not there.
 * Source: Images API v2 reference, "Images" and "Sharing".
 */
export class ImagesClient {
  readonly #session: Session;

  /** @param sharedReads lets identical reads of one token share a call; null: every read is a call of its own. */
  constructor(transport: Transport, sharedReads: ReadSharing | null, caller: ClientCaller) {
    this.#session = new Session(transport, sharedReads, caller);
  }

  /** Asks upstream whether it accepts the caller's token, unless that is known. @throws GatewayError if it does not. */
  async verifyToken(): Promise<void> {
    if (this.#session.isVerified) return;
    const read = { operation: 'showMemberSchema', doing: 'check the token', path: '/schemas/member' };
    await this.#session.read(
      () => read,
      () => {},
    );
  }

  /** `GET /v2/images/{image_id}`; null for 404. */
  async getImage(imageId: string): Promise<ImageAttributes | null> {
    return this.#get(
      () => ({ operation: 'getImage', doing: `look up image ${imageId}`, path: imagePath(imageId) }),
      (json) => expectImage(parseImage(json), imageId),
    );
  }

  /** `GET /v2/images` with filters, a page at a time: a shorter one where its rows are too large together. */
  async listImages(query: ImageQuery): Promise<ReadPage> {
    return readPage(query, (asked, wantsEnd) =>
      this.#session.read(
        () => ({ operation: 'listImages', doing: 'list images', path: imagesPath(asked), wantsEnd }),
        (json, call) => this.#parsePage(json, call),
      ),
    );
  }

  /** `GET /v2/images?id=in:…`: those of these images that the token may see, and that are hidden or not, in any order. */
  async listImagesById(imageIds: readonly string[], hidden: boolean): Promise<ImageList> {
    return this.#listAsked(imageIds, () => ({
      operation: 'listImagesById',
      doing: `look up ${imageIds.length} images`,
      path: imagesByIdPath(imageIds, hidden),
    }));
  }

  /**
   * `GET /v2/images?id=in:…&visibility=shared&member_status=…`: those of these images in which the caller has this
   * status, and all that are its own.
   */
  async listImagesByMemberStatus(
    imageIds: readonly string[],
    status: MemberStatus,
    hidden: boolean,
  ): Promise<ImageList> {
    return this.#listAsked(imageIds, () => ({
      operation: 'listImagesByMemberStatus',
      doing: `look up own member statuses in ${imageIds.length} images`,
      path: imagesByMemberStatusPath(imageIds, status, hidden),
    }));
  }

  /** `GET /v2/images/{image_id}/members`: one row for each member. */
  async listMembers(imageId: string): Promise<Rows<ImageMember>> {
    return this.#session.read(
      () => ({
        operation: 'listMembers',
        doing: `list the members of image ${imageId}`,
        path: `${imagePath(imageId)}/members`,
      }),
      (json, call) => {
        const parsed = this.#session.parseRows(call, parseArray(json, 'members'), (row) =>
          expectMember(parseMember(row), imageId),
        );
        const { rows, errors } = toRows(parsed);
        return { rows: onePerMember(rows), errors };
      },
    );
  }

  /** `GET /v2/images/{image_id}/members/{member_id}`; null for 404. */
  async getMember(key: ImageMemberKey): Promise<ImageMember | null> {
    return this.#get(
      () => ({
        operation: 'getMember',
        doing: `look up member ${key.memberId} of image ${key.imageId}`,
        path: memberPath(key),
      }),
      (json) => expectMember(parseMember(json), key.imageId, key.memberId),
    );
  }

  /** `POST /v2/images/{image_id}/members`. The key in the body is `member`, though the answer says `member_id`. */
  async createMember({ imageId, memberId }: ImageMemberKey): Promise<ImageMember> {
    return this.#session.write(
      () => ({
        operation: 'createMember',
        doing: `make ${memberId} a member of image ${imageId}`,
        method: 'POST',
        path: `${imagePath(imageId)}/members`,
        body: { member: memberId },
      }),
      (body, call) => this.#session.parseBody(call, body, (json) => expectMember(parseMember(json), imageId, memberId)),
    );
  }

  /** `PUT /v2/images/{image_id}/members/{member_id}`. */
  async updateMember(key: ImageMemberKey, status: MemberStatus): Promise<ImageMember> {
    return this.#session.write(
      () => ({
        operation: 'updateMember',
        doing: `set the status of member ${key.memberId} of image ${key.imageId}`,
        method: 'PUT',
        path: memberPath(key),
        body: { status: toWireStatus(status) },
      }),
      (body, call) =>
        this.#session.parseBody(call, body, (json) => expectMember(parseMember(json), key.imageId, key.memberId)),
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
      // Nothing is what the Images API has to say of it; anything but JSON is not from the Images API.
      (body, call) => (body === '' ? null : this.#session.parseBody(call, body, () => null)),
    );
  }

  /**
   * `GET /v2/tasks`: whether the Images API refuses it to this caller. By default every Glance keeps its tasks for
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
      // A Glance that has no tasks says nothing of its callers.
      if (error instanceof UpstreamError && error.status === 404) return false;
      throw error;
    }
  }

  #listAsked(imageIds: readonly string[], toRead: () => Read): Promise<ImageList> {
    return this.#session.read(toRead, (json, call) => {
      const asked = new Set(imageIds.map(foldId));
      const parsed = this.#session.parseRows(call, parseArray(json, 'images'), (row) =>
        expectOneOf(parseImage(row), asked),
      );
      return { ...toRows(parsed), more: nextLinkOf(json) !== undefined };
    });
  }

  #parsePage(json: unknown, call: Call): ImagePage {
    const list = parseArray(json, 'images');
    const images = this.#session.parseRows(call, list, parseImage);
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

/** @returns the image. @throws WireError if it is another one than was asked for. */
function expectImage(image: ImageAttributes, imageId: string): ImageAttributes {
  if (!mayBeSameId(image.id, imageId)) throw new WireError('it is about another image');
  return image;
}

function expectOneOf(image: ImageAttributes, asked: ReadonlySet<string>): ImageAttributes {
  if (!asked.has(foldId(image.id))) throw new WireError('it is about an image that was not asked for');
  return image;
}

function expectMember(member: ImageMember, imageId: string, memberId?: string): ImageMember {
  if (!mayBeSameId(member.imageId, imageId)) throw new WireError('it is about another image');
  if (memberId !== undefined && !mayBeSameId(member.memberId, memberId)) {
    throw new WireError('it is about another member');
  }
  return member;
}
