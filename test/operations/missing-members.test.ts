import { describe, expect, it } from 'vitest';
import type { Handle } from '../support/proxy.ts';
import { type Intercept, imageId, projects, startSharing } from '../support/sharing.ts';

const id = imageId(1);
const rows = `changes { outcome imageMember { memberId } userErrors { code message } } userErrors { code }`;
const add = `mutation ($input: CreateImageMembersInput!) { payload: createImageMembers(input: $input) { ${rows} } }`;
const remove = `mutation ($input: DeleteImageMembersInput!) { payload: deleteImageMembers(input: $input) { ${rows} } }`;
const set = `mutation ($input: SetImageMembersInput!) { payload: setImageMembers(input: $input) { ${rows} } }`;

interface Row {
  readonly outcome: string;
  readonly imageMember: unknown;
  readonly userErrors: readonly { readonly code: string }[];
}

/** The rows of a payload, in short: the outcome, and the codes of user errors. */
function outcomes(data: unknown): string[] {
  const { changes } = (data as { payload: { changes: readonly Row[] } }).payload;
  return changes.map(({ outcome, userErrors }) => [outcome, ...userErrors.map(({ code }) => code)].join(' '));
}

const inputOf = (...memberIds: readonly string[]) => ({ input: { imageIds: [id], memberIds } });
const deletion = 'DELETE /images/#1/members/a';
const at = '2026-11-21T03:41:54Z';
const row = { image_id: id, member_id: projects.b, status: 'accepted', created_at: at, updated_at: at, schema: 's' };

/** Answers the list of members with these rows, and finds no single member, also for a removal. */
const listing =
  (...members: readonly unknown[]): Intercept =>
  ({ target }) => {
    if (target.endsWith('/members')) return { status: 200, body: { members } };
    return target.includes('/members/') ? { status: 404 } : undefined;
  };

describe('the removal of a project that is no member, or may be none,', () => {
  it('is not sent if the list of members is complete', async () => {
    await using sharing = await startSharing();
    sharing.image(1, {}, { b: 'accepted', stranger: 'accepted' });
    const { data } = await sharing.query('producer', remove, inputOf(projects.a));
    expect(outcomes(data)).toEqual(['UNCHANGED']);
    expect(sharing.calls()).toEqual(['GET /images/#1/members', 'GET /images/#1']);
  });

  it.each(['private', 'community'] as const)('of a %s image is sent, and refused', async (visibility) => {
    await using sharing = await startSharing();
    sharing.image(1, { visibility });
    const { data } = await sharing.query('producer', remove, inputOf(projects.a));
    expect(outcomes(data)).toEqual(['REFUSED IMAGE_NOT_SHARED']);
    expect(sharing.calls()).toContain(deletion);
  });

  it('is IMAGE_NOT_SHARED as well if upstream does not find it', async () => {
    await using sharing = await startSharing({ intercept: listing() });
    sharing.image(1, { visibility: 'private' });
    const { data } = await sharing.query('producer', remove, inputOf(projects.a));
    expect(outcomes(data)).toEqual(['REFUSED IMAGE_NOT_SHARED']);
  });

  it('is sent, and changes nothing, if the list has what may be another spelling', async () => {
    await using sharing = await startSharing();
    sharing.image(1, {}, { a: 'accepted', b: 'accepted' });
    const { data, errors } = await sharing.query('producer', remove, inputOf(projects.a.toUpperCase()));
    expect(errors).toBeUndefined();
    expect(outcomes(data)).toEqual(['UNCHANGED']);
    expect(sharing.calls()).toContain(`DELETE /images/#1/members/${projects.a.toUpperCase()}`);
  });

  it.each([
    ['has a row that cannot be parsed', [row, { ...row, member_id: 'c' }, { ...row, status: 'odd' }]],
    ['has it all the same', [row, { ...row, member_id: projects.a }]],
  ])('fails if upstream does not find it, and the list %s', async (_what, members) => {
    await using sharing = await startSharing({ intercept: listing(...members) });
    sharing.image(1);
    const { data, errors } = await sharing.query('producer', remove, inputOf(projects.a));
    expect(outcomes(data)).toEqual(['FAILED']);
    expect(errors).toMatchObject([
      { message: expect.stringContaining(id), extensions: { code: 'UPSTREAM_INVALID_RESPONSE' } },
    ]);
    expect(sharing.calls()).toContain(deletion);
  });

  it.each([
    ['another one', listing(row), projects.a],
    ['itself', undefined, projects.b],
  ])(
    'is refused to a member that removes %s, with the advice to reject the image',
    async (_what, intercept, memberId) => {
      await using sharing = await startSharing(intercept && { intercept });
      sharing.image(1, {}, { b: 'accepted' });
      const { data } = await sharing.query('b', remove, inputOf(memberId));
      expect(outcomes(data)).toEqual(['REFUSED NOT_IMAGE_OWNER']);
      expect(JSON.stringify(data)).toContain('set its own status to REJECTED');
      expect(sharing.calls().filter((call) => call.startsWith('DELETE'))).toHaveLength(1);
    },
  );

  it('is NOT_FOUND if the image is gone, or its members are', async () => {
    await using sharing = await startSharing({
      intercept: ({ target }) => (target.includes('/members') ? { status: 404 } : undefined),
    });
    expect(outcomes((await sharing.query('producer', remove, inputOf(projects.a))).data)).toEqual([
      'REFUSED NOT_FOUND',
    ]);
    sharing.image(1);
    expect(outcomes((await sharing.query('producer', remove, inputOf(projects.a))).data)).toEqual([
      'REFUSED NOT_FOUND',
    ]);
  });

  it('is NOT_FOUND if the image disappears between the list of its members and its own lookup', async () => {
    const list = listing(row);
    await using sharing = await startSharing({
      intercept: (request) => list(request) ?? (request.target.endsWith(`/${id}`) ? { status: 404 } : undefined),
    });
    sharing.image(1);
    const { data, errors } = await sharing.query('producer', remove, inputOf(projects.a));
    expect(errors).toBeUndefined();
    expect(outcomes(data)).toEqual(['REFUSED NOT_FOUND']);
    expect(sharing.calls()).toContain(deletion);
  });

  it('changes nothing if somebody else has removed it since it was listed', async () => {
    const removed = { ...row, member_id: projects.a };
    const [before, after] = [listing(row, row, removed), listing(row, row)];
    let isRemoved = false;
    await using sharing = await startSharing({
      intercept(request) {
        if (request.method === 'DELETE') isRemoved = true;
        return isRemoved ? after(request) : before(request);
      },
    });
    sharing.image(1);
    const { data, errors } = await sharing.query('producer', remove, inputOf(projects.a));
    expect(errors).toBeUndefined();
    expect(outcomes(data)).toEqual(['UNCHANGED']);
  });
});

