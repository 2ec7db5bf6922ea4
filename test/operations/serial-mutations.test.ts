import { describe, expect, it } from 'vitest';
import { imageId, projects, startSharing } from '../support/sharing.ts';

const id = imageId(1);
const key = (memberId: string) => `input: { imageId: "${id}", memberId: "${memberId}" }`;

describe('each of several mutations', () => {
  it('shows the current image, not the one that the previous mutation read', async () => {
    let writes = 0;
    await using sharing = await startSharing({
      intercept({ method }) {
        if (method === 'POST' && ++writes === 2) Object.assign(sharing.world.images.get(id) ?? {}, { name: 'renamed' });
        return undefined;
      },
    });
    sharing.image(1);
    const fields = 'image { name members { memberId } myMembership { status } } userErrors { code }';
    const { data } = await sharing.query(
      'producer',
      `mutation {
        one: createImageMember(${key('x')}) { ${fields} }
        two: createImageMember(${key('y')}) { ${fields} }
        three: createImageMember(${key('y')}) { ${fields} }
      }`,
    );
    const members = [{ memberId: 'x' }, { memberId: 'y' }];
    const renamed = { name: 'renamed', members, myMembership: null };
    expect(data).toEqual({
      one: { image: { name: 'image 1', members: members.slice(0, 1), myMembership: null }, userErrors: [] },
      two: { image: renamed, userErrors: [] },
      three: { image: renamed, userErrors: [{ code: 'ALREADY_MEMBER' }] },
    });
  });

  it('explains a refusal from the current image', async () => {
    let writes = 0;
    await using sharing = await startSharing({
      intercept({ method }) {
        if (method === 'POST' && ++writes === 2)
          Object.assign(sharing.world.images.get(id) ?? {}, { visibility: 'private' });
        return undefined;
      },
    });
    sharing.image(1);
    const fields = 'image { visibility } userErrors { code }';
    const { data } = await sharing.query(
      'producer',
      `mutation { one: createImageMember(${key('x')}) { ${fields} } two: createImageMember(${key('y')}) { ${fields} } }`,
    );
    expect(data).toEqual({
      one: { image: { visibility: 'SHARED' }, userErrors: [] },
      two: { image: { visibility: 'PRIVATE' }, userErrors: [{ code: 'IMAGE_NOT_SHARED' }] },
    });
  });

  it('does not reuse a member that the previous mutation read in another spelling', async () => {
    await using sharing = await startSharing({ database: 'mariadb' });
    sharing.image(1, {}, { a: 'pending' });
    const upper = projects.a.toUpperCase();
    const status = (memberId: string, to: string) =>
      `updateMemberStatus(input: { imageId: "${id}", memberId: "${memberId}", status: ${to} }) {
        image { member(memberId: "${projects.a}") { status } upper: member(memberId: "${upper}") { memberId status } }
      }`;
    const { data } = await sharing.query(
      'a',
      `mutation { one: ${status(projects.a, 'ACCEPTED')} two: ${status(upper, 'REJECTED')} }`,
    );
    const seen = (to: string) => ({ member: { status: to }, upper: { memberId: projects.a, status: to } });
    expect(data).toEqual({ one: { image: seen('ACCEPTED') }, two: { image: seen('REJECTED') } });
  });
});

