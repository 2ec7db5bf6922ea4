import { hash } from 'node:crypto';
import { GatewayError, UpstreamError } from '../errors.ts';
import { GaveUp } from './deadline.ts';
import { type ImagePage, type ReadPage, readPage, toMarker } from './image-pages.ts';
import { type ImageQuery, imagesByIdPath, imagesByMemberStatusPath, imagesPath } from './image-query.ts';
import type { ImageAttributes, ImageMember, ImageMemberKey, MemberStatus } from './model.ts';
import { toPathSegment } from './path.ts';
import { onePerMember, parseBody, parseRow, type Rows, toRows } from './rows.ts';
import { foldId, mayBeSameId } from './same-id.ts';
import type { Patience, SharedReads } from './shared-reads.ts';
import type { Call, Caller, Transport } from './transport.ts';
import { parseArray, parseImage, parseMember, parseObject, toWireStatus, WireError } from './wire.ts';

/** A part of a list of images that was asked for by their ids. */
export interface ImageList extends Rows<ImageAttributes> {
  /** Whether upstream says that more may follow. */
  readonly more: boolean;
}

/** Who a client speaks for. */
export interface ClientCaller extends Omit<Caller, 'token'> {
  /** The token, or why there is none that can be used. */
  readonly token: string | GatewayError;
}

/**
 * The Images API as one caller sees it, one method for each operation. All methods throw UpstreamError; without a token
 * they throw `UNAUTHENTICATED` before they look at what is asked for. What no path leads to is not there.
 * Source: Images API v2 reference, "Images" and "Sharing".
 */
export class ImagesClient {
  readonly #transport: Transport;
  readonly #sharedReads: SharedReads | null;
  readonly #caller: ClientCaller;
  #callerKey: string | undefined;

  /** @param sharedReads lets identical reads of one token share a call; null: every read is a call of its own. */
  constructor(transport: Transport, sharedReads: SharedReads | null, caller: ClientCaller) {
    this.#transport = transport;
    this.#sharedReads = sharedReads;
    this.#caller = caller;
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
      this.#read(
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
    return this.#read(
      () => ({
        operation: 'listMembers',
        doing: `list the members of image ${imageId}`,
        path: `${imagePath(imageId)}/members`,
      }),
      (json, call) => {
        const parsed = this.#parseRows(parseArray(json, 'members'), call, (row) =>
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
    return this.#write(
      () => ({
        operation: 'createMember',
        doing: `make ${memberId} a member of image ${imageId}`,
        method: 'POST',
        path: `${imagePath(imageId)}/members`,
        body: { member: memberId },
      }),
      (body, call) => parseBody(call, body, (json) => expectMember(parseMember(json), imageId, memberId)),
    );
  }

  /** `PUT /v2/images/{image_id}/members/{member_id}`. */
  async updateMember(key: ImageMemberKey, status: MemberStatus): Promise<ImageMember> {
    return this.#write(
      () => ({
        operation: 'updateMember',
        doing: `set the status of member ${key.memberId} of image ${key.imageId}`,
        method: 'PUT',
        path: memberPath(key),
        body: { status: toWireStatus(status) },
      }),
      (body, call) => parseBody(call, body, (json) => expectMember(parseMember(json), key.imageId, key.memberId)),
    );
  }

  /** `DELETE /v2/images/{image_id}/members/{member_id}`. */
  async deleteMember(key: ImageMemberKey): Promise<void> {
    await this.#write(
      () => ({
        operation: 'deleteMember',
        doing: `remove member ${key.memberId} from image ${key.imageId}`,
        method: 'DELETE',
        path: memberPath(key),
      }),
      // Nothing is what the Images API has to say of it; anything but JSON is not from the Images API.
      (body, call) => (body === '' ? null : parseBody(call, body, () => null)),
    );
  }

  #listAsked(imageIds: readonly string[], toRequest: () => Request): Promise<ImageList> {
    return this.#read(toRequest, (json, call) => {
      const asked = new Set(imageIds.map(foldId));
      const parsed = this.#parseRows(parseArray(json, 'images'), call, (row) => expectOneOf(parseImage(row), asked));
      return { ...toRows(parsed), more: nextLinkOf(json) !== undefined };
    });
  }

  #parsePage(json: unknown, call: Call): ImagePage {
    const list = parseArray(json, 'images');
    const images = this.#parseRows(list, call, parseImage);
    const rows = images.map((image, index) => ({ id: parseImageId(list[index]), image }));
    const next = nextLinkOf(json);
    return { rows, more: next !== undefined, lastId: rows.at(-1)?.id ?? toMarker(next) };
  }

  async #get<T>(toRequest: () => Request, parse: (json: unknown) => T): Promise<T | null> {
    try {
      return await this.#read(toRequest, parse);
    } catch (error) {
      if (error instanceof UpstreamError && error.status === 404) return null;
      throw error;
    }
  }

  async #read<T>(toRequest: () => Request, parse: (json: unknown, call: Call) => T): Promise<T> {
    const caller = this.#authenticated();
    const call: Call = { ...toRequest(), method: 'GET' };
    const make = async ({ signal, deadline }: Patience): Promise<T> => {
      const body = await this.#transport.call(call, { ...caller, signal }, deadline);
      return parseBody(call, body, (json) => parse(json, call));
    };
    const patience = { signal: caller.signal, deadline: this.#transport.deadlineOf(caller) };
    if (this.#sharedReads === null) return make(patience);
    try {
      return await this.#sharedReads.read(this.#toCallerKey(caller.token), call.path, patience, make);
    } catch (error) {
      throw error instanceof GaveUp ? this.#transport.giveUp(call, error) : error;
    }
  }

  async #write<T>(toCall: () => Call, parse: (body: string, call: Call) => T): Promise<T> {
    const caller = this.#authenticated();
    const call = toCall();
    try {
      return parse(await this.#transport.call(call, caller), call);
    } finally {
      this.#sharedReads?.close();
    }
  }

  /** @throws the reason why there is no token that can be used. */
  #authenticated(): Caller {
    const { token } = this.#caller;
    if (token instanceof GatewayError) throw token;
    return { ...this.#caller, token };
  }

  #toCallerKey(token: string): string {
    this.#callerKey ??= hash('sha256', token);
    return this.#callerKey;
  }

  #parseRows<T>(list: readonly unknown[], call: Call, parse: (row: unknown) => T): (T | UpstreamError)[] {
    const parsed = list.map((row) => parseRow(call, row, parse));
    const dropped = parsed.filter((row) => row instanceof UpstreamError).length;
    if (dropped > 0) this.#transport.dropped(call, dropped);
    return parsed;
  }
}

/** A read, before it is known who makes it. */
type Request = Omit<Call, 'method' | 'body'>;

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