it('a member is removed although the list of members cannot be read', async () => {
  await using sharing = await startSharing({
    intercept: ({ method, target }) => (method === 'GET' && target.endsWith('/members') ? { status: 429 } : undefined),
  });
  sharing.image(1, {}, { a: 'accepted' });
  const { data, errors } = await sharing.query('producer', remove, inputOf(projects.a));
  expect(errors).toBeUndefined();
  expect(outcomes(data)).toEqual(['DONE']);
});

it('a member whose id cannot be part of a path is shown in the row of its refused removal', async () => {
  await using sharing = await startSharing({ intercept: listing(row, { ...row, member_id: 'a/b' }) });
  sharing.image(1);
  const { data } = await sharing.query('producer', set, { input: { imageId: id, memberIds: [projects.b] } });
  expect(outcomes(data)).toEqual(['UNCHANGED', 'REFUSED INVALID_INPUT']);
  expect(data).toMatchObject({ payload: { changes: [{}, { imageMember: { memberId: 'a/b' } }] } });
});

describe('adding a project', () => {
  it('to a full image is refused, unless it is a member', async () => {
    await using sharing = await startSharing({ memberQuota: 2, environment: { BULK_CONCURRENCY: '1' } });
    sharing.image(1, {}, { a: 'accepted' });
    const { data } = await sharing.query('producer', add, inputOf(projects.b, projects.a, projects.stranger));
    expect(outcomes(data)).toEqual(['DONE', 'UNCHANGED', 'REFUSED MEMBER_LIMIT_EXCEEDED']);
  });

  it('that is a member changes nothing, even if the member cannot be read', async () => {
    await using sharing = await startSharing({
      intercept: ({ method }) => (method === 'GET' ? { status: 429 } : undefined),
    });
    sharing.image(1, {}, { a: 'accepted' });
    const { data, errors } = await sharing.query('producer', add, inputOf(projects.a));
    expect(errors).toBeUndefined();
    expect(outcomes(data)).toEqual(['UNCHANGED']);
    expect(data).toMatchObject({ payload: { changes: [{ imageMember: null }] } });
  });

  it('is shown among the members if it was done, although upstream did not say so', async () => {
    const lose: Handle = async (response, forward) => {
      await forward();
      response.writeHead(504).end();
    };
    await using sharing = await startSharing({
      intercept({ method, target }) {
        if (method === 'POST') return lose;
        return target.includes('/members/') ? { status: 503 } : undefined;
      },
    });
    sharing.image(1, {}, { b: 'accepted' });
    const members = 'changes { outcome userErrors { code } imageMember { image { members { memberId } } } }';
    const document = `mutation ($input: SetImageMembersInput!) { payload: setImageMembers(input: $input) { ${members} } }`;
    const input = { imageId: id, memberIds: [projects.b, projects.a] };
    const { data } = await sharing.query('producer', document, { input });
    expect(outcomes(data)).toEqual(['UNCHANGED', 'UNKNOWN']);
    const shown = [{ memberId: projects.b }, { memberId: projects.a }];
    expect(data).toMatchObject({ payload: { changes: [{ imageMember: { image: { members: shown } } }, {}] } });
  });
});
