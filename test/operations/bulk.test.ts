import { describe, expect, it } from 'vitest';
import { imageId, projects, startSharing } from '../support/sharing.ts';

const rows =
  'changes { imageId memberId action outcome imageMember { status } userErrors { code } } userErrors { code }';
const createMany = `mutation ($input: CreateImageMembersInput!) { payload: createImageMembers(input: $input) { ${rows} } }`;
const deleteMany = `mutation ($input: DeleteImageMembersInput!) { payload: deleteImageMembers(input: $input) { ${rows} } }`;
const set = `mutation ($input: SetImageMembersInput!) { payload: setImageMembers(input: $input) { ${rows} } }`;

interface Payload {
  readonly payload: {
    readonly changes: readonly { readonly imageId: string; readonly memberId: string; readonly outcome: string }[];
  };
}

const names = Object.fromEntries(Object.entries(projects).map(([name, id]) => [id, name]));

/** The rows of a payload, in short: image, project, outcome. */
function outcomes(data: unknown): string[] {
  return (data as Payload).payload.changes.map(
    (row) => `#${Number(row.imageId.slice(-12))} ${names[row.memberId] ?? row.memberId} ${row.outcome}`,
  );
}

describe('createImageMembers', () => {
  it('shares every image with every project, with one row for each distinct pair', async () => {
    await using sharing = await startSharing();
    sharing.image(1, {}, { b: 'accepted' });
    sharing.image(2);
    sharing.image(3, { visibility: 'private' });
    const { data, errors } = await sharing.query('producer', createMany, {
      input: {
        imageIds: [imageId(1), imageId(2), imageId(3), imageId(4), imageId(1)],
        memberIds: [projects.a, projects.b, projects.a],
      },
    });
    expect(errors).toBeUndefined();
    expect(outcomes(data)).toEqual([
      '#1 a DONE',
      '#1 b UNCHANGED',
      '#2 a DONE',
      '#2 b DONE',
      '#3 a REFUSED',
      '#3 b REFUSED',
      '#4 a REFUSED',
      '#4 b REFUSED',
    ]);
    expect(data).toMatchObject({
      payload: {
        changes: [
          { action: 'ADD', imageMember: { status: 'PENDING' }, userErrors: [] },
          { action: 'ADD', imageMember: { status: 'ACCEPTED' }, userErrors: [] },
          {},
          {},
          { imageMember: null, userErrors: [{ code: 'IMAGE_NOT_SHARED' }] },
          { userErrors: [{ code: 'IMAGE_NOT_SHARED' }] },
          { userErrors: [{ code: 'NOT_FOUND' }] },
          {},
        ],
        userErrors: [],
      },
    });
  });

  it('reports a failure of one pair at its row, and performs the others', async () => {
    await using sharing = await startSharing({
      intercept: ({ method, body }) => (method === 'POST' && body.includes(projects.b) ? { status: 429 } : undefined),
    });
    sharing.image(1);
    const { data, errors } = await sharing.query('producer', createMany, {
      input: { imageIds: [imageId(1)], memberIds: [projects.b, projects.a, 'a/b'] },
    });
    expect(outcomes(data)).toEqual(['#1 b FAILED', '#1 a DONE', '#1 a/b REFUSED']);
    expect(errors).toMatchObject([{ path: ['payload', 'changes', 0], extensions: { code: 'RATE_LIMITED' } }]);
  });

  it('lists the errors of rows in the order of the rows, whichever fails first', async () => {
    await using sharing = await startSharing({
      environment: { BULK_CONCURRENCY: '3' },
      intercept({ method, body }) {
        if (method !== 'POST') return undefined;
        const waitMs = 100 * (2 - memberIds.findIndex((id) => body.includes(id)));
        return (response) => void setTimeout(() => response.writeHead(429).end(), waitMs);
      },
    });
    const memberIds = [projects.b, projects.a, 'c'];
    sharing.image(1);
    const { errors } = await sharing.query('producer', createMany, { input: { imageIds: [imageId(1)], memberIds } });
    expect(errors?.map(({ path }) => path?.join('.'))).toEqual([
      'payload.changes.0',
      'payload.changes.1',
      'payload.changes.2',
    ]);
  });

  it('fails as a whole, after one call per concurrent change, if upstream refuses the token', async () => {
    await using sharing = await startSharing({
      environment: { BULK_CONCURRENCY: '2' },
      intercept: () => ({ status: 401 }),
    });
    const memberIds = Array.from({ length: 500 }, (_, index) => `m${index}`);
    const { data, errors } = await sharing.query('producer', createMany, {
      input: { imageIds: [imageId(1)], memberIds },
    });
    expect(data).toBeNull();
    expect(errors).toMatchObject([{ path: ['payload'], extensions: { code: 'UNAUTHENTICATED' } }]);
    expect(sharing.calls().length).toBeLessThanOrEqual(2);
  });

  it('reports what was done before upstream refuses the token', async () => {
    let calls = 0;
    await using sharing = await startSharing({
      environment: { BULK_CONCURRENCY: '1' },
      intercept: () => (++calls > 1 ? { status: 401 } : undefined),
    });
    sharing.image(1);
    const { data, errors } = await sharing.query('producer', createMany, {
      input: { imageIds: [imageId(1)], memberIds: [projects.a, projects.b] },
    });
    expect(outcomes(data)).toEqual(['#1 a DONE', '#1 b FAILED']);
    expect(errors).toMatchObject([{ path: ['payload', 'changes', 1], extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  it('reports an unknown outcome', async () => {
    await using sharing = await startSharing({ intercept: () => ({ status: 503 }) });
    const { data, errors } = await sharing.query('producer', createMany, {
      input: { imageIds: [imageId(1)], memberIds: [projects.a] },
    });
    expect(outcomes(data)).toEqual(['#1 a UNKNOWN']);
    expect(errors).toMatchObject([{ path: ['payload', 'changes', 0], extensions: { outcome: 'UNKNOWN' } }]);
  });

  it('does nothing for an empty input, and is refused as a whole for too many pairs', async () => {
    await using sharing = await startSharing();
    const none = await sharing.query('producer', createMany, { input: { imageIds: [], memberIds: [projects.a] } });
    expect(none.data).toEqual({ payload: { changes: [], userErrors: [] } });
    const memberIds = Array.from({ length: 1001 }, (_, index) => `m${index}`);
    const many = await sharing.query('producer', createMany, { input: { imageIds: [imageId(1)], memberIds } });
    expect(many.data).toEqual({ payload: { changes: [], userErrors: [{ code: 'INVALID_INPUT' }] } });
    expect(sharing.calls()).toEqual([]);
  });
});

describe('deleteImageMembers', () => {
  it('removes members; a pair that was not shared is not an error', async () => {
    await using sharing = await startSharing();
    sharing.image(1, {}, { a: 'accepted' });
    sharing.image(2);
    const { data, errors } = await sharing.query('producer', deleteMany, {
      input: { imageIds: [imageId(1), imageId(2), imageId(3)], memberIds: [projects.a] },
    });
    expect(errors).toBeUndefined();
    expect(outcomes(data)).toEqual(['#1 a DONE', '#2 a UNCHANGED', '#3 a REFUSED']);
    expect(data).toMatchObject({
      payload: { changes: [{ action: 'REMOVE' }, {}, { userErrors: [{ code: 'NOT_FOUND' }] }] },
    });
  });

  it('is refused for a member', async () => {
    await using sharing = await startSharing();
    sharing.image(1, {}, { a: 'accepted', b: 'accepted' });
    const { data } = await sharing.query('a', deleteMany, {
      input: { imageIds: [imageId(1)], memberIds: [projects.a, projects.b, projects.stranger] },
    });
    expect(outcomes(data)).toEqual(['#1 a REFUSED', '#1 b REFUSED', '#1 stranger REFUSED']);
    expect(sharing.world.images.get(imageId(1))?.members.filter(({ removed }) => !removed)).toHaveLength(2);
  });
});

describe('setImageMembers', () => {
  const input = { imageId: imageId(1), memberIds: [projects.stranger, projects.a] };

  it.each([
    [false, 'DONE'],
    [true, 'PLANNED'],
  ])('adds missing members and removes unlisted ones; dry run %s', async (dryRun, outcome) => {
    await using sharing = await startSharing();
    sharing.image(1, {}, { a: 'accepted', b: 'pending' });
    const { data, errors } = await sharing.query('producer', set, { input: { ...input, dryRun } });
    expect(errors).toBeUndefined();
    expect(outcomes(data)).toEqual([`#1 stranger ${outcome}`, '#1 a UNCHANGED', `#1 b ${outcome}`]);
    expect(data).toMatchObject({
      payload: {
        changes: [{ action: 'ADD' }, { action: 'KEEP', imageMember: { status: 'ACCEPTED' } }, { action: 'REMOVE' }],
        userErrors: [],
      },
    });
    expect(sharing.calls().filter((call) => !call.startsWith('GET'))).toEqual(
      dryRun ? [] : ['POST /images/#1/members', 'DELETE /images/#1/members/b'],
    );
    const after = await sharing.query('producer', `{ image(id: "${imageId(1)}") { members { memberId } } }`);
    const members = dryRun ? [projects.a, projects.b] : [projects.a, projects.stranger];
    expect(after.data).toEqual({ image: { members: members.map((memberId) => ({ memberId })) } });
  });

  it('removes all members if the list is empty', async () => {
    await using sharing = await startSharing();
    sharing.image(1, {}, { a: 'accepted' });
    const { data } = await sharing.query('producer', set, { input: { imageId: imageId(1), memberIds: [] } });
    expect(outcomes(data)).toEqual(['#1 a DONE']);
  });

  it.each([
    ['stranger', {}, 'NOT_FOUND'],
    ['a', {}, 'NOT_IMAGE_OWNER'],
    ['producer', { visibility: 'private' }, 'IMAGE_NOT_SHARED'],
  ] as const)('is refused for %s, on the image %j, with %s, and changes nothing', async (name, image, code) => {
    await using sharing = await startSharing();
    sharing.image(1, image, { a: 'accepted' });
    const { data, errors } = await sharing.query(name, set, { input });
    expect(errors).toBeUndefined();
    expect(data).toEqual({ payload: { changes: [], userErrors: [{ code }] } });
    expect(sharing.calls().filter((call) => !call.startsWith('GET'))).toEqual([]);
  });

  it('is refused as a whole for an invalid id, without a call', async () => {
    await using sharing = await startSharing();
    for (const bad of [
      { imageId: 'a/b', memberIds: [projects.a] },
      { imageId: 'a/b', memberIds: [] },
      { imageId: imageId(1), memberIds: [projects.a, '..'] },
    ]) {
      const { data, errors } = await sharing.query('producer', set, { input: bad });
      expect(errors).toBeUndefined();
      expect(data).toEqual({ payload: { changes: [], userErrors: [{ code: 'INVALID_INPUT' }] } });
    }
    expect(sharing.calls()).toEqual([]);
  });
});
