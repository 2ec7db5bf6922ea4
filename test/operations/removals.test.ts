import { describe, expect, it } from 'vitest';
import { imageId, projects, type Sharing, startSharing } from '../support/sharing.ts';

const id = imageId(1);
const remove = `mutation { payload: deleteImageMember(input: { imageId: "${id}", memberId: "${projects.a}" }) {
  deletedImageMemberId userErrors { code }
} }`;
/** The payload of a removal that was done. */
const removed = { payload: { deletedImageMemberId: expect.any(String), userErrors: [] } };
const look = 'GET /images/#1/members/a';
const removal = ['DELETE /images/#1/members/a', look];

/** Lists project a as a member this many times, as Glance does after concurrent `POST`s. */
function addOften(sharing: Sharing, times: number): void {
  sharing.image(1, {}, { b: 'accepted' });
  const image = sharing.world.images.get(id) ?? expect.fail();
  for (let count = 0; count < times; count++) sharing.world.addMember(image, { memberId: projects.a });
}

function rowsOfA({ world }: Sharing): number {
  const members = world.images.get(id)?.members ?? [];
  return members.filter(({ memberId, removed }) => memberId === projects.a && !removed).length;
}

it.each([1, 2, 3])(
  'a member that is listed %i times is looked up, and removed with two calls for each',
  async (times) => {
    await using sharing = await startSharing();
    addOften(sharing, times);
    const { data, errors } = await sharing.query('producer', remove);
    expect({ data, errors }).toEqual({ data: removed, errors: undefined });
    expect(rowsOfA(sharing)).toBe(0);
    expect(sharing.calls()).toEqual([look, ...Array(times).fill(removal).flat()]);
  },
);

it('a member that is listed more often is not reported as removed until a second attempt', async () => {
  await using sharing = await startSharing();
  addOften(sharing, 4);
  const { data, errors } = await sharing.query('producer', remove);
  expect(data).toBeNull();
  expect(errors).toMatchObject([{ path: ['payload'], extensions: { code: 'UPSTREAM_UNAVAILABLE' } }]);
  expect(errors?.[0]?.extensions).not.toHaveProperty('outcome');
  expect(rowsOfA(sharing)).toBe(1);
  expect((await sharing.query('producer', remove)).data).toEqual(removed);
  expect(rowsOfA(sharing)).toBe(0);
});

it('an unverified removal costs two calls, and leaves one copy of a member that is listed twice', async () => {
  await using sharing = await startSharing({ environment: { VERIFY_REMOVALS: 'false' } });
  addOften(sharing, 2);
  expect((await sharing.query('producer', remove)).data).toEqual(removed);
  expect(sharing.calls()).toEqual([look, ...removal.slice(0, 1)]);
  expect(rowsOfA(sharing)).toBe(1);
});

it('a member that another user removes between two attempts is reported as removed', async () => {
  let removals = 0;
  await using sharing = await startSharing({
    intercept: ({ method }) => (method === 'DELETE' ? { status: ++removals === 1 ? 204 : 404 } : undefined),
  });
  addOften(sharing, 1);
  expect((await sharing.query('producer', remove)).data).toEqual(removed);
  expect(removals).toBe(2);
});

it.each([
  [404, 'NOT_FOUND'],
  [403, 'NOT_IMAGE_OWNER'],
])('a first removal that upstream answers with %i is reported as %s', async (status, code) => {
  await using sharing = await startSharing({
    intercept: ({ method }) => (method === 'DELETE' ? { status } : undefined),
  });
  addOften(sharing, 1);
  const { data, errors } = await sharing.query('producer', remove);
  expect({ data, errors }).toEqual({
    data: { payload: { deletedImageMemberId: null, userErrors: [{ code }] } },
    errors: undefined,
  });
});

