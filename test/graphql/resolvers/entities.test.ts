import { describe, expect, it } from 'vitest';
import type { ProjectList } from '../../../src/identity/client.ts';
import type { TokenFacts } from '../../../src/identity/model.ts';
import { ask, contextOf } from '../../support/ask.ts';
import { FakeIdentity } from '../../support/fake-identity.ts';
import { FakeImages, failure, makeImage, makeMember } from '../../support/fake-images.ts';
import { imageId } from '../../support/image-id.ts';

const one = imageId(1);
const rows = [makeMember(1, 'a'), makeMember(1, 'b', 'accepted')];
const list = { rows, errors: [] };
const memberNode = (memberId: string) => Buffer.from(`${one}/${memberId}`).toString('base64url');

type Held = ConstructorParameters<typeof FakeImages>[0];
type Options = Parameters<typeof contextOf>[1];

/** Executes an operation where image 1 has two members. @returns the result, and the calls. */
async function run(document: string, held: Held = {}, variables: object = { id: one }, options: Options = {}) {
  const client = new FakeImages({ images: [makeImage(1, { name: 'n' })], members: { [one]: list }, ...held });
  const { data, errors } = await ask(contextOf(client, options), document, { ...variables });
  return { data, errors, codes: errors.map(({ extensions }) => extensions?.['code']), client };
}

const privateImage = { images: [makeImage(1, { visibility: 'private', name: 'n' })] };

describe('an image', () => {
  it.each([
    ['{ id name }', ['getImage #1']],
    ['{ name members { status } }', ['listMembers #1', 'getImage #1']],
    ['{ name ... on Image { members { status } } }', ['listMembers #1', 'getImage #1']],
    ['{ id members { status } }', ['listMembers #1']],
    ['{ id member(memberId: "a") { status } }', ['getImage #1', 'getMember #1/a']],
  ])('with %s costs as few calls as possible', async (selection, calls) => {
    const { data, client } = await run(`query ($id: ID!) { image(id: $id) ${selection} }`);
    expect(data).toMatchObject({ image: {} });
    expect(client.calls).toEqual(calls);
  });

  it.each(['..', 'a/b', ''])('with the id "%s" is refused without a call', async (id) => {
    const { codes, client } = await run('query ($id: ID!) { image(id: $id) { id } }', {}, { id });
    expect(codes).toEqual(['BAD_USER_INPUT']);
    expect(client.calls).toEqual([]);
  });

  it.each([
    ['', ['a', 'b']],
    ['(status: null)', ['a', 'b']],
    ['(status: [ACCEPTED, REJECTED])', ['b']],
    ['(status: [])', []],
  ])('has members%s with these statuses', async (argument, expected) => {
    const { data } = await run(`query ($id: ID!) { image(id: $id) { members${argument} { memberId } } }`);
    expect(data).toEqual({ image: { members: expected.map((memberId) => ({ memberId })) } });
  });

  it('that is not shared has no members, and no single one, whatever upstream lists', async () => {
    const document =
      'query ($id: ID!) { image(id: $id) { name member(memberId: "a") { id } myMembership { status } } }';
    const { data, client } = await run(document, privateImage);
    expect(data).toEqual({ image: { name: 'n', member: null, myMembership: null } });
    expect(client.calls).toEqual(['getImage #1']);
    const { data: listed } = await run('query ($id: ID!) { image(id: $id) { name members { id } } }', privateImage);
    expect(listed).toEqual({ image: { name: 'n', members: [] } });
  });

  it('whose members cannot be seen has null, and without the rows that cannot be read it has the others', async () => {
    const document = 'query ($id: ID!) { image(id: $id) { name members { memberId } } }';
    const unseen = await run(document, { members: {} });
    expect(unseen).toMatchObject({ data: { image: { name: 'n', members: null } }, errors: [] });
    const incomplete = { rows: rows.slice(0, 1), errors: [failure(200)] };
    const found = await run(document, { members: { [one]: incomplete } });
    expect(found.data).toEqual({ image: { name: 'n', members: [{ memberId: 'a' }] } });
    expect(found.errors).toMatchObject([{ message: 'failed with 200', path: ['image', 'members'] }]);
  });

  it('has a single member, whose id is checked before any call for it', async () => {
    const document = 'query ($id: ID!, $m: ID!) { image(id: $id) { id member(memberId: $m) { status } } }';
    expect((await run(document, {}, { id: one, m: 'b' })).data).toEqual({
      image: { id: one, member: { status: 'ACCEPTED' } },
    });
    const { codes, client } = await run(document, {}, { id: one, m: '..' });
    expect(codes).toEqual(['BAD_USER_INPUT']);
    expect(client.calls).toEqual(['getImage #1']);
  });

  it('from a list needs no look-up for itself', async () => {
    const client = new FakeImages({ members: { [one]: list } });
    const image = makeImage(1, { name: 'n' });
    const broken = { id: imageId(2), image: failure(200) };
    client.listImages = async () => ({
      rows: [{ id: one, image }, broken],
      more: false,
      lastId: broken.id,
      limit: 21,
      calls: 1,
    });
    const { data, errors } = await ask(
      contextOf(client),
      '{ images { nodes { members { image { name } } } edges { node { id } } } }',
    );
    expect(data).toEqual({
      images: {
        nodes: [{ members: [{ image: { name: 'n' } }, { image: { name: 'n' } }] }],
        edges: [{ node: { id: one } }],
      },
    });
    expect(errors).toMatchObject([{ message: 'failed with 200', path: ['images'] }]);
    expect(client.calls).toEqual(['listMembers #1']);
  });
});

