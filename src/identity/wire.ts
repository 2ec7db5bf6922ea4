import { optionalText, parseArray, parseObject, text, time } from '../upstream/wire.ts';
import type { NamedProject, TokenFacts } from './model.ts';

/**
 * The body of `GET /v3/auth/tokens`. An unscoped token has neither `project` nor `roles`; a domain or system token has
 * roles but no project.
 * Source: Identity API v3 reference, "Validate and show information for token".
 */
export function parseToken(json: unknown): TokenFacts {
  const token = parseObject(parseObject(json, 'the body')['token'], '"token"');
  const user = parseObject(token['user'], '"user"');
  const { project, roles } = token;
  return {
    user: { id: text(user['id'], 'id'), name: optionalText(user['name'], 'name') },
    project: project === undefined || project === null ? null : parseProject(project),
    roles: roles === undefined || roles === null ? null : parseArray(token, 'roles').map(parseRoleName),
    expiresAt: time(token['expires_at'], 'expires_at'),
  };
}

/** The body of `GET /v3/projects/{project_id}`. Source: Identity API v3 reference, "Show project details". */
export function parseProjectBody(json: unknown): NamedProject {
  return parseProject(parseObject(json, 'the body')['project']);
}

/** One row of `GET /v3/projects` and `GET /v3/auth/projects`. Source: Identity API v3 reference, "List projects". */
export function parseProject(value: unknown): NamedProject {
  const row = parseObject(value, 'a project');
  return { id: text(row['id'], 'id'), name: text(row['name'], 'name') };
}

/**
 * Whether a list of projects is incomplete. Keystone sets `truncated` when its `list_limit` is reached; releases with
 * pagination link to the next page.
 */
export function isCut(json: unknown): boolean {
  const body = parseObject(json, 'the body');
  const { links } = body;
  const next = typeof links === 'object' && links !== null && 'next' in links ? links.next : null;
  return body['truncated'] === true || typeof next === 'string';
}

function parseRoleName(value: unknown): string {
  return text(parseObject(value, 'a role')['name'], 'name');
}
