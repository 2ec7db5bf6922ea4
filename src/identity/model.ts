/** A user of the cloud. */
export interface User {
  readonly id: string;
  /** Null where Keystone does not tell it. */
  readonly name: string | null;
}

/** A project whose name is known. */
export interface NamedProject {
  readonly id: string;
  readonly name: string;
}

/** A project, shaped as the schema shows it. Without a name, it is yet to be looked up. */
export interface Project {
  readonly id: string;
  readonly name?: string | null;
}

/** What a token says of itself. */
export interface TokenFacts {
  readonly user: User;
  /** Null for a token without a project. */
  readonly project: NamedProject | null;
  /** By name; null for a token without a scope. */
  readonly roles: readonly string[] | null;
  /** RFC 3339 text in UTC. */
  readonly expiresAt: string;
}
