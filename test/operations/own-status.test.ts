import { describe, expect, it } from 'vitest';
import type { Identity } from '../../src/simulator/world.ts';
import { imageId, projects, type Sharing, startSharing } from '../support/sharing.ts';

const userErrors = 'userErrors { code message field }';
const updateOne = `mutation ($input: UpdateMemberStatusInput!) {
  payload: updateMemberStatus(input: $input) { imageMember { memberId status } image { id } ${userErrors} }
}`;
const updateMany = `mutation ($input: UpdateMemberStatusesInput!) {
  payload: updateMemberStatuses(input: $input) {
    changes { imageId memberId action outcome imageMember { memberId status } ${userErrors} } ${userErrors}
  }
}`;

const admin: Identity = { name: 'admin', projectId: 'd'.repeat(32), token: 'token-of-admin', roles: ['admin'] };

interface Row {
  readonly imageId: string;
  readonly memberId: string | null;
  readonly outcome: string;
  readonly userErrors: readonly { readonly code: string; readonly field: readonly string[] | null }[];
}

/** The rows of a payload, in short: image, outcome, codes. */
function rows(data: unknown): string[] {
  const { changes } = (data as { payload: { changes: readonly Row[] } }).payload;
  return changes.map(({ imageId: id, outcome, userErrors: errors }) =>
    [`#${Number(id.slice(-12))}`, outcome, ...errors.map(({ code }) => code)].join(' '),
  );
}

/** The member statuses of an image in the embedded Images API. */
function statuses(sharing: Sharing, number: number): (string | undefined)[] | undefined {
  return sharing.world.images.get(imageId(number))?.members.map(({ status }) => status);
}

describe.each([true, false])('updateMemberStatus without "memberId"; Identity service: %s', (hasIdentity) => {
  it('sets the caller’s own status', async () => {
    await using sharing = await startSharing({ hasIdentity });
    sharing.image(1, {}, { a: 'pending' });
    const { data, errors } = await sharing.query('a', updateOne, {
      input: { imageId: imageId(1), status: 'ACCEPTED' },
    });
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      payload: {
        imageMember: { memberId: projects.a, status: 'ACCEPTED' },
        image: { id: imageId(1) },
        userErrors: [],
      },
    });
    expect(sharing.calls()).toEqual([
      ...(hasIdentity ? ['GET identity/auth/tokens?nocatalog'] : ['GET /images/#1/members', 'GET /tasks?limit=1']),
      'PUT /images/#1/members/a',
    ]);
  });

  it('tells the owner of an image with a single member that only a member can do it', async () => {
    await using sharing = await startSharing({ hasIdentity });
    sharing.image(1, {}, { a: 'pending' });
    const { data } = await sharing.query('producer', updateOne, {
      input: { imageId: imageId(1), status: 'ACCEPTED' },
    });
    expect(data).toMatchObject({
      payload: { imageMember: null, userErrors: [{ code: 'NOT_IMAGE_MEMBER', field: ['input', 'memberId'] }] },
    });
    expect(statuses(sharing, 1)).toEqual(['pending']);
    const named = await sharing.query('producer', updateOne, {
      input: { imageId: imageId(1), memberId: projects.producer, status: 'ACCEPTED' },
    });
    expect(named.data).toMatchObject({
      payload: { userErrors: [{ message: expect.stringContaining(`project ${projects.producer} owns the image`) }] },
    });
  });

  it.each([
    ['stranger', 'another project’s image', 'shared', 'NOT_FOUND'],
    ['producer', 'an image that is not shared', 'private', 'IMAGE_NOT_SHARED'],
    ['producer', 'an image without members', 'shared', 'NOT_IMAGE_MEMBER'],
  ] as const)('gives %s for %s the same error as with "memberId"', async (name, _what, visibility, code) => {
    await using sharing = await startSharing({ hasIdentity });
    sharing.image(1, { visibility });
    for (const memberId of [undefined, null, projects[name]]) {
      const { data, errors } = await sharing.query(name, updateOne, {
        input: { imageId: imageId(1), memberId, status: 'ACCEPTED' },
      });
      expect(errors).toBeUndefined();
      expect(data).toMatchObject({ payload: { imageMember: null, userErrors: [{ code }] } });
    }
  });

  it('never sets another project’s status for an administrator', async () => {
    await using sharing = await startSharing({ hasIdentity });
    sharing.world.addIdentity(admin);
    sharing.image(1, {}, { a: 'pending' });
    const { data } = await sharing.gateway.query(admin.token, updateOne, {
      input: { imageId: imageId(1), status: 'ACCEPTED' },
    });
    expect(data).toMatchObject({ payload: { imageMember: null } });
    expect((data as { payload: { userErrors: unknown[] } }).payload.userErrors).toHaveLength(1);
    expect(statuses(sharing, 1)).toEqual(['pending']);
  });

  it('refuses an invalid id without a call to the Images API', async () => {
    await using sharing = await startSharing({ hasIdentity });
    const { data } = await sharing.query('a', updateOne, { input: { imageId: 'a/b', status: 'ACCEPTED' } });
    expect(data).toMatchObject({
      payload: { image: null, userErrors: [{ code: 'INVALID_INPUT', field: ['input', 'imageId'] }] },
    });
    expect(sharing.calls()).toEqual([]);
  });

  it('fails with UNAUTHENTICATED for an unknown token', async () => {
    await using sharing = await startSharing({ hasIdentity });
    const { errors } = await sharing.gateway.query('nobody', updateOne, {
      input: { imageId: imageId(1), status: 'ACCEPTED' },
    });
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });
});

