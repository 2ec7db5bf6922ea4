import type { IdentityClient, LookupFailure, ProjectList } from '../../identity/client.ts';
import type { Project, TokenFacts } from '../../identity/model.ts';
import type { ImagesClient } from '../../upstream/images-client.ts';
import { findOwnProject } from './own-project.ts';
import { ProjectNames } from './project-names.ts';

/**
 * The user and project of one request's caller, and project names. Each is read at most once. All methods reject with a
 * GatewayError, `UNAUTHENTICATED` for a rejected token; what the caller may not see is null.
 */
export class CallerIdentity {
  readonly #identity: IdentityClient | null;
  readonly #images: ImagesClient;
  readonly #names: ProjectNames | null;
  #token: Promise<TokenFacts | null> | undefined;
  #ownProjects: Promise<ProjectList | null> | undefined;
  #ownProject: Promise<Project | null> | undefined;
  #isOrdinary: Promise<boolean> | undefined;
  #ownMemberId: Promise<string | undefined> | undefined;

  /** @param identity null if no Identity service is configured: then only the Images API is used. */
  constructor(identity: IdentityClient | null, images: ImagesClient) {
    this.#identity = identity;
    this.#images = images;
    // One request is reserved for looking up the token.
    const reserved = (): number => (this.#token === undefined ? 1 : 0);
    this.#names = identity && new ProjectNames(identity, () => this.ownProjects(), reserved);
  }

  /** The user, scope and expiry of the token; null if the caller may not see them, or without an Identity service. */
  token(): Promise<TokenFacts | null> {
    this.#token ??= toNull(this.#identity?.getToken());
    return this.#token;
  }

  /** The projects in which the user has a role; null if the caller may not see them, or without an Identity service. */
  ownProjects(): Promise<ProjectList | null> {
    this.#ownProjects ??= toNull(this.#identity?.listOwnProjects());
    return this.#ownProjects;
  }

  /** Starts to list the user's projects concurrently with the token lookup. */
  expectOwnProjects(): void {
    // `ownProjects` reports the error to its callers.
    this.ownProjects().catch(() => {});
  }

  /**
   * The project of the token, from the Identity service or else inferred from the Images API. Null for a token without
   * a project, and if it cannot be determined with certainty.
   */
  async ownProject(): Promise<Project | null> {
    const token = await this.token();
    if (token !== null) return token.project;
    this.#ownProject ??= findOwnProject(this.#images);
    return this.#ownProject;
  }

  /**
   * Whether the Images API treats the caller as an ordinary user, who can only see and change images that are the
   * project's own, shared with it, or open to everyone. False if that is not certain.
   */
  isOrdinary(): Promise<boolean> {
    this.#isOrdinary ??= this.#images.isRefusedTasks();
    return this.#isOrdinary;
  }

  /**
   * The member id of the caller; null if it is not a member, or that is unknown.
   *
   * @param ask looks it up in the Images API. Is called at most once, and only if the Identity service has no answer.
   */
  async ownMemberId(ask: () => Promise<string | undefined>): Promise<string | null> {
    // `token` reports the error to its callers; a membership can be found without it.
    const token = await this.token().catch(() => null);
    if (token?.project) return token.project.id;
    this.#ownMemberId ??= ask();
    return (await this.#ownMemberId.catch(() => undefined)) ?? null;
  }

  /** The name of a project; null if the caller may not see it, or without an Identity service. */
  async projectName(id: string): Promise<string | null> {
    return this.#names?.load(id) ?? null;
  }
}

async function toNull<T extends object>(answer: Promise<T | LookupFailure> | undefined): Promise<T | null> {
  const result = await answer;
  return result === undefined || typeof result === 'string' ? null : result;
}