describe('413', () => {
  const create = `mutation { createImageMember(${key('x')}) { userErrors { code } } }`;
  const intercept = (headers: Readonly<Record<string, string>>) => ({
    intercept: ({ method }: { readonly method: string }) =>
      method === 'GET'
        ? undefined
        : (response: import('node:http').ServerResponse) => void response.writeHead(413, headers).end('{}'),
  });

  it('to an added member means that the image is full', async () => {
    await using sharing = await startSharing(intercept({}));
    sharing.image(1);
    const { data } = await sharing.query('producer', create);
    expect(data).toEqual({ createImageMember: { userErrors: [{ code: 'MEMBER_LIMIT_EXCEEDED' }] } });
  });

  it.each([
    ['that adds a member, with Retry-After', create, { 'retry-after': '7' }, 7],
    ['that adds a member, with an invalid Retry-After', create, { 'retry-after': 'later' }, undefined],
    ['that removes a member', `mutation { deleteImageMember(${key('x')}) { userErrors { code } } }`, {}, undefined],
    [
      'that sets a status',
      `mutation { updateMemberStatus(input: { imageId: "${id}", memberId: "x", status: ACCEPTED }) { userErrors { code } } }`,
      {},
      undefined,
    ],
  ])('to a write %s means a rate limit', async (_what, document, headers, retryAfter) => {
    await using sharing = await startSharing(intercept(headers));
    sharing.image(1);
    const { data, errors } = await sharing.query('producer', document);
    expect(data).toBeNull();
    expect(errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
    expect(errors?.[0]?.extensions['retryAfter']).toBe(retryAfter);
  });
});

describe('a caller’s error', () => {
  it('names the same argument, in whatever order arguments are written', async () => {
    await using sharing = await startSharing();
    for (const args of ['imageId: "..", memberId: "a/b"', 'memberId: "a/b", imageId: ".."']) {
      for (const _time of ['first', 'second', 'third']) {
        const { errors } = await sharing.query('a', `{ imageMember(${args}) { id } }`);
        expect(errors).toMatchObject([{ message: expect.stringContaining('"imageId"') }]);
      }
    }
  });

  it('names the field of a bulk input', async () => {
    await using sharing = await startSharing();
    sharing.image(1, { visibility: 'private' });
    const rows = 'changes { userErrors { code field } } userErrors { code field }';
    for (const [document, payload] of [
      [
        `createImageMembers(input: { imageIds: ["a/b", "${id}"], memberIds: ["m", ".."] }) { ${rows} }`,
        {
          changes: [
            { userErrors: [{ code: 'INVALID_INPUT', field: ['input', 'imageIds'] }] },
            {
              userErrors: [
                { code: 'INVALID_INPUT', field: ['input', 'imageIds'] },
                { code: 'INVALID_INPUT', field: ['input', 'memberIds'] },
              ],
            },
            { userErrors: [{ code: 'IMAGE_NOT_SHARED', field: ['input', 'imageIds'] }] },
            { userErrors: [{ code: 'INVALID_INPUT', field: ['input', 'memberIds'] }] },
          ],
          userErrors: [],
        },
      ],
      [
        `setImageMembers(input: { imageId: "${id}", memberIds: ["..", "m"] }) { ${rows} }`,
        { changes: [], userErrors: [{ code: 'INVALID_INPUT', field: ['input', 'memberIds'] }] },
      ],
      [
        `setImageMembers(input: { imageId: "${id}", memberIds: ["m"] }) { ${rows} }`,
        { changes: [], userErrors: [{ code: 'IMAGE_NOT_SHARED', field: ['input', 'imageId'] }] },
      ],
    ] as const) {
      expect((await sharing.query('producer', `mutation { p: ${document} }`)).data).toEqual({ p: payload });
    }
  });

  it.each([0, 60])('is the same whichever of two upstream answers comes first: image after %i ms', async (ms) => {
    await using sharing = await startSharing({
      intercept:
        ({ target }) =>
        (response) => {
          const isList = target.endsWith('/members');
          setTimeout(() => response.writeHead(isList ? 429 : 403).end('{}'), isList ? 30 : ms);
        },
    });
    const { errors } = await sharing.query(
      'producer',
      `mutation { setImageMembers(input: { imageId: "${id}", memberIds: [] }) { userErrors { code } } }`,
    );
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  it.each([0, 60])('for own statuses is that of the first list, even if it arrives later: after %i ms', async (ms) => {
    await using sharing = await startSharing({
      intercept: ({ target }) => {
        if (!target.includes('member_status=')) return undefined;
        return (response) => {
          const isFirst = target.includes('member_status=pending');
          setTimeout(() => response.writeHead(isFirst ? 403 : 429).end('{}'), isFirst ? ms : 30);
        };
      },
    });
    sharing.image(1, {}, { a: 'pending' });
    const { errors } = await sharing.query('a', `{ image(id: "${id}") { myMembership { status } } }`);
    expect(errors).toMatchObject([{ path: ['image', 'myMembership'], extensions: { code: 'FORBIDDEN' } }]);
  });
});

describe('removing in bulk', () => {
  const remove = (memberIds: readonly string[]) =>
    `mutation { bulk: deleteImageMembers(input: { imageIds: ["${id}"], memberIds: ${JSON.stringify(memberIds)} }) {
      changes { outcome imageMember { status } userErrors { code } }
    } }`;
  const outcomes = (data: unknown) =>
    (data as { bulk: { changes: { outcome: string }[] } }).bulk.changes.map(({ outcome }) => outcome);

  it('lists the members of an image once, and removes each with two calls', async () => {
    await using sharing = await startSharing();
    sharing.image(1, {}, { a: 'pending', b: 'accepted', stranger: 'rejected' });
    const { data } = await sharing.query('producer', remove([projects.a, projects.b, 'x', 'y']));
    expect(outcomes(data)).toEqual(['DONE', 'DONE', 'UNCHANGED', 'UNCHANGED']);
    const calls = sharing.calls();
    expect(calls.filter((call) => call.endsWith('/members'))).toHaveLength(1);
    expect(calls.filter((call) => call.startsWith('DELETE'))).toHaveLength(2);
    // The list, the image, and two calls for each member.
    expect(calls).toHaveLength(1 + 1 + 2 * 2);
  });

  it('fails if upstream lists a member but does not find it', async () => {
    await using sharing = await startSharing({
      intercept: ({ target }) => (target.endsWith(`/members/${projects.a}`) ? { status: 404 } : undefined),
    });
    sharing.image(1, {}, { a: 'pending', b: 'pending' });
    const { data, errors } = await sharing.query('producer', remove([projects.a]));
    expect(outcomes(data)).toEqual(['FAILED']);
    expect(errors).toMatchObject([{ path: ['bulk', 'changes', 0], extensions: { code: 'UPSTREAM_INVALID_RESPONSE' } }]);
  });

  it('does not accept a list with a malformed row as proof', async () => {
    await using sharing = await startSharing({
      intercept: ({ method, target }) => {
        if (method === 'GET' && target.endsWith('/members'))
          return { status: 200, body: { members: [{ member_id: 7 }] } };
        return undefined;
      },
    });
    sharing.image(1, {}, { b: 'pending' });
    const { data, errors } = await sharing.query('producer', remove([projects.a]));
    expect(outcomes(data)).toEqual(['FAILED']);
    expect(errors).toHaveLength(1);
  });

  it('is refused for an image that is not shared, although its members cannot be listed', async () => {
    await using sharing = await startSharing();
    sharing.image(1, { visibility: 'private' }, { a: 'accepted' });
    const { data } = await sharing.query('producer', remove([projects.a, 'x']));
    expect(outcomes(data)).toEqual(['REFUSED', 'REFUSED']);
    expect(data).toMatchObject({ bulk: { changes: [{ userErrors: [{ code: 'IMAGE_NOT_SHARED' }] }, {}] } });
  });
});

it.each([
  ['sqlite', ['KEEP', 'REMOVE'], ['abc']],
  ['mariadb', ['KEEP'], ['ABC', 'abc']],
] as const)('on %s, a member stored in two spellings is kept in both if they are the same id', async (...row) => {
  const [database, actions, left] = row;
  for (const order of [
    ['abc', 'ABC'],
    ['ABC', 'abc'],
  ]) {
    await using sharing = await startSharing({ database });
    sharing.image(1, {}, { b: 'pending' });
    const image = sharing.world.images.get(id) ?? expect.fail();
    for (const memberId of order) sharing.world.addMember(image, { memberId, status: 'accepted' });
    const { data, errors } = await sharing.query(
      'producer',
      `mutation { bulk: setImageMembers(input: { imageId: "${id}", memberIds: ["abc", "${projects.b}"] }) { changes { action outcome } } }`,
    );
    expect(errors).toBeUndefined();
    const told = (data as { bulk: { changes: { action: string }[] } }).bulk.changes.map(({ action }) => action);
    expect(told).toEqual([actions[0], 'KEEP', ...actions.slice(1)]);
    const held = image.members.filter(({ removed }) => !removed).map(({ memberId }) => memberId);
    expect(held.toSorted()).toEqual([...left, projects.b].toSorted());
  }
});

it('spellings of one member are added sequentially, because Glance adds concurrent ones twice', async () => {
  let under = 0;
  let most = 0;
  await using sharing = await startSharing({
    database: 'mariadb',
    environment: { BULK_CONCURRENCY: '8' },
    intercept: ({ method }) => {
      if (method !== 'POST') return undefined;
      return async (response, forward) => {
        most = Math.max(most, ++under);
        const { status, body } = await forward();
        await new Promise((resolve) => setTimeout(resolve, 20));
        under--;
        response.writeHead(status, { 'content-type': 'application/json' }).end(body);
      };
    },
  });
  sharing.image(1);
  const { data } = await sharing.query(
    'producer',
    `mutation { bulk: createImageMembers(input: { imageIds: ["${id}"], memberIds: ["abc", "ABC", "abc ", "Abc"] }) { changes { outcome } } }`,
  );
  expect(data).toEqual({
    bulk: { changes: ['DONE', 'UNCHANGED', 'UNCHANGED', 'UNCHANGED'].map((outcome) => ({ outcome })) },
  });
  expect(most).toBe(1);
});
