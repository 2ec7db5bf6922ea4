import { UpstreamError } from '../errors.ts';
import { type ImageQuery, imagesByIdPath, imagesByMemberStatusPath, imagesPath } from './image-query.ts';
import type { ImageAttributes, ImageMember, ImageMemberKey, MemberStatus } from './model.ts';
import { type ClientCaller, type Read, type Rows, Session } from './session.ts';
import type { SharedReads } from './shared-reads.ts';
import type { Service } from './status.ts';
import type { Call, Transport } from './transport.ts';
import { parseArray, parseImage, parseMember, parseObject, toWireStatus, WireError } from './wire.ts';

/** What messages say of the Images API. */
export const imagesApi: Service = {
  name: 'the Images API',
  tokenAdvice:
    'Get a new one from the Identity service; if that one is refused too, the Images API may be unable to reach the ' +
    'Identity service.',
  notFound: 'there is no such image or member, or this token may not see it.',
  addressSetting: 'IMAGES_API_URL',
};

/** A page of images. */
export interface ImagePage extends Rows<ImageAttributes> {
  /** Whether upstream says that more may follow. */
  readonly more: boolean;
  /** The id of the last row, understood or not: where the next page starts. */
  readonly lastId: string | undefined;
}

/**
 * The Images API as one caller sees it, one method for each operation. Ids are taken as they are: whoever calls has
 * checked that they can stand in a path. All methods throw UpstreamError, and `UNAUTHENTICATED` without a token.
 * Source: Images API v2 reference, "Images" and "Sharing".
 */
export class ImagesClient {
  readonly #session: Session;

  /** @param sharedReads lets identical reads of one token share a call; null: every read is a call of its own. */
  constructor(transport: Transport, sharedReads: SharedReads | null, caller: ClientCaller) {
    this.#session = new Session(transport, sharedReads, caller);
  }

  /** Asks upstream whether it accepts the caller's token, unless that is known. @throws GatewayError if it does not. */
  async verifyToken(): Promise<void> {
    if (this.#session.isVerified) return;
    await this.#session.read(
      { operation: 'showMemberSchema', doing: 'check the token', path: '/schemas/member' },
      () => {},
    );
  }

