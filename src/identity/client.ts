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

/** How messages describe the Identity service. */
export const identityApi: Service = {
  label: 'identity',
  name: 'the Identity service',
  tokenAdvice: 'Get a new one.',
  notFound: 'it does not exist, or this token may not see it.',
  addressSetting: 'IDENTITY_API_URL',
};

/** Why there is no result: the caller may not see it, or it does not exist. */
export type LookupFailure = 'REFUSED' | 'UNKNOWN';

/** A list of projects. */
export interface ProjectList extends Rows<NamedProject> {
  /** Whether there are more projects than the list holds. */
  readonly isCut: boolean;
}

/** Maximum number of requests to the Identity service for one operation, retries included. */
const maxRequests = 5;

/**
 * The Identity service (Keystone, v3) as one caller sees it, for one operation. Every call uses only the caller's own
 * token. A 403 or 404 is a result, not an error. All methods throw UpstreamError, with `UNAUTHENTICATED` for a missing
 * or rejected token.
 */
export class IdentityClient {
  readonly #session: Session;
  #requestsLeft = maxRequests;

  /** @param sharedReads lets identical reads with one token share a call; null: each read makes its own call. */
  constructor(transport: Transport, sharedReads: ReadSharing | null, caller: ClientCaller) {
    this.#session = new Session(transport, sharedReads, { ...caller, mayRetry: () => this.#take() });
  }

  /** Number of requests that this operation may still make. */
  get requestsLeft(): number {
    return this.#requestsLeft;
  }

  /** `GET /v3/auth/tokens`: user, project and roles of the caller's token. */
  getToken(): Promise<TokenFacts | LookupFailure> {
    // The catalogue is large and not needed here.
    const path = '/auth/tokens?nocatalog';
    return this.#read({ operation: 'getToken', doing: 'look up the caller', path, isAboutToken: true }, parseToken);
  }

  /** `GET /v3/auth/projects`: all projects in which the user has a role, whatever the scope of the token. */
  listOwnProjects(): Promise<ProjectList | LookupFailure> {
    const doing = "list the user's projects";
    return this.#listProjects({ operation: 'listOwnProjects', doing, path: '/auth/projects' });
  }

  /** `GET /v3/projects`: all projects of the cloud. Keystone cannot filter by ids nor, before 2025, paginate. */
  listProjects(): Promise<ProjectList | LookupFailure> {
    return this.#listProjects({
      operation: 'listProjects',
      doing: 'list the projects of the cloud',
      path: '/projects',
    });
  }

  /** `GET /v3/projects/{project_id}`. The id must be a valid path segment. */
  getProject(id: string): Promise<NamedProject | LookupFailure> {
    const path = `/projects/${encodeURIComponent(id)}`;
    return this.#read({ operation: 'getProject', doing: `look up project ${id}`, path }, (json) => {
      const project = parseProjectBody(json);
      if (!mayBeSameId(project.id, id)) throw new WireError('it is about another project');
      return project;
    });
  }

  #listProjects(read: Read): Promise<ProjectList | LookupFailure> {
    return this.#read(read, (json, call) => ({
      ...toRows(this.#session.parseRows(call, parseArray(json, 'projects'), parseProject, null)),
      isCut: isCut(json),
    }));
  }

  async #read<T>(read: Read, parse: (json: unknown, call: Call) => T): Promise<T | LookupFailure> {
    if (!this.#take()) {
      const why = `one operation makes at most ${maxRequests} requests to the Identity service. Ask for less in each.`;
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
        `Could not ${read.doing}: the Identity service is not at the configured address. Check IDENTITY_API_URL.`,
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

/** Keystone answers 404 in JSON for an unknown resource, and with an HTML page for an unknown address. */
function isFromKeystone(error: UpstreamError): boolean {
  return error.says('"error"');
}
