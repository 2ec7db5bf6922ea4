import type {
  ImageAttributes,
  ImageChanges,
  ImageMember,
  ImageMemberKey,
  MemberStatus,
} from '../../src/upstream/model.ts';
import { FakeImages, makeImage, makeMember } from './fake-images.ts';

type Held = NonNullable<ConstructorParameters<typeof FakeImages>[0]>;

/** An Images API without a network that also accepts writes, but keeps what it holds. */
export class FakeWrites extends FakeImages {
  /** The largest number of writes that were under way at once. */
  mostAtOnce = 0;
  #atOnce = 0;
  readonly #fail: NonNullable<Held['fail']>;

  constructor(held: Held = {}) {
    super(held);
    this.#fail = held.fail ?? (() => undefined);
  }

  override async updateImage(id: string, changes: ImageChanges): Promise<ImageAttributes> {
    await this.#write(`updateImage ${id}`);
    return { ...makeImage(numberOf(id)), ...changes };
  }

  override async createMember({ imageId, memberId }: ImageMemberKey): Promise<ImageMember> {
    await this.#write(`createMember ${imageId}/${memberId}`);
    return makeMember(numberOf(imageId), memberId);
  }

  override async updateMember({ imageId, memberId }: ImageMemberKey, status: MemberStatus): Promise<ImageMember> {
    await this.#write(`updateMember ${imageId}/${memberId} ${status}`);
    return makeMember(numberOf(imageId), memberId, status.toLowerCase());
  }

  override async deleteMember({ imageId, memberId }: ImageMemberKey): Promise<void> {
    await this.#write(`deleteMember ${imageId}/${memberId}`);
  }

  async #write(call: string): Promise<void> {
    const brief = call.replace(/0{8}-0{4}-4000-8000-0*(\d+)/g, '#$1');
    this.calls.push(brief);
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.#atOnce);
    await new Promise((resolve) => setImmediate(resolve));
    this.#atOnce--;
    const error = this.#fail(brief);
    if (error) throw error;
  }
}

function numberOf(imageId: string): number {
  return Number(imageId.slice(-12));
}
