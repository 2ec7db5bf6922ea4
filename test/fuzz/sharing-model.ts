/** The four projects that share. */
export const names = ['producer', 'a', 'b', 'stranger'] as const;
export type Name = (typeof names)[number];
export type Status = 'PENDING' | 'ACCEPTED' | 'REJECTED';

/** One step: a project changes its own or another project's membership. */
export type Step =
  | { readonly does: 'create' | 'delete'; readonly by: Name; readonly member: Name; readonly image: number }
  | {
      readonly does: 'update';
      readonly by: Name;
      readonly member: Name;
      readonly image: number;
      readonly status: Status;
    };

/**
 * A minimal model of sharing: the producer adds and removes members, a member sets its own status, and each project sees
 * only what concerns it. It is written from Glance's behaviour, independently of the gateway's implementation.
 */
export class SharingModel {
  readonly #images: readonly Map<Name, Status>[];

  constructor(images: number) {
    this.#images = Array.from({ length: images }, () => new Map());
  }

  /** Applies a step. @returns the code of the user error, or null. */
  take(step: Step): string | null {
    const members = this.#images[step.image] as Map<Name, Status>;
    const sees = step.by === 'producer' || members.has(step.by);
    if (!sees) return 'NOT_FOUND';
    switch (step.does) {
      case 'create':
        if (step.by !== 'producer') return 'NOT_IMAGE_OWNER';
        if (members.has(step.member)) return 'ALREADY_MEMBER';
        members.set(step.member, 'PENDING');
        return null;
      case 'delete':
        if (step.by !== 'producer') return 'NOT_IMAGE_OWNER';
        return members.delete(step.member) ? null : 'NOT_FOUND';
      case 'update':
        if (step.by === 'producer') return 'NOT_IMAGE_MEMBER';
        // Members do not see each other.
        if (step.by !== step.member) return 'NOT_FOUND';
        members.set(step.member, step.status);
        return null;
    }
  }

  /** The members of an image that a project sees; null if it does not see the image. */
  seenBy(name: Name, image: number): ReadonlyMap<Name, Status> | null {
    const members = this.#images[image] as Map<Name, Status>;
    if (name === 'producer') return members;
    const own = members.get(name);
    return own === undefined ? null : new Map([[name, own]]);
  }
}
