import type { ImageAttributes } from '../../upstream/model.ts';

interface Verdict {
  readonly owner: string | undefined;
  readonly isOwn: boolean;
  readonly times: number;
}

/** A verdict counts once it was found so often in a row: a single one may come of lists that changed while they were read. */
const enough = 2;

/**
 * Which of the images that upstream lists as shared are the caller's own, as found out by one read of the list for the
 * next one. An image that was not listed is forgotten, and so is one that has another owner.
 */
export class Ownership {
  readonly #before: ReadonlyMap<string, Verdict>;
  readonly #projectId: string | null;
  readonly #found = new Map<string, Verdict>();

  /**
   * @param before what was found out by the read before this one.
   * @param projectId the caller's project, where it is known to be a member of something: then it is no administrator, to
   * whom the Images API shows every image as its owner sees it.
   */
  constructor(before: Ownership | undefined, projectId: string | null) {
    this.#projectId = projectId;
    this.#before = before === undefined ? new Map() : before.#found;
  }

  /** Whether an image is the caller's own; undefined where upstream must be asked. */
  isOwn(image: ImageAttributes): boolean | undefined {
    if (this.#projectId !== null) return image.owner?.id === this.#projectId;
    const verdict = this.#verdictOf(image);
    if (verdict === undefined || verdict.times < enough) return undefined;
    this.#found.set(image.id, verdict);
    return verdict.isOwn;
  }

  /** Records what upstream was asked about an image. */
  learn(image: ImageAttributes, isOwn: boolean): void {
    const verdict = this.#verdictOf(image);
    const times = verdict?.isOwn === isOwn ? verdict.times + 1 : 1;
    this.#found.set(image.id, { owner: image.owner?.id, isOwn, times });
  }

  #verdictOf({ id, owner }: ImageAttributes): Verdict | undefined {
    const verdict = this.#before.get(id);
    return verdict?.owner === owner?.id ? verdict : undefined;
  }
}
