import { describe, expect, it } from 'vitest';
import { imageId, projects, startSharing } from '../support/sharing.ts';

const id = imageId(1);
const notShared = { message: `Not allowed to list members for image ${id}.: Only shared images have members.<br />` };

describe('Image.members', () => {
  it('return every field of a member with one call', async () => {
    await using sharing = await startSharing();
    sharing.image(1);
    const image = sharing.world.images.get(id) ?? expect.fail();
    sharing.world.addMember(image, {
      memberId: projects.a,
      status: 'accepted',
      createdAt: new Date('2026-11-21T03:41:54Z'),
      updatedAt: new Date('2026-11-21T03:41:55Z'),
    });
    const { data, errors } = await sharing.query(
      'producer',
      `{ image(id: "${id}") { members {
        __typename id imageId memberId status createdAt updatedAt schema image { id } project { __typename id }
      } } }`,
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      image: {
        members: [
          {
            __typename: 'ImageMember',
            id: expect.any(String),
            imageId: id,
            memberId: projects.a,
            status: 'ACCEPTED',
            createdAt: '2026-11-21T03:41:54Z',
            updatedAt: '2026-11-21T03:41:55Z',
            schema: '/v2/schemas/member',
            image: { id },
            project: { __typename: 'Project', id: projects.a },
          },
        ],
      },
    });
    expect(sharing.calls()).toEqual(['GET /images/#1/members']);
  });

  it('are all members for the owner, and only itself for a member', async () => {
    await using sharing = await startSharing();
    sharing.image(1, {}, { a: 'pending', b: 'accepted' });
    const document = `{ image(id: "${id}") { members { memberId } } }`;
    const seen = async (name: 'producer' | 'a') => (await sharing.query(name, document)).data;
    expect(await seen('producer')).toEqual({
      image: { members: [{ memberId: projects.a }, { memberId: projects.b }] },
    });
    expect(await seen('a')).toEqual({ image: { members: [{ memberId: projects.a }] } });
  });

  it('can be filtered by status, and are listed once however often they are selected', async () => {
    await using sharing = await startSharing();
    sharing.image(1, {}, { a: 'pending', b: 'accepted', stranger: 'rejected' });
    const { data } = await sharing.query(
      'producer',
      `query ($id: ID!, $none: [MemberStatus!]) {
        image(id: $id) {
          pending: members(status: [PENDING]) { status }
          decided: members(status: [REJECTED, ACCEPTED]) { status }
          nobody: members(status: []) { status }
          all: members(status: $none) { status }
        }
        again: image(id: $id) { members { status } member(memberId: "${projects.a}") { status } }
      }`,
      { id, none: null },
    );
    const [pending, accepted, rejected] = ['PENDING', 'ACCEPTED', 'REJECTED'].map((status) => ({ status }));
    expect(data).toEqual({
      image: {
        pending: [pending],
        decided: [accepted, rejected],
        nobody: [],
        all: [pending, accepted, rejected],
      },
      again: { members: [pending, accepted, rejected], member: pending },
    });
    expect(sharing.calls()).toEqual(['GET /images/#1/members']);
  });

  it('of a list of images cost one call for each shared image, and none for the others', async () => {
    await using sharing = await startSharing();
    sharing.image(1, {}, { a: 'pending' });
    sharing.image(2, { visibility: 'private' });
    sharing.image(3, { visibility: 'public' });
    sharing.image(4);
    const { data } = await sharing.query(
      'producer',
      `{ images(orderBy: { field: NAME, direction: ASC }) { nodes {
        members { memberId image { name } } member(memberId: "${projects.a}") { status }
      } } }`,
    );
    expect(data).toEqual({
      images: {
        nodes: [
          { members: [{ memberId: projects.a, image: { name: 'image 1' } }], member: { status: 'PENDING' } },
          { members: [], member: null },
          { members: [], member: null },
          { members: [], member: null },
        ],
      },
    });
    expect(sharing.calls().sort()).toEqual([
      'GET /images/#1/members',
      'GET /images/#4/members',
      'GET /images?limit=21&sort_key=name&sort_dir=asc',
    ]);
  });

  it.each(['private', 'public', 'community'] as const)(
    'are [] without an error if only the key of a %s image is known',
    async (visibility) => {
      await using sharing = await startSharing();
      sharing.image(1, { visibility });
      const { data, errors } = await sharing.query(
        'producer',
        `{ _entities(representations: [{ __typename: "Image", id: "${id}" }]) { ... on Image { id members { status } } } }`,
      );
      expect(errors).toBeUndefined();
      expect(data).toEqual({ _entities: [{ id, members: [] }] });
      expect(sharing.calls()).toEqual(['GET /images/#1/members']);
    },
  );

  describe('after a refusal with an unknown message', () => {
    const document = `{ _entities(representations: [{ __typename: "Image", id: "${id}" }]) { ... on Image { id members { status } } } }`;
    const refuse = { message: 'You are not authorized to complete get_members action.' };

    it.each([
      ['private', undefined, []],
      ['shared', 'FORBIDDEN', null],
    ] as const)('of a %s image are resolved by one more lookup', async (visibility, code, members) => {
      await using sharing = await startSharing({
        intercept: ({ target }) => (target.endsWith('/members') ? { status: 403, body: refuse } : undefined),
      });
      sharing.image(1, { visibility });
      const { data, errors } = await sharing.query('producer', document);
      expect(data).toEqual({ _entities: [{ id, members }] });
      expect(errors?.[0]?.extensions.code).toBe(code);
      expect(sharing.calls()).toEqual(['GET /images/#1/members', 'GET /images/#1']);
    });
  });

  it.each([
    [401, 'UNAUTHENTICATED'],
    [403, 'FORBIDDEN'],
    [429, 'RATE_LIMITED'],
    [302, 'UPSTREAM_INVALID_RESPONSE'],
  ])('that fail with %i do not affect other fields', async (status, code) => {
    await using sharing = await startSharing({
      intercept: ({ target }) => (target.includes('/members') ? { status } : undefined),
    });
    sharing.image(1, {}, { a: 'pending' });
    sharing.image(2);
    const answer = await sharing.query(
      'producer',
      `{ images(orderBy: { field: NAME, direction: ASC }) {
        nodes { name members { status } member(memberId: "m") { status } }
      } }`,
    );
    expect(answer.status).toBe(200);
    expect(answer.data).toEqual({
      images: {
        nodes: [
          { name: 'image 1', members: null, member: null },
          { name: 'image 2', members: null, member: null },
        ],
      },
    });
    expect(answer.errors?.map(({ path, extensions }) => [path?.join('.'), extensions.code]).sort()).toEqual([
      ['images.nodes.0.member', code],
      ['images.nodes.0.members', code],
      ['images.nodes.1.member', code],
      ['images.nodes.1.members', code],
    ]);
  });

  it('are requested once if their list fails before the image arrives', async () => {
    await using sharing = await startSharing({
      intercept: ({ target }) => (target.endsWith('/members') ? { status: 400 } : undefined),
    });
    sharing.image(1);
    const { data, errors } = await sharing.query('producer', `{ image(id: "${id}") { id members { id } } }`);
    expect(data).toEqual({ image: { id, members: null } });
    expect(errors).toHaveLength(1);
    expect(sharing.calls().sort()).toEqual(['GET /images/#1', 'GET /images/#1/members']);
  });

  it('are null without an error if the image was deleted meanwhile', async () => {
    await using sharing = await startSharing({
      intercept: ({ target }) => (target.endsWith('/members') ? { status: 404 } : undefined),
    });
    sharing.image(1);
    const answer = await sharing.query('producer', `{ image(id: "${id}") { name members { status } } }`);
    expect(answer.data).toEqual({ image: { name: 'image 1', members: null } });
    expect(answer.errors).toBeUndefined();
  });

  it('contain the valid rows, with errors in place of malformed ones', async () => {
    const row = { image_id: id, member_id: 'm', schema: 's', created_at: '2026-11-21T03:41:54Z' };
    const good = { ...row, updated_at: row.created_at, status: 'pending' };
    await using sharing = await startSharing({
      intercept({ target }) {
        if (target.endsWith('/members'))
          return { status: 200, body: { members: [good, { ...row, member_id: 'bad' }] } };
        return target.endsWith('/members/bad') ? { status: 200, body: { ...good, member_id: 'bad' } } : undefined;
      },
    });
    sharing.image(1);
    const { data, errors } = await sharing.query(
      'producer',
      `{ i: image(id: "${id}") { list: members { memberId }
        m: member(memberId: "m") { status } bad: member(memberId: "bad") { status } none: member(memberId: "x") { id }
      } }`,
    );
    expect(data).toMatchObject({
      i: { list: [{ memberId: 'm' }], m: { status: 'PENDING' }, bad: { status: 'PENDING' } },
    });
    expect(errors).toMatchObject([
      { path: ['i', 'list'], extensions: { code: 'UPSTREAM_INVALID_RESPONSE', requestId: expect.any(String) } },
    ]);
  });
});