describe('an entity', () => {
  const entities = (selection: string, representation: object, held: Held = {}, options: Options = {}) =>
    run(
      `query ($r: [_Any!]!) { _entities(representations: $r) { ${selection} } }`,
      held,
      { r: [representation] },
      options,
    );

  it('of an image is read only for more than its key', async () => {
    const key = await entities('... on Image { id }', { __typename: 'Image', id: one });
    expect([key.data, key.client.calls]).toEqual([{ _entities: [{ id: one }] }, []]);
    const more = await entities('... on Image { id name }', { __typename: 'Image', id: one });
    expect([more.data, more.client.calls]).toEqual([{ _entities: [{ id: one, name: 'n' }] }, ['getImage #1']]);
  });

  it('of an image without attributes has the members that upstream lists', async () => {
    const selection = '... on Image { members { memberId } member(memberId: "b") { memberId } }';
    const { data } = await entities(selection, { __typename: 'Image', id: one }, privateImage);
    expect(data).toEqual({
      _entities: [{ members: [{ memberId: 'a' }, { memberId: 'b' }], member: { memberId: 'b' } }],
    });
  });

  it('of a member is read only for more than its key', async () => {
    const representation = { __typename: 'ImageMember', imageId: one, memberId: 'b' };
    const key = await entities('... on ImageMember { id memberId project { id } image { id } }', representation);
    expect(key.data).toEqual({
      _entities: [{ id: memberNode('b'), memberId: 'b', project: { id: 'b' }, image: { id: one } }],
    });
    expect(key.client.calls).toEqual([]);
    const more = await entities('... on ImageMember { status }', representation);
    expect(more.data).toEqual({ _entities: [{ status: 'ACCEPTED' }] });
    expect(more.client.calls).toEqual(['getMember #1/b']);
  });

  it.each([
    ['Project', { id: 'p', name: 'Evil' }, { id: 'p', name: 'name of p' }],
    ['User', { id: 'u', name: 'Evil' }, { id: 'u', name: null }],
  ])('of a %s is known by its id alone', async (typename, representation, expected) => {
    const { data } = await entities(
      `__typename ... on ${typename} { id name }`,
      { __typename: typename, ...representation },
      {},
      { identity: new FakeIdentity({}) },
    );
    expect(data).toEqual({ _entities: [{ __typename: typename, ...expected }] });
  });

  it.each(['Project', 'User', 'Viewer', 'Image'])('of a %s is refused with an invalid id', async (typename) => {
    const { data, codes } = await entities('__typename', { __typename: typename, id: 'a/b' });
    expect(data).toEqual({ _entities: [null] });
    expect(codes).toEqual(['BAD_USER_INPUT']);
  });
});

