import DataLoader from 'dataloader';
import type { IdentityClient, ProjectList } from '../../identity/client.ts';
import { whyNotPathSegment } from '../../upstream/path.ts';

/**
 * What projects are called, for one operation. The user's own projects are named by one call, whatever their number.
 * Those of others are told to administrators alone: a single one is looked up by its id, and whatever follows takes the
 * list of all projects, because Keystone cannot list some of them by their ids. After one refusal no other name is asked
 * for, and what cannot be found within the bounds of the operation stays unknown.
 */
export class ProjectNames {
  readonly #identity: IdentityClient;
  readonly #ownProjects: () => Promise<ProjectList | null>;
  /** How many of the operation's requests must be left to others. */
  readonly #reserved: () => number;
  readonly #loader = new DataLoader<string, string | null>((ids) => this.#load(ids));
  /** Names of projects of others; null where there is no such project. */
  readonly #others = new Map<string, string | null>();
  /** Whether nothing more can be found out about projects of others. */
  #isComplete = false;
  #isListed = false;
  /** What is being found out about projects of others: the next question may be answered by then. */
  #asking: Promise<unknown> = Promise.resolve();

  constructor(identity: IdentityClient, ownProjects: () => Promise<ProjectList | null>, reserved: () => number) {
    this.#identity = identity;
    this.#ownProjects = ownProjects;
    this.#reserved = reserved;
  }

  /**
   * The name of a project; null where the caller may not know it, and where there is no such project.
   * @throws GatewayError where the Identity service cannot tell.
   */
  async load(id: string): Promise<string | null> {
    // Anything can be a member of an image. What cannot stand in a path is no project.
    return whyNotPathSegment(id) === null ? this.#loader.load(id) : null;
  }

  async #load(ids: readonly string[]): Promise<(string | null)[]> {
    const own = new Map((await this.#ownProjects())?.rows.map(({ id, name }) => [id, name]));
    const others = ids.filter((id) => !own.has(id));
    if (others.length > 0) await this.#inTurn(() => this.#find(others));
    return ids.map((id) => own.get(id) ?? this.#others.get(id) ?? null);
  }

  /** After a failure, every later turn fails alike: what failed once is not tried again. */
  #inTurn(find: () => Promise<void>): Promise<unknown> {
    this.#asking = this.#asking.then(find);
    return this.#asking;
  }

  async #find(ids: readonly string[]): Promise<void> {
    const missing = (): string[] => ids.filter((id) => !this.#others.has(id));
    const isFirst = this.#others.size === 0 && ids.length === 1;
    if (!isFirst && !this.#isListed && missing().length > 0) await this.#list();
    for (const id of missing()) await this.#lookUp(id);
  }

  async #list(): Promise<void> {
    if (!this.#mayAsk()) return;
    const list = await this.#identity.listProjects();
    this.#isListed = true;
    if (typeof list === 'string') {
      this.#isComplete = true;
      return;
    }
    for (const { id, name } of list.rows) this.#others.set(id, name);
    this.#isComplete = !list.isCut;
  }

  async #lookUp(id: string): Promise<void> {
    if (!this.#mayAsk()) return;
    const project = await this.#identity.getProject(id);
    if (project === 'REFUSED') this.#isComplete = true;
    else this.#others.set(id, project === 'UNKNOWN' ? null : project.name);
  }

  #mayAsk(): boolean {
    return !this.#isComplete && this.#identity.requestsLeft > this.#reserved();
  }
}
