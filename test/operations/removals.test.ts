import { expect, it } from 'vitest';
import { imageId, projects, type Sharing, startSharing } from '../support/sharing.ts';

const id = imageId(1);
const remove = `mutation { payload: deleteImageMember(input: { imageId: "${id}", memberId: "${projects.a}" }) {
  deletedImageMemberId
} }`;
const look = 'GET /images/#1/members/a';
const removal = ['DELETE /images/#1/members/a', look];

/** Lists a as a member so many times, as Glance does after as many `POST`s at the same moment. */
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
  'a member that is listed %i times is looked up, and removed for two calls each time',
  async (times) => {
    await using sharing = await startSharing();
    addOften(sharing, times);
    const { errors } = await sharing.query('producer', remove);
    expect(errors).toBeUndefined();
    expect(rowsOfA(sharing)).toBe(0);
    expect(sharing.calls()).toEqual([look, ...Array(times).fill(removal).flat()]);
  },
);

it('a member that is listed more often is not said to be removed; it is when that is tried again', async () => {
  await using sharing = await startSharing();
  addOften(sharing, 4);
  const { data, errors } = await sharing.query('producer', remove);
  expect(data).toBeNull();
  expect(errors).toMatchObject([{ path: ['payload'], extensions: { code: 'UPSTREAM_UNAVAILABLE' } }]);
  expect(errors?.[0]?.extensions).not.toHaveProperty('outcome');
  expect(rowsOfA(sharing)).toBe(1);
  expect((await sharing.query('producer', remove)).errors).toBeUndefined();
  expect(rowsOfA(sharing)).toBe(0);
});

it('a removal that is not verified costs two calls, and leaves a member that is listed twice', async () => {
  await using sharing = await startSharing({ environment: { VERIFY_REMOVALS: 'false' } });
  addOften(sharing, 2);
  expect((await sharing.query('producer', remove)).errors).toBeUndefined();
  expect(sharing.calls()).toEqual([look, ...removal.slice(0, 1)]);
  expect(rowsOfA(sharing)).toBe(1);
});

it('a member that somebody else removes between two removals is gone', async () => {
  let removals = 0;
  await using sharing = await startSharing({
    intercept: ({ method }) => (method === 'DELETE' ? { status: ++removals === 1 ? 204 : 404 } : undefined),
  });
  addOften(sharing, 1);
  expect((await sharing.query('producer', remove)).errors).toBeUndefined();
  expect(removals).toBe(2);
});
