/** A user of the cloud. */
export interface User {
  readonly id: string;
  /** Null if Keystone does not return it. */
  readonly name: string | null;
}

/** A project with its name. */
export interface NamedProject {
  readonly id: string;
  readonly name: string;
}

/** A project, in the shape of the schema type. An undefined name has not been looked up yet. */
export interface Project {
  readonly id: string;
  readonly name?: string | null;
}

/** The user, scope and expiry of a token. */
export interface TokenFacts {
  readonly user: User;
  /** Null for a token that is not scoped to a project. */
  readonly project: NamedProject | null;
  /** Role names; null for an unscoped token. */
  readonly roles: readonly string[] | null;
  /** RFC 3339 text in UTC. */
  readonly expiresAt: string;
}