describe('a member', () => {
  it('is found by its ids', async () => {
    const document =
      'query ($i: ID!, $m: ID!) { imageMember(imageId: $i, memberId: $m) { id project { id name } image { name } } }';
    const { data } = await run(document, {}, { i: one, m: 'a' });
    expect(data).toEqual({
      imageMember: { id: memberNode('a'), project: { id: 'a', name: null }, image: { name: 'n' } },
    });
    expect((await run(document, {}, { i: one, m: 'c' })).data).toEqual({ imageMember: null });
  });

  it.each([
    ['image', { m: 'a', i: '' }, '"imageId" is empty'],
    ['member', { m: '', i: one }, '"memberId" is empty'],
    ['image, if both are invalid', { m: '', i: '' }, '"imageId" is empty'],
  ])('is refused without a call for an invalid id of the %s', async (_what, variables, message) => {
    const document = 'query ($i: ID!, $m: ID!) { imageMember(memberId: $m, imageId: $i) { id } }';
    const { errors, client } = await run(document, {}, variables);
    expect(errors).toMatchObject([{ message: expect.stringContaining(message) }]);
    expect(client.calls).toEqual([]);
  });
});

describe('the mutation', () => {
  const payload = 'imageId: image { id } userErrors { code field }';
  const change = (name: string, selection: string, input: object, held: Held = {}) =>
    run(
      `mutation ($input: ${name[0]?.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { ${selection} } }`,
      held,
      { input },
    );

  it('createImageMember returns the member and its image', async () => {
    const selection = `${payload} imageMember { id status }`;
    const { data, client } = await change('createImageMember', selection, { imageId: one, memberId: 'c' });
    expect(data).toEqual({
      createImageMember: {
        imageId: { id: one },
        userErrors: [],
        imageMember: { id: memberNode('c'), status: 'PENDING' },
      },
    });
    expect(client.calls).toEqual(['createMember #1/c']);
  });

  it('deleteImageMember returns the id of the removed member', async () => {
    const { data, client } = await change('deleteImageMember', `${payload} deletedImageMemberId`, {
      imageId: one,
      memberId: 'a',
    });
    expect(data).toEqual({
      deleteImageMember: { imageId: { id: one }, userErrors: [], deletedImageMemberId: memberNode('a') },
    });
    expect(client.calls).toEqual(['getMember #1/a', 'deleteMember #1/a']);
  });

  it.each([
    ['createImageMember', {}, 'imageMember { id }', { imageMember: null }],
    ['deleteImageMember', {}, 'deletedImageMemberId', { deletedImageMemberId: null }],
    ['updateMemberStatus', { status: 'ACCEPTED' }, 'imageMember { id }', { imageMember: null }],
  ])('%s has no image in its payload if an id is invalid', async (name, more, selection, result) => {
    const invalid = await change(name, `${payload} ${selection}`, { imageId: one, memberId: '..', ...more });
    expect(invalid.data).toEqual({
      [name]: { imageId: null, userErrors: [{ code: 'INVALID_INPUT', field: ['input', 'memberId'] }], ...result },
    });
    expect(invalid.client.calls).toEqual([]);
  });

  it('updateMemberStatus sets the status of the named member, or of the caller', async () => {
    const selection = `${payload} imageMember { memberId status }`;
    const named = await change('updateMemberStatus', selection, { imageId: one, memberId: 'b', status: 'REJECTED' });
    const updated = (memberId: string) => ({
      updateMemberStatus: { imageId: { id: one }, userErrors: [], imageMember: { memberId, status: 'REJECTED' } },
    });
    expect(named.data).toEqual(updated('b'));
    expect(named.client.calls).toEqual(['updateMember #1/b REJECTED']);
    const alone = { members: { [one]: { rows: rows.slice(0, 1), errors: [] } } };
    const own = await change('updateMemberStatus', selection, { imageId: one, status: 'REJECTED' }, alone);
    expect(own.data).toEqual(updated('a'));
    expect(own.client.calls).toEqual(['listMembers #1', 'listTasks', 'updateMember #1/a REJECTED']);
  });

  it('updateMemberStatus returns why the caller has no status to set', async () => {
    const selection = `${payload} imageMember { memberId status }`;
    const { data, client } = await change('updateMemberStatus', selection, { imageId: one, status: 'REJECTED' });
    expect(data).toEqual({
      updateMemberStatus: {
        imageId: { id: one },
        imageMember: null,
        userErrors: [{ code: 'NOT_IMAGE_MEMBER', field: ['input', 'memberId'] }],
      },
    });
    expect(client.calls).toEqual(['listMembers #1', 'getImage #1']);
    const invalid = await change('updateMemberStatus', selection, { imageId: '..', status: 'REJECTED' });
    expect(invalid.data).toMatchObject({
      updateMemberStatus: { imageId: null, userErrors: [{ code: 'INVALID_INPUT' }] },
    });
    expect(invalid.client.calls).toEqual([]);
  });
});

