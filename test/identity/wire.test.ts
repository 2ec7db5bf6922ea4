import { describe, expect, it } from 'vitest';
import { isCut, parseProject, parseProjectBody, parseToken } from '../../src/identity/wire.ts';
import { WireError } from '../../src/upstream/wire.ts';
import { readRecordings } from '../simulator/support/recordings.ts';

const domain = { id: 'default', name: 'Default' };

/** Source: Identity API v3 reference, "Validate and show information for token". */
const token = {
  methods: ['password'],
  user: { domain, id: 'u', name: 'ada', password_expires_at: null },
  audit_ids: ['mAjXQhiYRyKwkB4qygdLVg'],
  expires_at: '2026-11-27T18:03:42.000000Z',
  issued_at: '2026-11-26T18:03:42.000000Z',
  project: { domain, id: 'p', name: 'producer' },
  is_domain: false,
  roles: [
    { id: '1', name: 'member' },
    { id: '2', name: 'reader' },
  ],
};

/** Source: Identity API v3 reference, "List projects". */
const project = { id: 'p', name: 'producer', domain_id: 'default', description: '', enabled: true, tags: [] };

it('a token has a user, a project, roles and an expiry', () => {
  expect(parseToken({ token })).toEqual({
    user: { id: 'u', name: 'ada' },
    project: { id: 'p', name: 'producer' },
    roles: ['member', 'reader'],
    expiresAt: '2026-11-27T18:03:42Z',
  });
});

it.each([
  ['without a scope', { project: undefined, roles: undefined }, { project: null, roles: null }],
  ['for the whole system', { project: undefined, system: { all: true } }, { project: null }],
  ['for a domain', { project: undefined, domain }, { project: null }],
  ['with nulls', { project: null, roles: null }, { project: null, roles: null }],
  ['of a user without a name', { user: { id: 'u' } }, { user: { id: 'u', name: null } }],
  [
    'that expires in another time zone',
    { expires_at: '2026-11-27T18:03:42+01:00' },
    { expiresAt: '2026-11-27T17:03:42Z' },
  ],
])('a token %s is parsed', (_which, changes, understood) => {
  expect(parseToken({ token: { ...token, ...changes } })).toMatchObject(understood);
});

it.each([
  ['no object', null, 'the body is not an object'],
  ['a list', [], 'the body is not an object'],
  ['nothing', {}, '"token" is not an object'],
  ['no token', { token: 'gAAAA' }, '"token" is not an object'],
  ['no user', { token: { ...token, user: undefined } }, '"user" is not an object'],
  ['a user without an id', { token: { ...token, user: { name: 'ada' } } }, '"id" is not a string'],
  ['a user with a number', { token: { ...token, user: { id: 4711, name: 'ada' } } }, '"id" is not a string'],
  ['a name that is not a string', { token: { ...token, user: { id: 'u', name: 5 } } }, '"name" is not a string'],
  ['a project without an id', { token: { ...token, project: { name: 'p' } } }, '"id" is not a string'],
  ['a project without a name', { token: { ...token, project: { id: 'p' } } }, '"name" is not a string'],
  ['a project that is a string', { token: { ...token, project: 'p' } }, 'a project is not an object'],
  ['roles that are not a list', { token: { ...token, roles: { name: 'admin' } } }, '"roles" is not an array'],
  ['a role that is a string', { token: { ...token, roles: ['admin'] } }, 'a role is not an object'],
  ['a role without a name', { token: { ...token, roles: [{ id: '1' }] } }, '"name" is not a string'],
  ['no time', { token: { ...token, expires_at: 'soon' } }, '"expires_at" is not a time'],
  ['no expiry', { token: { ...token, expires_at: undefined } }, '"expires_at" is not a string'],
])('an answer with %s is not a token', (_what, json, why) => {
  expect(() => parseToken(json)).toThrow(new WireError(why));
});

it('a project has an id and a name', () => {
  expect(parseProject(project)).toEqual({ id: 'p', name: 'producer' });
  expect(parseProjectBody({ project })).toEqual({ id: 'p', name: 'producer' });
});

it.each([null, 'p', [], {}, { id: 'p' }, { id: 'p', name: null }, { id: 1, name: 'p' }, { name: 'p' }])(
  '%j is not a project',
  (row) => {
    expect(() => parseProject(row)).toThrow(WireError);
    expect(() => parseProjectBody({ project: row })).toThrow(WireError);
  },
);

it('an answer that is no object is neither a project nor a list', () => {
  for (const parse of [parseProjectBody, isCut]) {
    expect(() => parse(null)).toThrow(new WireError('the body is not an object'));
  }
});

it.each<readonly [unknown, boolean]>([
  [{ projects: [] }, false],
  [{ projects: [], links: { next: null, self: 'x', previous: null } }, false],
  [{ projects: [], links: null }, false],
  [{ projects: [], truncated: false }, false],
  [{ projects: [], truncated: true }, true],
  [{ projects: [], links: { next: 'http://keystone/v3/projects?marker=x' } }, true],
])('the list %j is cut: %s', (json, cut) => {
  expect(isCut(json)).toBe(cut);
});

describe('an answer of a real Keystone is parsed', () => {
  const answers = readRecordings('keystone').filter(
    ({ case: name, response }) => response.status === 200 && response.body !== '' && !name.startsWith('misc/version'),
  );

  it.each(answers.map((recording) => [recording.case, recording.response.body] as const))('%s', (name, body) => {
    const json = JSON.parse(body);
    if (name.startsWith('token/')) expect(parseToken(json).expiresAt).toMatch(/^2026-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    else if (name.startsWith('project/')) expect(parseProjectBody(json).name).not.toBe('');
    else {
      expect(json.projects.map(parseProject)).not.toEqual([]);
      expect(isCut(json)).toBe(false);
    }
  });
});