it.each([
  [403, { payload: { deletedImageMemberId: null, userErrors: [{ code: 'NOT_IMAGE_OWNER' }] } }, undefined],
  [401, null, 'UNAUTHENTICATED'],
  [500, null, 'UPSTREAM_UNAVAILABLE'],
])('a second removal that upstream answers with %i is not reported as done', async (status, data, code) => {
  let removals = 0;
  await using sharing = await startSharing({
    intercept: ({ method }) => (method === 'DELETE' ? { status: ++removals === 1 ? 204 : status } : undefined),
  });
  addOften(sharing, 1);
  const answer = await sharing.query('producer', remove);
  expect(answer.data).toEqual(data);
  expect(answer.errors?.[0]?.extensions.code).toBe(code);
});

describe('a removal whose answer was lost, of a member that is not found any more,', () => {
  const at = '2026-11-21T03:41:54Z';
  const row = { image_id: id, member_id: projects.b, status: 'accepted', created_at: at, updated_at: at, schema: 's' };

  /** A gateway whose removals have no answer, whose upstream finds no single member, and lists these. */
  const lose = (members: readonly unknown[]) =>
    startSharing({
      intercept: ({ method, target }) => {
        if (method === 'DELETE') return { status: 502 };
        if (target.endsWith('/members')) return { status: 200, body: { members } };
        return target.includes('/members/') ? { status: 404 } : undefined;
      },
    });

  it.each([
    ['lists it', [row, { ...row, member_id: projects.a }]],
    ['lists what may be another spelling of it', [row, { ...row, member_id: projects.a.toUpperCase() }]],
    ['lists a row that cannot be parsed', [row, { ...row, member_id: 'c' }, { ...row, status: 'odd' }]],
  ])('has an unknown outcome if upstream %s', async (_what, members) => {
    await using sharing = await lose(members);
    sharing.image(1);
    const { errors } = await sharing.query('producer', remove);
    expect(errors).toMatchObject([{ extensions: { code: 'UPSTREAM_UNAVAILABLE', outcome: 'UNKNOWN' } }]);
  });

  it.each([
    ['none', []],
    ['several others', [row, { ...row, member_id: 'c' }]],
  ])('is done if upstream lists %s, without further calls', async (_what, members) => {
    await using sharing = await lose(members);
    sharing.image(1);
    expect((await sharing.query('producer', remove)).data).toEqual(removed);
    expect(sharing.calls()).toEqual([look, removal[0], look, 'GET /images/#1/members']);
  });

  it('is done for the owner if upstream lists a single other one, which three lists show not to be the owner', async () => {
    await using sharing = await lose([row]);
    sharing.image(1);
    expect((await sharing.query('producer', remove)).data).toEqual(removed);
    expect(sharing.calls().map((call) => call.replace(/\?.*member_status=(\w+).*/, ' $1'))).toEqual([
      look,
      removal[0],
      look,
      'GET /images/#1/members',
      'GET /images/#1',
      'GET /images pending',
      'GET /images accepted',
      'GET /images rejected',
    ]);
  });

  it('has an unknown outcome for a member that sees only itself', async () => {
    await using sharing = await lose([row]);
    sharing.image(1, {}, { b: 'accepted' });
    const { errors } = await sharing.query('b', remove);
    expect(errors).toMatchObject([{ extensions: { outcome: 'UNKNOWN' } }]);
  });
});

it('names the member, the image and the number of attempts, and advises another, if it cannot be removed', async () => {
  await using sharing = await startSharing();
  addOften(sharing, 4);
  const { errors } = await sharing.query('producer', remove);
  for (const part of [projects.a, id, '3 attempts', 'Try again']) expect(errors?.[0]?.message).toContain(part);
});

it.each([
  [401, 'UNAUTHENTICATED', 0],
  [500, 'RATE_LIMITED', 1],
])(
  'a member whose look-up is answered with %i is removed unless the token is refused',
  async (status, code, removals) => {
    await using sharing = await startSharing({
      intercept: ({ method }) => (method === 'DELETE' ? { status: 429 } : { status }),
    });
    const { errors } = await sharing.query('producer', remove);
    expect(errors).toMatchObject([{ extensions: { code } }]);
    expect(sharing.calls().filter((call) => call.startsWith('DELETE'))).toHaveLength(removals);
  },
);
