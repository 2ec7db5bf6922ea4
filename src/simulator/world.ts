import { createHash } from 'node:crypto';
import { type Database, type Sameness, sameness } from './sameness.ts';

/** A project's decision about an image shared with it. */
export type MemberStatus = 'pending' | 'accepted' | 'rejected';

/** Who may see an image. */
export type Visibility = 'public' | 'private' | 'shared' | 'community';

/** An image's stage in its life cycle, as shown by Glance 25.1 outside imports. */
export type ImageStatus = 'queued' | 'active' | 'deactivated';

/** A project of the cloud, in Keystone's default domain. */
export interface Project {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
}

/** A user of the cloud, in Keystone's default domain. */
export interface User {
  readonly id: string;
  readonly name: string;
}

/** The identity behind a token: a user, one project and the roles in it. */
export interface Identity {
  readonly token: string;
  /** 32 hex characters, or `null` for a token without a project. */
  readonly projectId: string | null;
  /** Display name, printed next to the token. */
  readonly name: string;
  readonly roles: readonly ('admin' | 'member' | 'reader')[];
  /** The user of the token; by default one with the name of the identity. */
  readonly user?: User;
  /** Expiry of the token; by default never, although Keystone reports one a day ahead. */
  readonly expiresAt?: Date;
  /** Whether the token has expired; it is then answered like an unknown one. */
  readonly expired?: boolean;
}

/** One project an image is shared with. Times are microseconds since 1970, shown as whole seconds. */
export interface Member {
  memberId: string;
  status: MemberStatus;
  readonly createdAt: number;
  updatedAt: number;
  /** A removed member keeps its position and original `createdAt`. Observed on Glance 25.1. */
  removed: boolean;
}

/** One image. Times are microseconds since 1970, shown as whole seconds. */
export interface Image {
  readonly id: string;
  name: string | null;
  owner: string | null;
  visibility: Visibility;
  status: ImageStatus;
  diskFormat: string | null;
  containerFormat: string | null;
  size: number | null;
  virtualSize: number | null;
  checksum: string | null;
  osHashAlgo: string | null;
  osHashValue: string | null;
  protected: boolean;
  osHidden: boolean;
  minRam: number;
  minDisk: number;
  readonly createdAt: number;
  updatedAt: number;
  tags: string[];
  /** Custom properties, in the order they were added. */
  properties: Map<string, string>;
  readonly members: Member[];
}

/** The input of `World.addImage`. Defaults are those of a new image in Glance 25.1. */
export interface NewImage extends Partial<Omit<Image, 'createdAt' | 'updatedAt' | 'properties' | 'members'>> {
  readonly createdAt?: Date;
  readonly updatedAt?: Date;
  readonly properties?: Readonly<Record<string, string>>;
  readonly members?: readonly NewMember[];
}

/** A member in `NewImage`. */
export interface NewMember {
  readonly memberId: string;
  readonly status?: MemberStatus;
  readonly createdAt?: Date;
  readonly updatedAt?: Date;
}

/** Options of a world. */
export interface WorldOptions {
  /** Returns milliseconds since 1970; tests pass their own. */
  readonly now?: () => number;
  /** The database to imitate; SQLite by default. */
  readonly database?: Database;
}

/** Is called with the type of an event, such as `image.member.create`, and what Glance's notification of it holds. */
export type Listener = (type: string, payload: Readonly<Record<string, unknown>>) => void;

/** The in-memory state of the embedded APIs: identities, projects, images and their members. */
export class World {
  readonly identities = new Map<string, Identity>();
  readonly projects = new Map<string, Project>();
  /** The ids of the projects in which a user has a role, by user id. */
  readonly rolesOf = new Map<string, Set<string>>();
  readonly images = new Map<string, Image>();
  /** The id of a deleted image cannot be reused. Observed on Glance 25.1. */
  readonly deletedImageIds = new Set<string>();
  readonly database: Database;
  readonly #now: () => number;
  readonly #listeners = new Set<Listener>();
  #lastTick = 0;

  constructor(options: WorldOptions = {}) {
    this.#now = options.now ?? Date.now;
    this.database = options.database ?? 'sqlite';
  }

