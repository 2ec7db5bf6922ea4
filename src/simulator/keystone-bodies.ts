import { createHash } from 'node:crypto';
import type { Json } from './json.ts';
import { type Identity, type Project, userOf, type World } from './world.ts';

/** The domain of all users and projects: Keystone's default domain. */
const domain = { id: 'default', name: 'Default' };

/** Tokens that never expire appear as renewed every hour, with a lifetime of a day. Milliseconds. */
const renewal = 60 * 60 * 1000;
const lifetime = 24 * renewal;

/** Keystone's description of a token. Without a project, it has neither `project` nor `roles`. */
export function describeToken(world: World, identity: Identity): Json {
  const { id, name } = userOf(identity);
  const project = identity.projectId === null ? undefined : world.projects.get(identity.projectId);
  const issued = Math.floor(world.now() / renewal) * renewal;
  const expires = identity.expiresAt?.getTime() ?? issued + lifetime;
  const scope: Record<string, Json> =
    project === undefined
      ? {}
      : {
          project: { domain, id: project.id, name: project.name },
          is_domain: false,
          roles: identity.roles.map((role) => ({ id: digest(`role ${role}`), name: role })),
        };
  return {
    methods: ['password'],
    user: { domain, id, name, password_expires_at: null },
    audit_ids: [digest(identity.token).slice(0, 22)],
    expires_at: showTime(expires),
    issued_at: showTime(issued),
    ...scope,
  };
}

/** Keystone's description of a project; `url` is the base URL of the API. */
export function describeProject(url: string, { id, name, description = '' }: Project): Json {
  return {
    id,
    name,
    domain_id: domain.id,
    description,
    enabled: true,
    parent_id: domain.id,
    is_domain: false,
    tags: [],
    options: {},
    links: { self: `${url}/projects/${id}` },
  };
}

/** A time in Keystone's format. */
function showTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('Z', '000Z');
}

/** A 32-character id that is the same in every run. */
function digest(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
