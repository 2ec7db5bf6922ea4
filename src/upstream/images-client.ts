import { hash } from 'node:crypto';
import { GatewayError, UpstreamError } from '../errors.ts';
import { type ImageQuery, imagesByIdPath, imagesByMemberStatusPath, imagesPath } from './image-query.ts';
import type { ImageAttributes, ImageMember, ImageMemberKey, MemberStatus } from './model.ts';
import type { SharedReads } from './shared-reads.ts';
import type { Call, Caller, Transport } from './transport.ts';
import { parseArray, parseImage, parseMember, parseObject, toWireStatus, WireError } from './wire.ts';

/** Rows of a list, and an error for each row that could not be understood. */
export interface Rows<T> {
  readonly rows: readonly T[];
  readonly errors: readonly GatewayError[];
}

/** A page of images. */
export interface ImagePage extends Rows<ImageAttributes> {
  /** Whether upstream says that more may follow. */
  readonly more: boolean;
  /** The id of the last row, understood or not: where the next page starts. */
  readonly lastId: string | undefined;
}

/** Who a client speaks for. */
export interface ClientCaller extends Omit<Caller, 'token'> {
  /** The token, or why there is none that can be used. */
  readonly token: string | GatewayError;
}

/**
 * The Images API as one caller sees it, one method for each operation. Ids are taken as they are: whoever calls has
 * checked that they can stand in a path. All methods throw UpstreamError, and `UNAUTHENTICATED` without a token.
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

  /** Asks upstream whether it accepts the caller's token, unless that is known. @throws GatewayError if it does not. */
  async verifyToken(): Promise<void> {
    if (this.#caller.budget?.isVerified) return;
    await this.#read(
      get({ operation: 'showMemberSchema', doing: 'check the token', path: '/schemas/member' }),
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
    const call = get({ operation: 'listMembers', doing: `list the members of image ${imageId}`, path });
    return this.#read(call, (json) => {
      const members = parseArray(json, 'members');
      const { rows, errors } = this.#parseRows(call, members, (row) => expectMember(parseMember(row), imageId));
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
    return parseBody(call, await this.#write(call), (json) => expectMember(parseMember(json), imageId, memberId));
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
    return parseBody(call, await this.#write(call), (json) => expectMember(parseMember(json), imageId, memberId));
  }

  /** `DELETE /v2/images/{image_id}/members/{member_id}`. */
  async deleteMember({ imageId, memberId }: ImageMemberKey): Promise<void> {
    const doing = `remove member ${memberId} from image ${imageId}`;
    const path = memberPath({ imageId, memberId });
    await this.#write({ operation: 'deleteMember', doing, method: 'DELETE', path, expect: 204 });
  }

  async #listImages(request: GetRequest, asked?: ReadonlySet<string>): Promise<ImagePage> {
    const call = get(request);
    return this.#read(call, (json) => {
      const list = parseArray(json, 'images');
      const last = list.at(-1);
      return {
        ...this.#parseRows(call, list, (row) => expectOneOf(parseImage(row), asked)),
        more: typeof parseObject(json, 'the body')['next'] === 'string',
        lastId: last === undefined ? undefined : parseImageId(last),
      };
    });
  }

  async #get<T>(request: GetRequest, parse: (json: unknown) => T): Promise<T | null> {
    try {
      return await this.#read(get(request), parse);
    } catch (error) {
      if (error instanceof UpstreamError && error.status === 404) return null;
      throw error;
    }
  }

  async #read<T>(call: Call, parse: (json: unknown) => T): Promise<T> {
    const { token, signal } = this.#caller;
    if (token instanceof GatewayError) throw token;
    const make = async (shared: AbortSignal): Promise<T> =>
      parseBody(call, await this.#transport.call(call, { ...this.#caller, token, signal: shared }), parse);
    return this.#spend(() => {
      if (this.#sharedReads === null) return make(signal);
      return this.#sharedReads.read(this.#toCallerKey(token), call.path, signal, make);
    });
  }

  async #write(call: Call): Promise<string> {
    const { token } = this.#caller;
    if (token instanceof GatewayError) throw token;
    const callerKey = this.#toCallerKey(token);
    this.#sharedReads?.forget(callerKey);
    try {
      return await this.#spend(() => this.#transport.call(call, { ...this.#caller, token }));
    } finally {
      this.#sharedReads?.forget(callerKey);
    }
  }

  /** Makes a call within the budget of the operation, which learns from it whether upstream accepts the token. */
  async #spend<T>(makeCall: () => Promise<T>): Promise<T> {
    const { budget } = this.#caller;
    if (budget === undefined) return makeCall();
    budget.startCall();
    try {
      const answer = await makeCall();
      budget.acceptToken();
      budget.throwIfExceeded();
      return answer;
    } catch (error) {
      if (error instanceof UpstreamError) {
        if (error.status === 401) budget.refuseToken(error);
        else if (needsToken.has(error.status)) budget.acceptToken();
      }
      throw error;
    }
  }

  #toCallerKey(token: string): string {
    this.#callerKey ??= hash('sha256', token);
    return this.#callerKey;
  }

  #parseRows<T>(call: Call, list: readonly unknown[], parse: (row: unknown) => T): Rows<T> {
    const rows: T[] = [];
    const errors: GatewayError[] = [];
    for (const row of list) {
      try {
        rows.push(parse(row));
      } catch (error) {
        if (!(error instanceof WireError)) throw error;
        errors.push(notUnderstood(call, `a row was left out, because ${error.message}`, error));
      }
    }
    if (errors.length > 0) this.#transport.dropped(call, errors.length);
    return { rows, errors };
  }
}

/** What upstream answers only to those whose token it has accepted. */
const needsToken: ReadonlySet<number | undefined> = new Set([403, 404, 409]);

type GetRequest = Pick<Call, 'operation' | 'doing' | 'path'>;

function get(request: GetRequest): Call {
  return { ...request, method: 'GET', expect: 200 };
}

function memberPath({ imageId, memberId }: ImageMemberKey): string {
  return `/images/${encodeURIComponent(imageId)}/members/${encodeURIComponent(memberId)}`;
}

function parseImageId(row: unknown): string | undefined {
  const id = parseObject(row, 'an image')['id'];
  return typeof id === 'string' ? id : undefined;
}

function parseBody<T>(call: Call, body: string, parse: (json: unknown) => T): T {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    // What the parser says of it quotes upstream, so it is no cause to keep.
    throw notUnderstood(call, 'it is no JSON', undefined);
  }
  try {
    return parse(json);
  } catch (error) {
    if (error instanceof WireError) throw notUnderstood(call, error.message, error);
    throw error;
  }
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
function isSameId(held: string, asked: string): boolean {
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

function notUnderstood(call: Call, why: string, cause: unknown): UpstreamError {
  return new UpstreamError(
    'UPSTREAM_INVALID_RESPONSE',
    `Could not ${call.doing} as asked: the answer of the Images API cannot be understood: ${why}.`,
    { outcome: call.method === 'GET' ? undefined : 'UNKNOWN', cause },
  );
}
