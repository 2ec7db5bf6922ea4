import type { GatewayContext } from '../context.ts';
import type { ImageUserError } from '../generated.ts';
import { imageNotShared, noSuchImage, refuseId, unknownMember } from './refusal.ts';

/**
 * Which member of images the caller is. The Identity service knows. Where there is none, the Images API tells it: to a
 * member, it lists that member alone. To the owner, and to an administrator, an image with a single member looks the same:
 * administrators are told apart by what the Images API refuses to everyone else, and an owner cannot set the status of a
 * member.
 */
export class OwnMember {
  readonly #context: GatewayContext;
  #id: string | null = null;

  constructor(context: GatewayContext) {
    this.#context = context;
  }

  /** The member that the caller is for certain; null where that is not known yet. */
  get id(): string | null {
    return this.#id;
  }

  /** Whether the images have to be asked. @throws GatewayError where the Identity service fails. */
  async isUntold(): Promise<boolean> {
    return this.#id === null && (await this.#context.identity.token()) === null;
  }

  /**
   * The member whose status the caller can set in this image, or why there is none. Where it is not certain that this is
   * the caller, the Images API refuses to change the status of anyone else.
   *
   * @throws GatewayError.
   */
  async find(imageId: string): Promise<string | ImageUserError> {
    const [unusable] = refuseId('imageId', imageId);
    if (unusable) return unusable;
    if (await this.isUntold()) return this.#findListed(imageId);
    this.#id ??= (await this.#context.identity.token())?.project?.id ?? null;
    return this.#id ?? unknownMember(imageId, 'the token is for no project.');
  }

  /** Is called when the caller has set a status as this member: nobody else could. */
  confirm(memberId: string): void {
    this.#id = memberId;
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
    return unknownMember(
      imageId,
      'an administrator must give the "memberId", because the Images API does not tell it.',
    );
  }
}
