import { UpstreamError } from '../errors.ts';
import type { Call, Service } from '../upstream/call.ts';
import { type Rows, toRows } from '../upstream/rows.ts';
import { mayBeSameId } from '../upstream/same-id.ts';
import { type ClientCaller, type Read, Session } from '../upstream/session.ts';
import type { ReadSharing } from '../upstream/shared-reads.ts';
import type { Transport } from '../upstream/transport.ts';
import { parseArray, WireError } from '../upstream/wire.ts';
import type { NamedProject, TokenFacts } from './model.ts';
import { isCut, parseProject, parseProjectBody, parseToken } from './wire.ts';

/** What messages say of the Identity service. */
export const identityApi: Service = {
  name: 'the Identity service',
  tokenAdvice: 'Get a new one.',
  notFound: 'the Identity service knows nothing of it, or does not tell it to this token.',
  addressSetting: 'IDENTITY_API_URL',
};

/** Why something is not told: the caller may not know it, or it does not exist. */
export type Untold = 'REFUSED' | 'UNKNOWN';

/** A list of projects. */
export interface ProjectList extends Rows<NamedProject> {
  /** Whether there are more projects than the list holds. */
  readonly isCut: boolean;
}

/** How many requests one operation may cost the Identity service, those included that repeat one. */
const maxRequests = 5;

/**
 * The Identity service (Keystone, v3) as one caller sees it, for one operation. All calls are made with the caller's own
 * token and nothing else. What the caller may not know is no error. All methods throw UpstreamError, and
 * `UNAUTHENTICATED` without a token or for one that is not accepted.
 */
export class IdentityClient {
  readonly #session: Session;
  #requestsLeft = maxRequests;

  /** @param sharedReads lets identical reads of one token share a call; null: every read is a call of its own. */
  constructor(transport: Transport, sharedReads: ReadSharing | null, caller: ClientCaller) {
    this.#session = new Session(transport, sharedReads, { ...caller, mayRetry: () => this.#take() });
  }

  /** How many more requests this operation may cost. */
  get requestsLeft(): number {
    return this.#requestsLeft;
  }

  /** `GET /v3/auth/tokens`: what the token says of itself. */
  getToken(): Promise<TokenFacts | Untold> {
    // The catalogue is large, and tells nothing that is wanted here.
    const path = '/auth/tokens?nocatalog';
    return this.#read({ operation: 'getToken', doing: 'look up the caller', path, isAboutToken: true }, parseToken);
  }

  /** `GET /v3/auth/projects`: all projects that the user has a role in, whatever the token is for. */
  listOwnProjects(): Promise<ProjectList | Untold> {
    const doing = "list the user's projects";
    return this.#listProjects({ operation: 'listOwnProjects', doing, path: '/auth/projects' });
  }

  /** `GET /v3/projects`: all projects of the cloud; Keystone can neither list some of them by id nor, before 2025, page. */
  listProjects(): Promise<ProjectList | Untold> {
    return this.#listProjects({
      operation: 'listProjects',
      doing: 'list the projects of the cloud',
      path: '/projects',
    });
  }

  /** `GET /v3/projects/{project_id}`. The id has been checked: it can stand in a path. */
  getProject(id: string): Promise<NamedProject | Untold> {
    const path = `/projects/${encodeURIComponent(id)}`;
    return this.#read({ operation: 'getProject', doing: `look up project ${id}`, path }, (json) => {
      const project = parseProjectBody(json);
      if (!mayBeSameId(project.id, id)) throw new WireError('it is about another project');
      return project;
    });
  }

  #listProjects(read: Read): Promise<ProjectList | Untold> {
    return this.#read(read, (json, call) => ({
      ...toRows(this.#session.parseRows(call, parseArray(json, 'projects'), parseProject)),
      isCut: isCut(json),
    }));
  }

  async #read<T>(read: Read, parse: (json: unknown, call: Call) => T): Promise<T | Untold> {
    if (!this.#take()) {
      const why = 'one operation may not ask the Identity service any more.';
      throw new UpstreamError('UPSTREAM_UNAVAILABLE', `Could not ${read.doing}: ${why}`);
    }
    try {
      return await this.#session.read(() => read, parse);
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      if (error.status === 403) return 'REFUSED';
      if (error.status !== 404) throw error;
      if (isFromKeystone(error)) return 'UNKNOWN';
      throw new UpstreamError(
        'UPSTREAM_INVALID_RESPONSE',
        `Could not ${read.doing}: the Identity service has no such address. The gateway may be set up with a wrong one.`,
        { status: 404, cause: error },
      );
    }
  }

  #take(): boolean {
    if (this.#requestsLeft === 0) return false;
    this.#requestsLeft--;
    return true;
  }
}

/** Keystone says in JSON that there is no such thing; an address that it does not have is answered with a page. */
function isFromKeystone(error: UpstreamError): boolean {
  return error.says('"error"');
}
