import { createHash } from 'node:crypto';
import type { Json } from './json.ts';
import { type Identity, type Project, userOf, type World } from './world.ts';

/** The domain of everyone and everything: the one that every Keystone begins with. */
const domain = { id: 'default', name: 'Default' };

/** Tokens that never run out look as if they were renewed every hour, for a day. Milliseconds. */
const renewal = 60 * 60 * 1000;
const lifetime = 24 * renewal;

/** What Keystone says of a token; of one without a project, neither that nor roles. */
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

/** What Keystone says of a project; `url` is the address of the API. */
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

/** A time as Keystone shows it. */
function showTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('Z', '000Z');
}

/** 32 characters that look like an id, and are the same in every run. */
function digest(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
