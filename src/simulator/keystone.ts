import type { IncomingHttpHeaders } from 'node:http';
import { isAdmin } from './call.ts';
import { describeProject, describeToken } from './keystone-bodies.ts';
import {
  forbidden,
  json,
  jsonLine,
  methodNotAllowed,
  noSuchAddress,
  notFound,
  Refusal,
  refuse,
} from './keystone-reply.ts';
import type { Reply } from './reply.ts';
import { requestId } from './request-id.ts';
import { type Identity, type Project, userOf, type World } from './world.ts';

/** The path of the Identity API below the base URL of the Images API, without its version. */
export const identityBase = '/identity';

const base = `${identityBase}/v3`;

/** One call to the Identity API. */
interface IdentityCall {
  readonly world: World;
  /** The base URL of the API, including its version. */
  readonly url: string;
  readonly token: string | undefined;
  /** The token that the call looks up. */
  readonly subject: string | undefined;
  /** The query string, without the question mark, as sent. */
  readonly query: string;
}

/** The path below the Identity API's version; undefined for a path of the Images API. */
export function readIdentityPath(path: string): string | undefined {
  const rest = path.startsWith(base) ? path.slice(base.length) : undefined;
  return rest === '' || rest?.startsWith('/') ? rest.replace(/\/$/, '') : undefined;
}

/**
 * Answers a call to the Identity API, which supports only lookups of the caller's token and of projects. Follows
 * recordings of Keystone 22 with its default policy; tokens have no catalogue.
 */
export function answerIdentityCall(
  { method, headers }: { readonly method: string; readonly headers: IncomingHttpHeaders },
  { world, url }: { readonly world: World; readonly url: string },
  { path, query }: { readonly path: string; readonly query: string },
): Reply {
  const call: IdentityCall = {
    world,
    url: url + base,
    token: headers['x-auth-token']?.toString(),
    subject: headers['x-subject-token']?.toString(),
    query,
  };
  const reply = answerOrRefuse(call, method, path);
  const id = requestId(undefined) ?? '';
  return {
    ...reply,
    headers: [...reply.headers, ['Vary', 'X-Auth-Token'], ['x-openstack-request-id', id]],
    isDateless: true,
  };
}

function answerOrRefuse(call: IdentityCall, method: string, path: string): Reply {
  const answer = find(path);
  if (answer === undefined) return noSuchAddress;
  if (method !== 'GET' && method !== 'HEAD') return methodNotAllowed;
  try {
    return answer(call);
  } catch (error) {
    if (error instanceof Refusal) return refuse(error, call.url);
    throw error;
  }
}

function find(path: string): ((call: IdentityCall) => Reply) | undefined {
  switch (path) {
    case '':
      return showVersion;
    case '/auth/tokens':
      return showToken;
    case '/auth/projects':
      return listOwnProjects;
    case '/projects':
      return listProjects;
  }
  const id = /^\/projects\/([^/]+)$/.exec(path)?.[1];
  return id === undefined ? undefined : (call) => showProject(call, Buffer.from(id, 'latin1').toString('utf8'));
}

function showVersion({ url }: IdentityCall): Reply {
  const links = [{ rel: 'self', href: `${url}/` }];
  const mediaTypes = [{ base: 'application/json', type: 'application/vnd.openstack.identity-v3+json' }];
  const version = { id: 'v3.14', status: 'stable', updated: '2020-04-07T00:00:00Z', links, 'media-types': mediaTypes };
  return json({ version });
}

function showToken(call: IdentityCall): Reply {
  const caller = identify(call);
  const { world, token, subject } = call;
  if (subject === undefined) {
    throw isAdmin(caller) ? notFound('No token in the request') : forbidden('validate_token');
  }
  const known = world.identities.get(subject);
  if (known === undefined) throw notFound('Could not recognize Fernet token');
  if (world.findIdentity(subject) === undefined) throw notFound('Failed to validate token');
  if (subject !== token && !isAdmin(caller)) throw forbidden('validate_token');
  const reply = json({ token: describeToken(world, known) });
  return { ...reply, headers: [...reply.headers, ['X-Subject-Token', subject]] };
}

function listOwnProjects(call: IdentityCall): Reply {
  const projectIds = call.world.rolesOf.get(userOf(identify(call)).id) ?? new Set();
  const projects = [...call.world.projects.values()].filter(({ id }) => projectIds.has(id));
  return listed(call, '/auth/projects', projects);
}

function listProjects(call: IdentityCall): Reply {
  if (!isAdmin(identify(call))) throw forbidden('list_projects');
  const name = new URLSearchParams(call.query).get('name');
  const projects = [...call.world.projects.values()].filter((project) => name === null || project.name === name);
  return listed(call, '/projects', projects);
}

function showProject(call: IdentityCall, id: string): Reply {
  const caller = identify(call);
  if (!isAdmin(caller) && caller.projectId !== id) throw forbidden('get_project');
  const project = call.world.projects.get(id);
  if (project === undefined) throw notFound(`Could not find project: ${id}.`);
  return jsonLine({ project: describeProject(call.url, project) });
}

function identify({ world, token }: IdentityCall): Identity {
  const identity = world.findIdentity(token);
  if (identity === undefined) {
    throw new Refusal(401, 'Unauthorized', 'The request you have made requires authentication.');
  }
  return identity;
}

function listed({ url, query }: IdentityCall, path: string, projects: readonly Project[]): Reply {
  const self = `${url}${path}${query === '' ? '' : `?${query}`}`;
  return jsonLine({
    projects: projects.map((project) => describeProject(url, project)),
    links: { next: null, self, previous: null },
  });
}