describe('one member', () => {
  it('costs one lookup; several members of an image cost one list', async () => {
    await using sharing = await startSharing();
    sharing.image(1, {}, { a: 'pending', b: 'accepted' });
    const one = await sharing.query(
      'producer',
      `{ image(id: "${id}") { member(memberId: "${projects.a}") { status } } }`,
    );
    expect(one.data).toEqual({ image: { member: { status: 'PENDING' } } });
    expect(sharing.calls()).toEqual(['GET /images/#1', 'GET /images/#1/members/a']);

    const several = await sharing.query(
      'producer',
      `{ image(id: "${id}") {
        a: member(memberId: "${projects.a}") { status } b: member(memberId: "${projects.b}") { status }
        none: member(memberId: "${projects.stranger}") { status }
      } }`,
    );
    expect(several.data).toEqual({ image: { a: { status: 'PENDING' }, b: { status: 'ACCEPTED' }, none: null } });
    expect(several.errors).toBeUndefined();
    expect(sharing.calls()).toEqual(['GET /images/#1', 'GET /images/#1/members']);
  });

  it('is looked up once, wherever and however often it is selected', async () => {
    await using sharing = await startSharing();
    sharing.image(1, {}, { a: 'pending' });
    const member = `imageMember(imageId: "${id}", memberId: "${projects.a}")`;
    const { data } = await sharing.query('a', `{ one: ${member} { status } two: ${member} { createdAt status } }`);
    expect(data).toMatchObject({ one: { status: 'PENDING' }, two: { status: 'PENDING' } });
    expect(sharing.calls()).toEqual(['GET /images/#1/members/a']);
  });

  it.each([
    ['is no member', 'producer', projects.b],
    ['is another member', 'a', projects.b],
    ['belongs to an image the token may not see', 'stranger', projects.a],
  ] as const)('is null without an error if it %s', async (_name, caller, memberId) => {
    await using sharing = await startSharing();
    sharing.image(1, {}, caller === 'a' ? { a: 'pending', b: 'pending' } : { a: 'pending' });
    const answer = await sharing.query(caller, `{ imageMember(imageId: "${id}", memberId: "${memberId}") { id } }`);
    expect(answer.data).toEqual({ imageMember: null });
    expect(answer.errors).toBeUndefined();
    expect(sharing.calls()).toHaveLength(1);
  });

  it('is null without an error if the image is not shared', async () => {
    await using sharing = await startSharing();
    sharing.image(1, { visibility: 'private' });
    const answer = await sharing.query(
      'producer',
      `{ one: imageMember(imageId: "${id}", memberId: "a") { id } two: imageMember(imageId: "${id}", memberId: "b") { id } }`,
    );
    expect(answer.data).toEqual({ one: null, two: null });
    expect(answer.errors).toBeUndefined();
  });

  it('is refused whenever its list is refused', async () => {
    await using sharing = await startSharing({ intercept: () => ({ status: 403, body: notShared }) });
    const answer = await sharing.query(
      'producer',
      `{ one: imageMember(imageId: "${id}", memberId: "a") { id } two: imageMember(imageId: "${id}", memberId: "b") { id } }`,
    );
    expect(answer.data).toEqual({ one: null, two: null });
    expect(answer.errors).toBeUndefined();
    expect(sharing.calls()).toEqual(['GET /images/#1/members']);
  });

  it('has the key of its image; other fields of the image cost one call', async () => {
    await using sharing = await startSharing();
    sharing.image(1, {}, { a: 'pending' });
    const member = `imageMember(imageId: "${id}", memberId: "${projects.a}")`;
    const key = await sharing.query('a', `{ ${member} { status image { __typename id members { memberId } } } }`);
    expect(key.data).toEqual({
      imageMember: { status: 'PENDING', image: { __typename: 'Image', id, members: [{ memberId: projects.a }] } },
    });
    expect(sharing.calls()).toEqual(['GET /images/#1/members/a', 'GET /images/#1/members']);

    const more = await sharing.query('a', `{ ${member} { image { ...N } } } fragment N on Image { name }`);
    expect(more.data).toEqual({ imageMember: { image: { name: 'image 1' } } });
    expect(sharing.calls()).toEqual(['GET /images/#1/members/a', 'GET /images/#1']);
  });

  it.each(['@skip(if: true)', '@include(if: false)', '@include(if: $no)', '@skip(if: $yes)'])(
    'makes no call for fields excluded by %s',
    async (directive) => {
      await using sharing = await startSharing();
      sharing.image(1, {}, { a: 'pending' });
      const { data } = await sharing.query(
        'a',
        `query ($no: Boolean = false, $yes: Boolean = true) {
          imageMember(imageId: "${id}", memberId: "${projects.a}") {
            image { id name ${directive} ... on Image ${directive} { size } }
          }
          n: __typename @skip(if: $no) y: __typename @include(if: $yes)
        }`,
      );
      expect(data).toMatchObject({ imageMember: { image: { id } } });
      expect(sharing.calls()).toEqual(['GET /images/#1/members/a']);
    },
  );

  it('has a unique id', async () => {
    await using sharing = await startSharing();
    for (const number of [1, 2]) sharing.image(number, {}, { a: 'pending', b: 'pending' });
    const { data } = await sharing.query(
      'producer',
      `{ one: image(id: "${imageId(1)}") { members { id } } two: image(id: "${imageId(2)}") { members { id } } }`,
    );
    const ids = Object.values(data ?? {}).flatMap((image) => (image as { members: { id: string }[] }).members);
    expect(new Set(ids.map((member) => member.id)).size).toBe(4);
  });
});
