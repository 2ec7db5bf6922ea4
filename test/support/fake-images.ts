import { UpstreamError } from '../../src/errors.ts';
import { TooLargeAnswer } from '../../src/upstream/attempt.ts';
import { type ImageList, ImagesClient } from '../../src/upstream/images-client.ts';
import type {
  ImageAttributes,
  ImageChanges,
  ImageMember,
  ImageMemberKey,
  MemberStatus,
} from '../../src/upstream/model.ts';
import type { Rows } from '../../src/upstream/rows.ts';
import { foldId } from '../../src/upstream/same-id.ts';
import { parseImage, parseMember } from '../../src/upstream/wire.ts';
import { imageId } from './image-id.ts';
import { withoutNetwork } from './transport.ts';

/** What the API holds, and how it answers. */
interface Held {
  readonly images?: readonly ImageAttributes[];
  /** By image id. */
  readonly members?: Readonly<Record<string, Rows<ImageMember>>>;
  /** The statuses under which the caller's lists contain an image, by folded image id. */
  readonly own?: Readonly<Record<string, readonly MemberStatus[]>>;
  /** Maximum number of rows per page. As in Glance, a full page says that more may follow, even if it is the last one. */
  readonly pageSize?: number;
  /** Errors of rows that a list by id could not parse. */
  readonly rowErrors?: readonly UpstreamError[];
  /** Whether the caller is no administrator; true by default. */
  readonly isOrdinary?: boolean;
  /** The error of a call, by the text that `calls` records. */
  readonly fail?: (call: string) => Error | undefined;
}

/** An Images API without a network that records the calls, with images as `#1`. Writes do not change what it holds. */
export class FakeImages extends ImagesClient {
  readonly calls: string[] = [];
  /** The largest number of concurrent writes so far. */
  mostAtOnce = 0;
  #atOnce = 0;
  readonly #held: Held;

  constructor(held: Held = {}) {
    super(...withoutNetwork());
    this.#held = held;
  }

  override async getImage(id: string): Promise<ImageAttributes | null> {
    this.#record(`getImage ${id}`);
    return this.#held.images?.find((image) => image.id === foldId(id)) ?? null;
  }

  override async listImagesById(ids: readonly string[], hidden: boolean): Promise<ImageList> {
    this.#record(`listImagesById ${hidden ? 'hidden' : 'visible'} ${ids.join()}`);
    const rows = this.#find(ids, hidden);
    return { ...this.#cut(rows), errors: this.#held.rowErrors ?? [] };
  }

  override async listImagesByMemberStatus(
    ids: readonly string[],
    status: MemberStatus,
    hidden: boolean,
  ): Promise<ImageList> {
    this.#record(`${status} ${hidden ? 'hidden' : 'visible'} ${ids.join()}`);
    const rows = this.#find(ids, hidden).filter(({ id }) => this.#held.own?.[foldId(id)]?.includes(status));
    return { ...this.#cut(rows), errors: [] };
  }

  override async listMembers(id: string): Promise<Rows<ImageMember>> {
    this.#record(`listMembers ${id}`);
    const list = this.#held.members?.[id];
    if (list === undefined) throw failure(404);
    return list;
  }

  override async getMember(key: ImageMemberKey): Promise<ImageMember | null> {
    this.#record(`getMember ${key.imageId}/${key.memberId}`);
    const same = ({ memberId }: ImageMember): boolean => foldId(memberId) === foldId(key.memberId);
    return this.#held.members?.[key.imageId]?.rows.find(same) ?? null;
  }

  override async isRefusedTasks(): Promise<boolean> {
    this.#record('listTasks');
    return this.#held.isOrdinary ?? true;
  }

  override async updateImage(id: string, changes: ImageChanges): Promise<ImageAttributes> {
    await this.#write(`updateImage ${id}`);
    return { ...makeImage(1), id, ...changes };
  }

  override async createMember({ imageId, memberId }: ImageMemberKey): Promise<ImageMember> {
    await this.#write(`createMember ${imageId}/${memberId}`);
    return { ...makeMember(1, memberId), imageId };
  }

  override async updateMember({ imageId, memberId }: ImageMemberKey, status: MemberStatus): Promise<ImageMember> {
    await this.#write(`updateMember ${imageId}/${memberId} ${status}`);
    return { ...makeMember(1, memberId), imageId, status };
  }

  override async deleteMember({ imageId, memberId }: ImageMemberKey): Promise<void> {
    await this.#write(`deleteMember ${imageId}/${memberId}`);
  }

  /** Records a write, which takes long enough for others to start. */
  async #write(call: string): Promise<void> {
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.#atOnce);
    try {
      this.#record(call);
    } finally {
      await new Promise((resolve) => setImmediate(resolve));
      this.#atOnce--;
    }
  }

  #record(call: string): void {
    const brief = call.replace(/0{8}-0{4}-4000-8000-0*(\d+)/g, '#$1');
    this.calls.push(brief);
    const error = this.#held.fail?.(brief);
    if (error) throw error;
  }

  #find(ids: readonly string[], hidden: boolean): ImageAttributes[] {
    const wanted = new Set(ids.map(foldId));
    return (this.#held.images ?? []).filter(({ id, osHidden }) => wanted.has(id) && (osHidden ?? false) === hidden);
  }

  #cut(rows: readonly ImageAttributes[]): Pick<ImageList, 'rows' | 'more'> {
    const { pageSize = Number.POSITIVE_INFINITY } = this.#held;
    return { rows: rows.slice(0, pageSize), more: rows.length >= pageSize };
  }
}

/** The image with this number: shared and visible, unless said otherwise. */
export function makeImage(number: number, rest: Readonly<Record<string, unknown>> = {}): ImageAttributes {
  return parseImage({ id: imageId(number), visibility: 'shared', os_hidden: false, tags: [], ...rest });
}

/** A member of the image with this number. */
export function makeMember(number: number, memberId: string, status = 'pending'): ImageMember {
  const at = '2026-11-21T03:41:54Z';
  const key = { image_id: imageId(number), member_id: memberId };
  return parseMember({ ...key, status, created_at: at, updated_at: at, schema: 's' }, key.image_id);
}

/** The error of a call that upstream answers with this status and text. */
export function failure(status: number, words = ''): UpstreamError {
  return new UpstreamError('UPSTREAM_UNAVAILABLE', `failed with ${status}`, { status, words });
}

/** The error of a call whose response is too large. */
export function tooLarge(): UpstreamError {
  return new UpstreamError('UPSTREAM_UNAVAILABLE', 'too large', { cause: new TooLargeAnswer(1, null) });
}
