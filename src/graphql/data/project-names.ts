import DataLoader from 'dataloader';
import type { IdentityClient, ProjectList } from '../../identity/client.ts';
import { whyNotPathSegment } from '../../upstream/path.ts';

/**
 * Project names, for one operation. One call names all of the user's own projects. Only administrators may see the
 * names of others: the first one is looked up by id if it is requested alone; any further ones take the list of all
 * projects, because Keystone cannot filter by several ids. After one refusal, no other name is requested. Names that
 * exceed the operation's number of requests stay unknown.
 */
export class ProjectNames {
  readonly #identity: IdentityClient;
  readonly #ownProjects: () => Promise<ProjectList | null>;
  /** Number of the operation's requests that are reserved for other purposes. */
  readonly #reserved: () => number;
  readonly #loader = new DataLoader<string, string | null>((ids) => this.#load(ids));
  /** Names of other projects; null if there is no such project. */
  readonly #others = new Map<string, string | null>();
  /** Whether no further names of other projects can be found. */
  #isComplete = false;
  #isListed = false;
  /** The lookups of other projects so far, in sequence, because one may make the next unnecessary. */
  #asking: Promise<unknown> = Promise.resolve();

  constructor(identity: IdentityClient, ownProjects: () => Promise<ProjectList | null>, reserved: () => number) {
    this.#identity = identity;
    this.#ownProjects = ownProjects;
    this.#reserved = reserved;
  }

  /**
   * The name of a project; null if the caller may not see it, or there is no such project.
   * @throws GatewayError if the Identity service fails.
   */
  async load(id: string): Promise<string | null> {
    // A member id can be any text. One that cannot be a path segment is not a project.
    return whyNotPathSegment(id) === null ? this.#loader.load(id) : null;
  }

  async #load(ids: readonly string[]): Promise<(string | null)[]> {
    const own = new Map((await this.#ownProjects())?.rows.map(({ id, name }) => [id, name]));
    const others = ids.filter((id) => !own.has(id));
    if (others.length > 0) await this.#inTurn(() => this.#find(others));
    return ids.map((id) => own.get(id) ?? this.#others.get(id) ?? null);
  }

  /** After a failure, every later lookup fails with the same error, without a retry. */
  #inTurn(find: () => Promise<void>): Promise<unknown> {
    this.#asking = this.#asking.then(find);
    return this.#asking;
  }

  async #find(ids: readonly string[]): Promise<void> {
    const missing = (): string[] => ids.filter((id) => !this.#others.has(id));
    const isFirst = this.#others.size === 0 && ids.length === 1;
    if (!isFirst && !this.#isListed) await this.#list();
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
