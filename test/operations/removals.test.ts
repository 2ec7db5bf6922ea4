import { expect, it } from 'vitest';
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