  /** Whether two texts are equal to the database. */
  get isSame(): Sameness {
    return sameness[this.database];
  }

  /** The image with this id, or with a spelling of it that the database considers equal. */
  findImage(id: string): Image | undefined {
    const image = this.images.get(id);
    if (image !== undefined || this.database === 'sqlite') return image;
    return this.images.values().find((candidate) => this.isSame(candidate.id, id));
  }

  /** Is told of every change from now on, as Glance notifies of it. @returns what stops that. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tells those who listen that something changed. Nobody is told why, or by whom. */
  tell(type: string, payload: Readonly<Record<string, unknown>>): void {
    for (const listener of this.#listeners) listener(type, payload);
  }

  /** The time in microseconds, strictly increasing, so that images created in the same second keep their order. */
  tick(): number {
    this.#lastTick = Math.max(this.#now() * 1000, this.#lastTick + 1);
    return this.#lastTick;
  }

  /** The time in milliseconds since 1970. */
  now(): number {
    return this.#now();
  }

  /**
   * Adds a token, or replaces its identity. Creates its project, with the name of the identity, if it does not exist,
   * and gives the user a role in it.
   */
  addIdentity(identity: Identity): Identity {
    const { token, projectId, name } = identity;
    this.identities.set(token, identity);
    if (projectId === null) return identity;
    if (!this.projects.has(projectId)) this.addProject({ id: projectId, name });
    this.addRole(userOf(identity), projectId);
    return identity;
  }

  /** The identity of a token; undefined for an unknown or expired one. */
  findIdentity(token: string | undefined): Identity | undefined {
    const identity = token === undefined ? undefined : this.identities.get(token);
    const isOver = identity?.expiresAt !== undefined && identity.expiresAt.getTime() <= this.#now();
    return isOver || identity?.expired ? undefined : identity;
  }

  addProject(project: Project): void {
    this.projects.set(project.id, project);
  }

  /** Gives a user a role in a project. */
  addRole(user: User, projectId: string): void {
    const projectIds = this.rolesOf.get(user.id) ?? new Set();
    this.rolesOf.set(user.id, projectIds.add(projectId));
  }

  /** Adds an image without permission checks. Throws if the id exists or existed. */
  addImage(given: NewImage): Image {
    const id = given.id ?? crypto.randomUUID();
    if (this.images.has(id) || this.deletedImageIds.has(id)) throw new Error(`Image ${id} exists already`);
    const createdAt = given.createdAt === undefined ? this.tick() : given.createdAt.getTime() * 1000;
    const image: Image = {
      name: null,
      owner: null,
      visibility: 'shared',
      status: 'queued',
      diskFormat: null,
      containerFormat: null,
      size: null,
      virtualSize: null,
      checksum: null,
      osHashAlgo: null,
      osHashValue: null,
      protected: false,
      osHidden: false,
      minRam: 0,
      minDisk: 0,
      ...given,
      id,
      createdAt,
      updatedAt: given.updatedAt === undefined ? createdAt : given.updatedAt.getTime() * 1000,
      tags: [...new Set(given.tags ?? [])],
      properties: new Map(Object.entries(given.properties ?? {})),
      members: [],
    };
    this.images.set(id, image);
    for (const member of given.members ?? []) this.addMember(image, member);
    return image;
  }

  /** Shares an image with a project without permission checks. */
  addMember(image: Image, given: NewMember): Member {
    const createdAt = given.createdAt === undefined ? this.tick() : given.createdAt.getTime() * 1000;
    const member: Member = {
      memberId: given.memberId,
      status: given.status ?? 'pending',
      createdAt,
      updatedAt: given.updatedAt === undefined ? createdAt : given.updatedAt.getTime() * 1000,
      removed: false,
    };
    image.members.push(member);
    return member;
  }
}

/** The user with this name, and an id that looks like Keystone's and is the same in every run. */
export function userNamed(name: string): User {
  return { id: createHash('md5').update(`user ${name}`).digest('hex'), name };
}

/** The user of a token. */
export function userOf({ user, name }: Identity): User {
  return user ?? userNamed(name);
}
