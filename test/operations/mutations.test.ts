import { describe, expect, it } from 'vitest';
import { toImageMemberId } from '../../src/graphql/member-id.ts';
import { imageId, projects, startSharing } from '../support/sharing.ts';

const id = imageId(1);
const a = { imageId: id, memberId: projects.a };

const userErrors = 'userErrors { code message field }';
const documents = {
  create: `mutation ($input: CreateImageMemberInput!) {
    payload: createImageMember(input: $input) { imageMember { memberId status } ${userErrors} }
  }`,
  delete: `mutation ($input: DeleteImageMemberInput!) {
    payload: deleteImageMember(input: $input) { deletedImageMemberId ${userErrors} }
  }`,
  update: `mutation ($input: UpdateMemberStatusInput!) {
    payload: updateMemberStatus(input: $input) { imageMember { memberId status } ${userErrors} }
  }`,
};
/**
 * A member is looked up before its removal, because it may be stored in another spelling, and the removal is verified,
 * because Glance may hold a member twice, and a status change may undo it.
 */
const readBack = 'GET /images/#1/members/a';
type Write = keyof typeof documents;

function input(write: Write, key: { readonly imageId: string; readonly memberId: string } = a) {
  return { input: write === 'update' ? { ...key, status: 'ACCEPTED' } : key };
}

const requests: Readonly<Record<Write, string>> = {
  create: 'POST /images/#1/members',
  delete: 'DELETE /images/#1/members/a',
  update: 'PUT /images/#1/members/a',
};

describe('a successful change', () => {
  it('by createImageMember returns a pending member with one call', async () => {
    await using sharing = await startSharing();
    sharing.image(1);
    const { data, errors } = await sharing.query('producer', documents.create, input('create'));
    expect(errors).toBeUndefined();
    expect(data).toEqual({ payload: { imageMember: { memberId: projects.a, status: 'PENDING' }, userErrors: [] } });
    expect(sharing.calls()).toEqual([requests.create]);
  });

  it('by deleteImageMember returns the id of the removed member, which is looked up before and after', async () => {
    await using sharing = await startSharing();
    sharing.image(1, {}, { a: 'accepted' });
    const before = await sharing.query('producer', `{ image(id: "${id}") { members { id } } }`);
    sharing.calls();
    const { data } = await sharing.query('producer', documents.delete, input('delete'));
    expect(data).toEqual({ payload: { deletedImageMemberId: toImageMemberId(a), userErrors: [] } });
    expect(before.data).toEqual({ image: { members: [{ id: toImageMemberId(a) }] } });
    expect(sharing.calls()).toEqual([readBack, requests.delete, readBack]);
  });

  it.each(['PENDING', 'ACCEPTED', 'REJECTED'])('by updateMemberStatus returns the member, now %s', async (status) => {
    for (const from of ['pending', 'accepted', 'rejected'] as const) {
      await using sharing = await startSharing();
      sharing.image(1, {}, { a: from });
      const { data } = await sharing.query('a', documents.update, { input: { ...a, status } });
      expect(data).toEqual({ payload: { imageMember: { memberId: projects.a, status }, userErrors: [] } });
      expect(sharing.calls()).toEqual([requests.update]);
    }
  });
});