describe('updateMemberStatuses', () => {
  const numbers = Array.from({ length: 50 }, (_, index) => index + 1);
  const imageIds = numbers.map(imageId);
  const puts = numbers.map((number) => `PUT /images/#${number}/members/a`);

  it.each([
    ['one call to the Identity service', true, undefined, ['GET identity/auth/tokens?nocatalog']],
    ['two calls to the Images API', false, undefined, ['GET /images/#1/members', 'GET /tasks?limit=1']],
    ['no other call if "memberId" is given', false, projects.a, []],
    ['no other call if "memberId" is given, although there is an Identity service', true, projects.a, []],
  ])('accepts 50 images with 50 writes and %s', async (_what, hasIdentity, memberId, reads) => {
    await using sharing = await startSharing({ hasIdentity });
    for (const number of numbers) sharing.image(number, {}, { a: 'pending', b: 'pending' });
    const { data, errors } = await sharing.query('a', updateMany, {
      input: { imageIds: [...imageIds, imageId(1)], memberId, status: 'ACCEPTED' },
    });
    expect(errors).toBeUndefined();
    expect(rows(data)).toEqual(numbers.map((number) => `#${number} DONE`));
    expect(data).toMatchObject({
      payload: {
        changes: imageIds.map((id) => ({
          imageId: id,
          memberId: projects.a,
          action: 'UPDATE',
          imageMember: { memberId: projects.a, status: 'ACCEPTED' },
        })),
        userErrors: [],
      },
    });
    expect(sharing.calls().sort()).toEqual([...reads, ...puts].sort());
    expect(statuses(sharing, 50)).toEqual(['accepted', 'pending']);
  });

  it.each([true, false])('has a row for each refused image; Identity service: %s', async (hasIdentity) => {
    await using sharing = await startSharing({ hasIdentity });
    sharing.image(1, { owner: projects.a }, { b: 'pending' });
    sharing.image(2, { owner: projects.a }, { b: 'pending', stranger: 'pending' });
    sharing.image(3, { owner: projects.a, visibility: 'private' });
    sharing.image(5, {}, { a: 'pending' });
    sharing.image(6, {}, { b: 'pending' });
    sharing.image(7, {}, { a: 'rejected' });
    const { data, errors } = await sharing.query('a', updateMany, {
      input: { imageIds: [1, 2, 3, 4, 5, 6, 7].map(imageId), status: 'ACCEPTED' },
    });
    expect(errors).toBeUndefined();
    expect(rows(data)).toEqual([
      '#1 REFUSED NOT_IMAGE_MEMBER',
      '#2 REFUSED NOT_IMAGE_MEMBER',
      '#3 REFUSED IMAGE_NOT_SHARED',
      '#4 REFUSED NOT_FOUND',
      '#5 DONE',
      '#6 REFUSED NOT_FOUND',
      '#7 DONE',
    ]);
    const { changes } = (data as { payload: { changes: Row[] } }).payload;
    expect(new Set(changes.map(({ memberId }) => memberId))).toEqual(new Set([projects.a]));
    expect([1, 2, 5, 6, 7].map((number) => statuses(sharing, number))).toEqual([
      ['pending'],
      ['pending', 'pending'],
      ['accepted'],
      ['pending'],
      ['accepted'],
    ]);
  });

  it('never sets another project’s status for an administrator whose own project is unknown', async () => {
    await using sharing = await startSharing();
    sharing.world.addIdentity(admin);
    sharing.image(1, { osHidden: true }, { a: 'pending' });
    sharing.image(2, {}, { a: 'pending', b: 'pending' });
    sharing.image(3, {}, { a: 'pending' });
    const { data } = await sharing.gateway.query(admin.token, updateMany, {
      input: { imageIds: [1, 2, 3].map(imageId), status: 'REJECTED' },
    });
    expect(rows(data)).toEqual([1, 2, 3].map((number) => `#${number} REFUSED NOT_IMAGE_MEMBER`));
    expect(data).toMatchObject({
      payload: { changes: [{ memberId: null, userErrors: [{ field: ['input', 'memberId'] }] }, {}, {}] },
    });
    expect(sharing.calls().filter((call) => call.startsWith('PUT'))).toEqual([]);
  });

  /** Sets up the images that come before those that are shared with the caller. */
  type Ahead = (sharing: Sharing, number: number) => void;
  const ahead = {
    'own images with several members': (sharing, number) =>
      sharing.image(number, { owner: projects.a }, { b: 'pending', stranger: 'pending' }),
    'own images with a single member': (sharing, number) =>
      sharing.image(number, { owner: projects.a }, { b: 'pending' }),
    'own images without members': (sharing, number) => sharing.image(number, { owner: projects.a }),
    'own private images': (sharing, number) => sharing.image(number, { owner: projects.a, visibility: 'private' }),
    'own community images': (sharing, number) => sharing.image(number, { owner: projects.a, visibility: 'community' }),
    'community images of others': (sharing, number) => sharing.image(number, { visibility: 'community' }),
    'images that do not exist': () => {},
    'images that are shared with another project': (sharing, number) => sharing.image(number, {}, { b: 'pending' }),
  } as const satisfies Readonly<Record<string, Ahead>>;
  const mixes: readonly (readonly [string, readonly Ahead[]])[] = [
    ...Object.entries(ahead).map(([name, one]): [string, readonly Ahead[]] => [name, [one]]),
    ['images of every kind', Object.values(ahead)],
    ['images of every kind, in the opposite order', Object.values(ahead).reverse()],
  ];

  it.each(mixes)('costs at most two calls more than with "memberId" behind %s', async (_what, kinds) => {
    const answers: { readonly rows: string[]; readonly calls: number; readonly after: unknown }[] = [];
    for (const memberId of [projects.a, undefined]) {
      // Concurrent changes may share lookups; how many they share depends on timing.
      await using sharing = await startSharing({ environment: { BULK_CONCURRENCY: '1' } });
      for (const number of numbers) {
        if (number > 16) sharing.image(number, {}, { a: 'pending', b: 'pending' });
        else kinds[number % kinds.length]?.(sharing, number);
      }
      const { data, errors } = await sharing.query('a', updateMany, {
        input: { imageIds, memberId, status: 'ACCEPTED' },
      });
      expect(errors).toBeUndefined();
      const { changes } = (data as { payload: { changes: Row[] } }).payload;
      expect(new Set(changes.map((row) => row.memberId))).toEqual(new Set([projects.a]));
      const after = numbers.map((number) => statuses(sharing, number));
      answers.push({ rows: rows(data), calls: sharing.calls().length, after });
    }
    const [given, found] = answers;
    expect(found?.rows).toEqual(given?.rows);
    expect(found?.after).toEqual(given?.after);
    expect(found?.calls).toBeLessThanOrEqual((given?.calls ?? 0) + 2);
  });

  it('costs an administrator whose own project is unknown two calls, and changes nothing', async () => {
    await using sharing = await startSharing();
    sharing.world.addIdentity(admin);
    for (const number of numbers) sharing.image(number, {}, { a: 'pending' });
    const { data } = await sharing.gateway.query(admin.token, updateMany, { input: { imageIds, status: 'ACCEPTED' } });
    expect(rows(data)).toEqual(numbers.map((number) => `#${number} REFUSED NOT_IMAGE_MEMBER`));
    expect(sharing.calls()).toEqual(['GET /images/#1/members', 'GET /tasks?limit=1']);
  });

  it('does not take a failed write for a refusal', async () => {
    await using sharing = await startSharing({
      intercept: ({ method, target }) => (method === 'PUT' && target.includes('0001') ? { status: 503 } : undefined),
    });
    for (const number of [1, 2]) sharing.image(number, {}, { a: 'pending' });
    const { data } = await sharing.query('a', updateMany, {
      input: { imageIds: [1, 2].map(imageId), status: 'ACCEPTED' },
    });
    expect(rows(data)).toEqual(['#1 UNKNOWN', '#2 DONE']);
  });

  it('reports a failure for one image at its row, and updates the others', async () => {
    await using sharing = await startSharing({
      intercept: ({ method, target }) => (method === 'PUT' && target.includes('0002') ? { status: 429 } : undefined),
    });
    for (const number of [1, 2, 3]) sharing.image(number, {}, { a: 'pending' });
    const { data, errors } = await sharing.query('a', updateMany, {
      input: { imageIds: [1, 2, 3].map(imageId), status: 'ACCEPTED' },
    });
    expect(rows(data)).toEqual(['#1 DONE', '#2 FAILED', '#3 DONE']);
    expect(errors).toMatchObject([{ path: ['payload', 'changes', 1], extensions: { code: 'RATE_LIMITED' } }]);
  });

  it('reports a failure of the Identity service at each row, and calls it once', async () => {
    await using sharing = await startSharing({
      hasIdentity: true,
      environment: { UPSTREAM_RETRIES: '0' },
      intercept: ({ target }) => (target.startsWith('/identity') ? { status: 503 } : undefined),
    });
    for (const number of [1, 2]) sharing.image(number, {}, { a: 'pending' });
    const { data, errors } = await sharing.query('a', updateMany, {
      input: { imageIds: [1, 2].map(imageId), status: 'ACCEPTED' },
    });
    expect(rows(data)).toEqual(['#1 FAILED', '#2 FAILED']);
    expect(errors).toHaveLength(2);
    expect(new Set(sharing.calls())).toEqual(new Set(['GET identity/auth/tokens?nocatalog']));
  });

  it('is refused as a whole for too many images', async () => {
    await using sharing = await startSharing({ environment: { BULK_MAX_CHANGES: '2' } });
    const input = { imageIds: [1, 2, 3].map(imageId), status: 'ACCEPTED' };
    const { data } = await sharing.query('a', updateMany, { input });
    expect(data).toMatchObject({ payload: { changes: [], userErrors: [{ code: 'INVALID_INPUT' }] } });
    const twice = `mutation ($one: UpdateMemberStatusesInput!, $two: UpdateMemberStatusesInput!) {
      one: updateMemberStatuses(input: $one) { userErrors { code } } two: updateMemberStatuses(input: $two) { userErrors { code } }
    }`;
    const ofOne = { imageIds: [imageId(1)], memberId: projects.a, status: 'ACCEPTED' };
    const ofTwo = { imageIds: [2, 3].map(imageId), memberId: projects.a, status: 'ACCEPTED' };
    const both = await sharing.query('a', twice, { one: ofOne, two: ofTwo });
    expect(both.data).toEqual({ one: { userErrors: [] }, two: { userErrors: [{ code: 'INVALID_INPUT' }] } });
  });
});
