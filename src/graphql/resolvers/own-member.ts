import type { GatewayContext } from '../context.ts';
import { settle } from '../data/settle.ts';
import type { ImageUserError } from '../generated.ts';
import { imageNotShared, noSuchImage, refuseId, unknownMember } from './refusal.ts';

/**
 * The member id of the caller. The Identity service knows it. Without one, the Images API reveals it: to a member, it
 * lists that member alone. To the owner and to an administrator, an image with a single member looks the same.
 * Administrators are recognised by a call that the Images API refuses to everyone else, and it refuses owners a change
 * of a member's status.
 */
export class OwnMember {
  readonly #context: GatewayContext;
  #id: string | null = null;
  /** Whether the caller may be an administrator, so that no image reveals its member id. */
  #isPrivileged = false;

  constructor(context: GatewayContext) {
    this.#context = context;
  }

  /** The caller's member id if it is certain; otherwise null. */
  get id(): string | null {
    return this.#id;
  }

  /** Whether the next image may reveal the member id. @throws GatewayError if the Identity service fails. */
  async isSought(): Promise<boolean> {
    return this.#id === null && !this.#isPrivileged && (await this.#context.identity.token()) === null;
  }

  /**
   * The member whose status the caller can set in this image, or why there is none. If it is not certain that this is the
   * caller, the Images API refuses the change.
   *
   * @throws GatewayError.
   */
  async find(imageId: string): Promise<string | ImageUserError> {
    const [unusable] = refuseId('imageId', imageId);
    if (unusable) return unusable;
    if (await this.isSought()) return this.#findListed(imageId);
    if (this.#isPrivileged) return administratorMember(imageId);
    this.#id ??= (await this.#context.identity.token())?.project?.id ?? null;
    return this.#id ?? unknownMember(imageId, 'the token is for no project.');
  }

  /** Must be called after the caller has set a status as this member: the Images API allows that to nobody else. */
  confirm(memberId: string): void {
    this.#id = memberId;
  }

  /**
   * Learns who the caller is from an image in which it was told that it is not a member. An ordinary caller owns such an
   * image if it is shared or private, because it could not see it otherwise. A wrong guess would change nothing: the
   * Images API refuses an ordinary caller a change of anyone else's status. Does not throw if it can learn nothing.
   */
  async learnFrom(imageId: string): Promise<void> {
    if (this.#isPrivileged) return;
    const { identity, loaders } = this.#context;
    const image = await settle(loaders.image(imageId));
    if (image === null || image instanceof Error) return;
    if (image.visibility !== 'SHARED' && image.visibility !== 'PRIVATE') return;
    const isOrdinary = await settle(identity.isOrdinary());
    if (isOrdinary === true) this.#id = image.owner?.id ?? null;
    if (isOrdinary === false) this.#isPrivileged = true;
  }

  async #findListed(imageId: string): Promise<string | ImageUserError> {
    const { identity, loaders } = this.#context;
    const list = await loaders.memberList(imageId);
    if (list === null) return noSuchImage({ imageId });
    const [member, another] = list.rows;
    const [incomplete] = list.errors;
    if (incomplete) throw incomplete;
    if (member === undefined) {
      const image = await loaders.image(imageId);
      if (image !== null && image.visibility !== 'SHARED') return imageNotShared(image);
    }
    if (member === undefined || another !== undefined) {
      return unknownMember(imageId, 'only a member can set its status, with a token of its own project.');
    }
    if (await identity.isOrdinary()) return member.memberId;
    this.#isPrivileged = true;
    return administratorMember(imageId);
  }
}

function administratorMember(imageId: string): ImageUserError {
  return unknownMember(imageId, 'an administrator must give the "memberId", because the Images API does not tell it.');
}