describe('the image of a payload', () => {
  const fields = (selection: string) => `image { ${selection} } userErrors { code }`;

  it.each([
    ['producer', 'createImageMember', requests.create, {}],
    ['producer', 'deleteImageMember', requests.delete, { a: 'pending' }],
    ['a', 'updateMemberStatus', requests.update, { a: 'pending' }],
  ] as const)(
    'costs %s no additional call in %s if only its id is selected',
    async (caller, mutation, request, members) => {
      await using sharing = await startSharing();
      sharing.image(1, {}, members);
      const status = mutation === 'updateMemberStatus' ? ', status: REJECTED' : '';
      const key = `imageId: "${id}", memberId: "${projects.a}"${status}`;
      const bare = await sharing.query(
        caller,
        `mutation { p: ${mutation}(input: { ${key} }) { ${fields('__typename id')} } }`,
      );
      expect(bare.data).toEqual({ p: { image: { __typename: 'Image', id }, userErrors: [] } });
      const isRemoval = mutation === 'deleteImageMember';
      expect(sharing.calls()).toEqual(isRemoval ? [readBack, request, readBack] : [request]);
    },
  );

  it('costs one more call for other fields, and another for its members', async () => {
    await using sharing = await startSharing();
    sharing.image(1, {}, { b: 'accepted' });
    const { data } = await sharing.query(
      'producer',
      `mutation { p: createImageMember(input: { imageId: "${id}", memberId: "${projects.a}" }) {
        ${fields(`name members { memberId status } member(memberId: "${projects.a}") { status }`)}
      } }`,
    );
    expect(data).toEqual({
      p: {
        image: {
          name: 'image 1',
          members: [
            { memberId: projects.b, status: 'ACCEPTED' },
            { memberId: projects.a, status: 'PENDING' },
          ],
          member: { status: 'PENDING' },
        },
        userErrors: [],
      },
    });
    expect(sharing.calls()).toEqual([requests.create, 'GET /images/#1', 'GET /images/#1/members']);
  });

  it.each([
    ['a', 'updateMemberStatus', ', status: REJECTED', { a: 'pending' }, 'REJECTED', requests.update],
    ['producer', 'createImageMember', '', {}, 'PENDING', requests.create],
  ] as const)(
    'includes, for %s, the member that was just written by %s without a call',
    async (caller, mutation, status, members, expected, request) => {
      await using sharing = await startSharing();
      sharing.image(1, {}, members);
      const { data } = await sharing.query(
        caller,
        `mutation { p: ${mutation}(input: { imageId: "${id}", memberId: "${projects.a}"${status} }) {
          ${fields(`member(memberId: "${projects.a}") { status }`)}
        } }`,
      );
      expect(data).toMatchObject({ p: { image: { member: { status: expected } } } });
      expect(sharing.calls()).toEqual([request]);
    },
  );

  it('shows the state after its own change, for each of several changes', async () => {
    await using sharing = await startSharing();
    sharing.image(1);
    const image = `image { id members { memberId } member(memberId: "${projects.a}") { status } }`;
    const key = (name: 'a' | 'b') => `input: { imageId: "${id}", memberId: "${projects[name]}" }`;
    const { data, errors } = await sharing.query(
      'producer',
      `mutation {
        one: createImageMember(${key('a')}) { ${image} }
        two: createImageMember(${key('b')}) { ${image} }
        three: deleteImageMember(${key('a')}) { ${image} }
        four: createImageMember(${key('a')}) { ${image} }
        five: createImageMember(${key('a')}) { ${image} userErrors { code } }
      }`,
    );
    expect(errors).toBeUndefined();
    const [m1, m2] = [{ memberId: projects.a }, { memberId: projects.b }];
    const member = { status: 'PENDING' };
    expect(data).toEqual({
      one: { image: { id, members: [m1], member } },
      two: { image: { id, members: [m1, m2], member } },
      three: { image: { id, members: [m2], member: null } },
      four: { image: { id, members: [m1, m2], member } },
      five: { image: { id, members: [m1, m2], member }, userErrors: [{ code: 'ALREADY_MEMBER' }] },
    });
    // Each change is followed by its own reads before the next one is sent.
    expect(sharing.calls().filter((call) => !call.startsWith('GET'))).toEqual([
      requests.create,
      requests.create,
      requests.delete,
      requests.create,
      requests.create,
    ]);
  });

  it('does not use a list that was read before the change', async () => {
    await using sharing = await startSharing();
    sharing.image(1, {}, { b: 'pending' });
    const change = (name: string, key: 'a' | 'b') =>
      `${name}(input: { imageId: "${id}", memberId: "${projects[key]}" })`;
    const { data } = await sharing.query(
      'producer',
      `mutation {
        one: ${change('createImageMember', 'a')} { image { members { memberId } } }
        two: ${change('deleteImageMember', 'a')} { image { member(memberId: "${projects.a}") { id } } }
      }`,
    );
    expect(data).toMatchObject({ two: { image: { member: null } } });
    expect(sharing.calls()).toEqual([
      requests.create,
      'GET /images/#1/members',
      readBack,
      requests.delete,
      readBack,
      'GET /images/#1/members/a',
    ]);
  });

  it('is looked up if the change was refused, because it may not exist', async () => {
    await using sharing = await startSharing();
    const { data, errors } = await sharing.query(
      'producer',
      `mutation { p: createImageMember(input: { imageId: "${id}", memberId: "${projects.a}" }) { ${fields('id')} } }`,
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({ p: { image: null, userErrors: [{ code: 'NOT_FOUND' }] } });
    expect(sharing.calls()).toEqual([requests.create, 'GET /images/#1']);
  });

  it('is null if the id is invalid', async () => {
    await using sharing = await startSharing();
    const { data, errors } = await sharing.query(
      'producer',
      `mutation { p: createImageMember(input: { imageId: "a/b", memberId: "${projects.a}" }) { ${fields('id name')} } }`,
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({ p: { image: null, userErrors: [{ code: 'INVALID_INPUT' }] } });
    expect(sharing.calls()).toEqual([]);
  });

  it('does not undo the change if it cannot be read', async () => {
    await using sharing = await startSharing({
      intercept: ({ method }) => (method === 'GET' ? { status: 403 } : undefined),
    });
    sharing.image(1);
    const { data, errors } = await sharing.query(
      'producer',
      `mutation { p: createImageMember(input: { imageId: "${id}", memberId: "${projects.a}" }) {
        imageMember { status } ${fields('name')}
      } }`,
    );
    expect(data).toEqual({ p: { imageMember: { status: 'PENDING' }, image: null, userErrors: [] } });
    expect(errors).toMatchObject([{ path: ['p', 'image'], extensions: { code: 'FORBIDDEN' } }]);
  });
});

describe('a user error', () => {
  type Who = 'producer' | 'a' | 'b' | 'stranger';
  interface Case {
    readonly write: Write;
    readonly by: Who;
    readonly image?: 'private' | 'public' | 'community' | 'absent';
    readonly members?: Readonly<Partial<Record<'a' | 'b', 'pending' | 'accepted'>>>;
    readonly code: string;
    readonly field: readonly string[] | null;
    readonly reads?: readonly string[];
    readonly member?: unknown;
  }
  const imageField = ['input', 'imageId'];
  const memberField = ['input', 'memberId'];
  const look = ['GET /images/#1'];
  const cases: readonly Case[] = [
    { write: 'create', by: 'producer', image: 'absent', code: 'NOT_FOUND', field: imageField },
    { write: 'create', by: 'stranger', code: 'NOT_FOUND', field: imageField },
    { write: 'create', by: 'stranger', image: 'private', code: 'NOT_FOUND', field: imageField },
    { write: 'create', by: 'b', members: { b: 'accepted' }, code: 'NOT_IMAGE_OWNER', field: imageField, reads: look },
    { write: 'create', by: 'producer', image: 'private', code: 'IMAGE_NOT_SHARED', field: imageField, reads: look },
    { write: 'create', by: 'producer', image: 'community', code: 'IMAGE_NOT_SHARED', field: imageField, reads: look },
    { write: 'create', by: 'stranger', image: 'public', code: 'IMAGE_NOT_SHARED', field: imageField, reads: look },
    {
      write: 'create',
      by: 'producer',
      members: { a: 'accepted' },
      code: 'ALREADY_MEMBER',
      field: memberField,
      reads: ['GET /images/#1/members/a'],
      member: { memberId: projects.a, status: 'ACCEPTED' },
    },
    { write: 'delete', by: 'producer', image: 'absent', code: 'NOT_FOUND', field: null },
    { write: 'delete', by: 'producer', code: 'NOT_FOUND', field: null },
    { write: 'delete', by: 'stranger', members: { a: 'pending' }, code: 'NOT_FOUND', field: null },
    { write: 'delete', by: 'a', members: { a: 'pending' }, code: 'NOT_IMAGE_OWNER', field: imageField, reads: look },
    { write: 'update', by: 'producer', image: 'absent', code: 'NOT_FOUND', field: null },
    { write: 'update', by: 'stranger', members: { a: 'pending' }, code: 'NOT_FOUND', field: null },
    { write: 'update', by: 'b', members: { a: 'pending', b: 'pending' }, code: 'NOT_FOUND', field: null },
    {
      write: 'update',
      by: 'producer',
      members: { a: 'pending' },
      code: 'NOT_IMAGE_MEMBER',
      field: memberField,
      reads: look,
    },
  ];

  it.each(cases)('has the code $code: $write by $by, image $image, members $members', async (row) => {
    const { write, by, image, members, code, field, reads = [], member = null } = row;
    await using sharing = await startSharing();
    if (image !== 'absent') sharing.image(1, image ? { visibility: image } : {}, members);
    const { status, data, errors } = await sharing.query(by, documents[write], input(write));
    expect(status).toBe(200);
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      payload: {
        [write === 'delete' ? 'deletedImageMemberId' : 'imageMember']: member,
        userErrors: [{ code, message: expect.stringContaining(id), field }],
      },
    });
    if (field !== imageField) expect(JSON.stringify(data)).toMatch(new RegExp(`"message":"[^"]*${projects.a}`));
    expect(sharing.calls()).toEqual([...(write === 'delete' ? [readBack] : []), requests[write], ...reads]);
  });

  it('is NOT_FOUND if the image was deleted before the reason is looked up', async () => {
    await using sharing = await startSharing({ intercept: ({ method }) => ({ status: method === 'GET' ? 404 : 403 }) });
    for (const write of ['create', 'delete', 'update'] as const) {
      const { data } = await sharing.query('producer', documents[write], input(write));
      expect(data).toMatchObject({ payload: { userErrors: [{ code: 'NOT_FOUND' }] } });
      expect(sharing.calls()).toEqual([...(write === 'delete' ? [readBack] : []), requests[write], ...look]);
    }
  });

  it('tells an owner who accepts for a consumer that only the consumer can do so', async () => {
    await using sharing = await startSharing();
    sharing.image(1, {}, { a: 'pending' });
    const { data } = await sharing.query('producer', documents.update, input('update'));
    expect(data).toMatchObject({
      payload: { userErrors: [{ message: expect.stringMatching(/only .*aaaa.* token of its own project/i) }] },
    });
  });

  it.each([
    ['MEMBER_LIMIT_EXCEEDED', projects.b, null],
    ['ALREADY_MEMBER', projects.a, { memberId: projects.a, status: 'ACCEPTED' }],
  ])('is %s if the image is full', async (code, memberId, imageMember) => {
    await using sharing = await startSharing({ memberQuota: 1 });
    sharing.image(1, {}, { a: 'accepted' });
    const { data, errors } = await sharing.query(
      'producer',
      documents.create,
      input('create', { imageId: id, memberId }),
    );
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({
      payload: { imageMember, userErrors: [{ code, message: expect.stringContaining(id) }] },
    });
  });

  it('is INVALID_INPUT if upstream refuses a value', async () => {
    await using sharing = await startSharing({ intercept: () => ({ status: 400 }) });
    const { data, errors } = await sharing.query('producer', documents.create, input('create'));
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({
      payload: { imageMember: null, userErrors: [{ code: 'INVALID_INPUT', field: memberField }] },
    });
    expect(sharing.calls()).toEqual([requests.create]);
  });

  it.each(['create', 'delete', 'update'] as const)(
    'is INVALID_INPUT for ids that never reach upstream: %s',
    async (write) => {
      await using sharing = await startSharing();
      for (const bad of ['', '.', '..', 'a/b', 'a\u0000b', 'x'.repeat(256), 'projé', '😀']) {
        const both = await sharing.query('producer', documents[write], input(write, { imageId: bad, memberId: bad }));
        expect(both.errors).toBeUndefined();
        expect(both.data).toMatchObject({
          payload: {
            userErrors: [
              { code: 'INVALID_INPUT', field: imageField },
              { code: 'INVALID_INPUT', field: memberField },
            ],
          },
        });
      }
      expect(sharing.calls()).toEqual([]);
    },
  );
});

