import type { IdentityClient, ProjectList, Untold } from '../../identity/client.ts';
import type { Project, TokenFacts } from '../../identity/model.ts';
import type { ImagesClient } from '../../upstream/images-client.ts';
import { findOwnProject } from './own-project.ts';
import { ProjectNames } from './project-names.ts';

/**
 * Who the caller of one request is, and what projects are called. Everything is asked for once. All methods reject with
 * a GatewayError, `UNAUTHENTICATED` for a token that is not accepted; what the caller may not know is null.
 */
export class CallerIdentity {
  readonly #identity: IdentityClient | null;
  readonly #images: ImagesClient;
  readonly #names: ProjectNames | null;
  #token: Promise<TokenFacts | null> | undefined;
  #ownProjects: Promise<ProjectList | null> | undefined;
  #ownProject: Promise<Project | null> | undefined;

  /** @param identity null where no Identity service is configured: then only the Images API is asked. */
  constructor(identity: IdentityClient | null, images: ImagesClient) {
    this.#identity = identity;
    this.#images = images;
    // One request is kept for the token, until it was looked up.
    const reserved = (): number => (this.#token === undefined ? 1 : 0);
    this.#names = identity && new ProjectNames(identity, () => this.ownProjects(), reserved);
  }

  /** What the token says of itself; null where that is not told, or without an Identity service. */
  token(): Promise<TokenFacts | null> {
    this.#token ??= toNull(this.#identity?.getToken());
    return this.#token;
  }

  /** All projects that the user has a role in; null where that is not told, or without an Identity service. */
  ownProjects(): Promise<ProjectList | null> {
    this.#ownProjects ??= toNull(this.#identity?.listOwnProjects());
    return this.#ownProjects;
  }

  /** Begins to list the user's projects along with the token, so that they need not wait for it. */
  expectOwnProjects(): void {
    // Anyone who asks for them is told what went wrong.
    this.ownProjects().catch(() => {});
  }

  /**
   * The project that the token is for: as the Identity service says, or as far as the Images API tells it. Null for a
   * token without a project, and where it cannot be known for certain.
   */
  async ownProject(): Promise<Project | null> {
    const token = await this.token();
    if (token !== null) return token.project;
    this.#ownProject ??= findOwnProject(this.#images);
    return this.#ownProject;
  }

  /** The name of a project; null where the caller may not know it, and without an Identity service. */
  async projectName(id: string): Promise<string | null> {
    return this.#names?.load(id) ?? null;
  }
}

async function toNull<T extends object>(answer: Promise<T | Untold> | undefined): Promise<T | null> {
  const told = await answer;
  return told === undefined || typeof told === 'string' ? null : told;
}