describe('the viewer', () => {
  const facts: TokenFacts = {
    user: { id: 'u', name: 'user' },
    project: { id: 'own', name: 'Own' },
    roles: ['member'],
    expiresAt: '2026-11-21T03:41:54Z',
  };
  const projects: ProjectList = { rows: [{ id: 'p', name: 'P' }], errors: [failure(200)], isCut: false };
  const everything = 'id user { name } project { id name } roles expiresAt';

  async function view(document: string, answers: ConstructorParameters<typeof FakeIdentity>[0], hasToken = true) {
    const client = new FakeImages();
    client.listImages = async () => ({ rows: [], more: false, lastId: undefined, limit: 1, calls: 1 });
    const identity = new FakeIdentity(answers);
    const context = { ...contextOf(client, { identity }), hasToken };
    const representations = [
      { __typename: 'Viewer', id: 'viewer' },
      { __typename: 'Viewer', id: 'another' },
    ];
    const variables = document.includes('$r') ? { r: representations } : {};
    return { ...(await ask(context, document, variables)), calls: identity.calls };
  }

  it('is what the token says', async () => {
    const { data, calls } = await view(`{ viewer { ${everything} } }`, { token: facts });
    expect(data).toEqual({ viewer: { id: 'viewer', ...facts, user: { name: 'user' } } });
    expect(calls).toEqual(['token']);
  });

  it('has a constant id and no facts if the token says nothing', async () => {
    const { data, errors } = await view(`{ viewer { ${everything} projects { id } } }`, {});
    expect(errors).toEqual([]);
    expect(data).toEqual({
      viewer: { id: 'viewer', user: null, project: null, roles: null, expiresAt: null, projects: null },
    });
  });

  it.each(['projects { id name }', '... on Viewer { projects { id name } }'])(
    'has %s, which are listed while its token is looked up',
    async (selection) => {
      const { data, errors, calls } = await view(`{ viewer { ${selection} } }`, { token: facts, own: projects });
      expect(data).toEqual({ viewer: { projects: [{ id: 'p', name: 'P' }] } });
      expect(errors).toMatchObject([{ message: 'failed with 200', path: ['viewer', 'projects'] }]);
      expect(calls).toEqual(['own', 'token']);
    },
  );

  it('is null without a token, and costs no call', async () => {
    const { data, calls } = await view('{ viewer { id projects { id } } }', { token: facts }, false);
    expect([data, calls]).toEqual([{ viewer: null }, []]);
  });

  it('is an entity under its constant id only', async () => {
    const document =
      'query ($r: [_Any!]!) { _entities(representations: $r) { __typename ... on Viewer { id user { name } } } }';
    const { data } = await view(document, { token: facts });
    expect(data).toEqual({ _entities: [{ __typename: 'Viewer', id: 'viewer', user: { name: 'user' } }, null] });
    expect((await view(document, { token: facts }, false)).data).toEqual({ _entities: [null, null] });
  });
});