describe('a change that fails for another reason', () => {
  it.each(['create', 'delete', 'update'] as const)('is a GraphQL error at the field: %s', async (write) => {
    let status = 401;
    await using sharing = await startSharing({
      intercept: () => ({ status }),
    });
    for (const [upstream, code, outcome] of [
      [401, 'UNAUTHENTICATED', undefined],
      [429, 'RATE_LIMITED', undefined],
      [405, 'UPSTREAM_INVALID_RESPONSE', undefined],
      [302, 'UPSTREAM_INVALID_RESPONSE', 'UNKNOWN'],
      [500, 'UPSTREAM_UNAVAILABLE', 'UNKNOWN'],
      [503, 'UPSTREAM_UNAVAILABLE', 'UNKNOWN'],
    ] as const) {
      status = upstream;
      const answer = await sharing.query('producer', documents[write], input(write));
      expect(answer.status).toBe(200);
      expect(answer.data).toBeNull();
      expect(answer.errors).toMatchObject([{ path: ['payload'], extensions: { code } }]);
      expect(answer.errors?.[0]?.extensions['outcome']).toBe(outcome);
      // If the outcome is unknown, the gateway reads the current state from upstream; a read has three attempts.
      const reads = Array(upstream >= 500 ? 3 : 1).fill(readBack);
      const before = write === 'delete' ? reads : [];
      const isSent = write !== 'delete' || upstream !== 401;
      expect(sharing.calls()).toEqual([...before, ...(isSent ? [requests[write]] : []), ...(outcome ? reads : [])]);
    }
  });

  it.each(['create', 'delete', 'update'] as const)('without a token makes no call: %s', async (write) => {
    await using sharing = await startSharing();
    const { errors } = await sharing.gateway.query(null, documents[write], input(write));
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHENTICATED']);
    expect(sharing.calls()).toEqual([]);
  });

  it('is FORBIDDEN if the reason for a refusal cannot be determined', async () => {
    await using sharing = await startSharing({ intercept: () => ({ status: 403 }) });
    const { errors } = await sharing.query('producer', documents.delete, input('delete'));
    expect(errors).toMatchObject([{ path: ['payload'], extensions: { code: 'FORBIDDEN' } }]);
  });

  it.each(['create', 'delete', 'update'] as const)(
    'is reported as done if the change is visible upstream: %s',
    async (write) => {
      await using sharing = await startSharing({
        intercept: ({ method }) => (method !== 'GET' ? { status: 504 } : undefined),
      });
      sharing.image(1, {}, write === 'delete' ? {} : { a: 'accepted' });
      const { data, errors } = await sharing.query(
        write === 'update' ? 'a' : 'producer',
        documents[write],
        input(write),
      );
      expect(errors).toBeUndefined();
      expect(data).toMatchObject({
        payload:
          write === 'delete' ? { deletedImageMemberId: toImageMemberId(a) } : { imageMember: { status: 'ACCEPTED' } },
      });
    },
  );

  it('has an unknown outcome if the change is not visible upstream, because it may still happen', async () => {
    await using sharing = await startSharing({
      intercept: ({ method }) => (method === 'GET' ? undefined : { status: 504 }),
    });
    sharing.image(1, {}, { a: 'pending' });
    for (const [name, write] of [
      ['producer', 'delete'],
      ['a', 'update'],
    ] as const) {
      const { errors } = await sharing.query(name, documents[write], input(write));
      expect(errors).toMatchObject([{ extensions: { code: 'UPSTREAM_UNAVAILABLE', outcome: 'UNKNOWN' } }]);
    }
  });

  it.each([403, 404, 503])(
    'is still reported as done if a removal cannot be verified because of %i',
    async (status) => {
      await using sharing = await startSharing({
        intercept: ({ method }) => (method === 'GET' ? { status } : undefined),
      });
      sharing.image(1, {}, { a: 'pending' });
      const { data, errors } = await sharing.query('producer', documents.delete, input('delete'));
      expect(errors).toBeUndefined();
      expect(data).toEqual({ payload: { deletedImageMemberId: toImageMemberId(a), userErrors: [] } });
      expect(sharing.calls().filter((call) => call === requests.delete)).toHaveLength(1);
    },
  );

  it('may have succeeded, so later reads are made again', async () => {
    const row = { image_id: id, member_id: projects.a, schema: 's', created_at: '2026-11-21T03:41:54Z' };
    let reads = 0;
    await using sharing = await startSharing({
      intercept({ method }) {
        if (method !== 'GET') return { status: 409 };
        const status = reads++ === 0 ? 'pending' : 'accepted';
        return { status: 200, body: { ...row, updated_at: row.created_at, status } };
      },
    });
    const create = `createImageMember(input: { imageId: "${id}", memberId: "${projects.a}" }) { imageMember { status } }`;
    const { data } = await sharing.query('producer', `mutation { one: ${create} two: ${create} }`);
    expect(data).toEqual({ one: { imageMember: { status: 'PENDING' } }, two: { imageMember: { status: 'ACCEPTED' } } });
  });
});