  /** `GET /v2/images/{image_id}`; null for 404. */
  async getImage(imageId: string): Promise<ImageAttributes | null> {
    const doing = `look up image ${imageId}`;
    return this.#get({ operation: 'getImage', doing, path: `/images/${encodeURIComponent(imageId)}` }, (json) =>
      expectImage(parseImage(json), imageId),
    );
  }

  /** `GET /v2/images` with filters, a page at a time. */
  async listImages(query: ImageQuery): Promise<ImagePage> {
    return this.#listImages({ operation: 'listImages', doing: 'list images', path: imagesPath(query) });
  }

  /** `GET /v2/images?id=in:…`: those of these images that the token may see, and that are hidden or not, in any order. */
  async listImagesById(imageIds: readonly string[], hidden: boolean): Promise<ImagePage> {
    const doing = `look up ${imageIds.length} images`;
    const path = imagesByIdPath(imageIds, hidden);
    return this.#listImages({ operation: 'listImagesById', doing, path }, new Set(imageIds));
  }

  /**
   * `GET /v2/images?id=in:…&visibility=shared&member_status=…`: those of these images in which the caller has this
   * status, and all that are its own.
   */
  async listImagesByMemberStatus(
    imageIds: readonly string[],
    status: MemberStatus,
    hidden: boolean,
  ): Promise<ImagePage> {
    const doing = `look up own member statuses in ${imageIds.length} images`;
    const path = imagesByMemberStatusPath(imageIds, status, hidden);
    return this.#listImages({ operation: 'listImagesByMemberStatus', doing, path }, new Set(imageIds));
  }

  /** `GET /v2/images/{image_id}/members`: one row for each member. */
  async listMembers(imageId: string): Promise<Rows<ImageMember>> {
    const path = `/images/${encodeURIComponent(imageId)}/members`;
    const read: Read = { operation: 'listMembers', doing: `list the members of image ${imageId}`, path };
    return this.#session.read(read, (json) => {
      const members = parseArray(json, 'members');
      const { rows, errors } = this.#session.parseRows(read, members, (row) => expectMember(parseMember(row), imageId));
      return { rows: onePerMember(rows), errors };
    });
  }

  /** `GET /v2/images/{image_id}/members/{member_id}`; null for 404. */
  async getMember({ imageId, memberId }: ImageMemberKey): Promise<ImageMember | null> {
    const doing = `look up member ${memberId} of image ${imageId}`;
    return this.#get({ operation: 'getMember', doing, path: memberPath({ imageId, memberId }) }, (json) =>
      expectMember(parseMember(json), imageId, memberId),
    );
  }

  /** `POST /v2/images/{image_id}/members`. The key in the body is `member`, though the answer says `member_id`. */
  async createMember({ imageId, memberId }: ImageMemberKey): Promise<ImageMember> {
    const call: Call = {
      operation: 'createMember',
      doing: `make ${memberId} a member of image ${imageId}`,
      method: 'POST',
      path: `/images/${encodeURIComponent(imageId)}/members`,
      body: { member: memberId },
      expect: 200,
    };
    const body = await this.#session.write(call);
    return this.#session.parse(call, body, (json) => expectMember(parseMember(json), imageId, memberId));
  }

  /** `PUT /v2/images/{image_id}/members/{member_id}`. */
  async updateMember({ imageId, memberId }: ImageMemberKey, status: MemberStatus): Promise<ImageMember> {
    const call: Call = {
      operation: 'updateMember',
      doing: `set the status of member ${memberId} of image ${imageId}`,
      method: 'PUT',
      path: memberPath({ imageId, memberId }),
      body: { status: toWireStatus(status) },
      expect: 200,
    };
    const body = await this.#session.write(call);
    return this.#session.parse(call, body, (json) => expectMember(parseMember(json), imageId, memberId));
  }

  /** `DELETE /v2/images/{image_id}/members/{member_id}`. */
  async deleteMember({ imageId, memberId }: ImageMemberKey): Promise<void> {
    const doing = `remove member ${memberId} from image ${imageId}`;
    const path = memberPath({ imageId, memberId });
    await this.#session.write({ operation: 'deleteMember', doing, method: 'DELETE', path, expect: 204 });
  }

  /**
   * `GET /v2/tasks`: whether the Images API refuses it to this caller. By default every Glance keeps its tasks for
   * administrators.
   */
  async isRefusedTasks(): Promise<boolean> {
    const read: Read = {
      operation: 'listTasks',
      doing: 'tell whether the caller is an administrator',
      path: '/tasks?limit=1',
    };
    try {
      await this.#session.read(read, () => null);
      return false;
    } catch (error) {
      if (error instanceof UpstreamError && error.status === 403) return true;
      // A Glance that has no tasks says nothing of its callers.
      if (error instanceof UpstreamError && error.status === 404) return false;
      throw error;
    }
  }

  async #listImages(read: Read, asked?: ReadonlySet<string>): Promise<ImagePage> {
    return this.#session.read(read, (json) => {
      const list = parseArray(json, 'images');
      const last = list.at(-1);
      return {
        ...this.#session.parseRows(read, list, (row) => expectOneOf(parseImage(row), asked)),
        more: typeof parseObject(json, 'the body')['next'] === 'string',
        lastId: last === undefined ? undefined : parseImageId(last),
      };
    });
  }

  async #get<T>(read: Read, parse: (json: unknown) => T): Promise<T | null> {
    try {
      return await this.#session.read(read, parse);
    } catch (error) {
      if (error instanceof UpstreamError && error.status === 404) return null;
      throw error;
    }
  }
}

function memberPath({ imageId, memberId }: ImageMemberKey): string {
  return `/images/${encodeURIComponent(imageId)}/members/${encodeURIComponent(memberId)}`;
}

function parseImageId(row: unknown): string | undefined {
  const id = parseObject(row, 'an image')['id'];
  return typeof id === 'string' ? id : undefined;
}

/** @returns the image. @throws WireError if it is another one than was asked for. */
function expectImage(image: ImageAttributes, imageId: string): ImageAttributes {
  if (!isSameId(image.id, imageId)) throw new WireError('it is about another image');
  return image;
}

function expectOneOf(image: ImageAttributes, asked: ReadonlySet<string> | undefined): ImageAttributes {
  if (asked && !asked.has(image.id.toLowerCase())) throw new WireError('it is about an image that was not asked for');
  return image;
}

function expectMember(member: ImageMember, imageId: string, memberId?: string): ImageMember {
  if (!isSameId(member.imageId, imageId)) throw new WireError('it is about another image');
  if (memberId !== undefined && !isSameId(member.memberId, memberId)) throw new WireError('it is about another member');
  return member;
}

/** On MariaDB and MySQL, Glance matches ids without regard to case and to spaces at the end, and answers what it holds. */
export function isSameId(held: string, asked: string): boolean {
  return held === asked || held.trimEnd().toLowerCase() === asked.trimEnd().toLowerCase();
}

/**
 * Glance may hold a member more than once, after several `POST`s at the same moment. The row that was changed last tells
 * what the member decided last.
 */
function onePerMember(rows: readonly ImageMember[]): readonly ImageMember[] {
  const latest = new Map<string, ImageMember>();
  for (const row of rows) {
    const known = latest.get(row.memberId);
    if (known === undefined || row.updatedAt > known.updatedAt) latest.set(row.memberId, row);
  }
  return latest.size === rows.length ? rows : [...latest.values()];
}
