import { describe, expect, it } from 'vitest';
import { consumer, type Gateway, imageId, others, startGateway } from './gateway.ts';

const byPath = (a: { path?: unknown }, b: { path?: unknown }) => String(a.path).localeCompare(String(b.path));
const image = (id: unknown) => ({ __typename: 'Image', id });
const member = (id: string, memberId: string) => ({ __typename: 'ImageMember', imageId: id, memberId });

// Repeated operations are compiled; both ways of executing them must agree.
describe.each([
  { asked: 'for the first time', before: 0 },
  { asked: 'again', before: 3 },
])('an operation requested $asked', ({ before }) => {
  async function entities(
    gateway: Gateway,
    representations: readonly unknown[],
    selection: string,
    token?: string | null,
  ) {
    const query = `query ($representations: [_Any!]!) { _entities(representations: $representations) { ${selection} } }`;
    for (let times = 0; times < before; times++) await gateway.ask(query, { variables: { representations: [] } });
    return gateway.ask(query, { variables: { representations }, ...(token !== undefined && { token }) });
  }

  describe('references to images', () => {
    it('cost one call for fifty, and resolve in the requested order', async () => {
      await using gateway = await startGateway();
      const ids = Array.from({ length: 50 }, (_, index) => imageId(50 - index));
      const { data, errors } = await entities(gateway, ids.map(image), '... on Image { id name }');
      expect(errors).toEqual([]);
      expect(data._entities).toEqual(ids.map((id) => ({ id, name: `image ${Number(id.slice(-12))}` })));
      expect(gateway.calls).toHaveLength(1);
      expect(gateway.calls[0]).toContain('id=in:');
    });

    it('cost one more call if some are hidden', async () => {
      await using gateway = await startGateway();
      const { data } = await entities(gateway, [49, 51, 50, 52].map(imageId).map(image), '... on Image { name }');
      expect(data._entities.map(({ name }: { name: string }) => name)).toEqual(
        [49, 51, 50, 52].map((n) => `image ${n}`),
      );
      expect(gateway.calls).toHaveLength(2);
    });

    it('are requested once if they are repeated', async () => {
      await using gateway = await startGateway();
      const { data } = await entities(gateway, [imageId(1), imageId(1)].map(image), '... on Image { name }');
      expect(data._entities).toEqual([{ name: 'image 1' }, { name: 'image 1' }]);
      expect(gateway.calls).toEqual([`GET /v2/images/${imageId(1)}`]);
    });

    it.each([
      '... on Image { id }',
      '__typename ... on Image { __typename id }',
      '... on Image { name @include(if: false) }',
    ])('cost no call for fields of the key: %s', async (selection) => {
      await using gateway = await startGateway();
      const { errors } = await entities(gateway, [image(imageId(1)), image('no-such-image')], selection);
      expect(errors).toEqual([]);
      expect(gateway.calls).toEqual([]);
    });

    it('list members without looking up the images', async () => {
      await using gateway = await startGateway();
      const { data } = await entities(
        gateway,
        [1, 2].map(imageId).map(image),
        '... on Image { id members { memberId } }',
      );
      expect(data._entities[1].members).toHaveLength(4);
      expect(gateway.calls.sort()).toEqual([1, 2].map((n) => `GET /v2/images/${imageId(n)}/members`));
    });

    it('are null without an error if the image does not exist or is not visible', async () => {
      await using gateway = await startGateway();
      const ids = [imageId(1), imageId(99), 'no-uuid', imageId(2)];
      const { data, errors } = await entities(gateway, ids.map(image), '... on Image { name }');
      expect(data._entities).toEqual([{ name: 'image 1' }, null, null, { name: 'image 2' }]);
      expect(errors).toEqual([]);
    });

    it.each([
      ['an id that cannot be a path segment', image('..')],
      ['an id of another type', image({ $ne: null })],
      ['no key', { __typename: 'Image' }],
      ['no type', { id: imageId(1) }],
      ['an unknown type', { __typename: 'Nothing', id: '1' }],
      ['a type that is not an entity', { __typename: 'ImageUserError' }],
      ['the name of an inherited property', { __typename: '__proto__' }],
      ['no object', 'Image'],
      ['a type of another kind', { __typename: ['Image'], id: imageId(1) }],
    ])('fail individually for a reference with %s', async (_, bad) => {
      await using gateway = await startGateway();
      const references = [image(imageId(1)), bad, image(imageId(2))];
      const { status, data, errors } = await entities(gateway, references, '... on Image { name }');
      expect(status).toBe(200);
      expect(data._entities).toEqual([{ name: 'image 1' }, null, { name: 'image 2' }]);
      expect(errors).toMatchObject([{ path: ['_entities', 1], extensions: { code: 'BAD_USER_INPUT' } }]);
    });
  });

  describe('references to members', () => {
    it('cost three calls for twelve members of three images', async () => {
      await using gateway = await startGateway();
      const projects = [consumer.projectId, ...others];
      const references = projects.flatMap((project) => [1, 2, 3].map((n) => member(imageId(n), project)));
      const { data, errors } = await entities(gateway, references, '... on ImageMember { imageId memberId status }');
      expect(errors).toEqual([]);
      expect(data._entities).toEqual(references.map(({ __typename, ...key }) => ({ ...key, status: 'PENDING' })));
      expect(gateway.calls).toHaveLength(3);
    });

    it('cost no call for fields of the key', async () => {
      await using gateway = await startGateway();
      const selection = '... on ImageMember { id imageId memberId project { id } image { id } }';
      const { data, errors } = await entities(gateway, [member(imageId(1), consumer.projectId)], selection);
      expect(errors).toEqual([]);
      expect(data._entities[0].project).toEqual({ id: consumer.projectId });
      expect(gateway.calls).toEqual([]);
    });

    it('are null for a nonexistent member, and fail individually for an invalid key', async () => {
      await using gateway = await startGateway();
      const id = imageId(1);
      const references = [member(id, 'e'.repeat(32)), member(id, 'a/b'), member(id, consumer.projectId)];
      const { data, errors } = await entities(gateway, references, '... on ImageMember { status }');
      expect(data._entities).toEqual([null, null, { status: 'PENDING' }]);
      expect(errors).toMatchObject([{ path: ['_entities', 1], extensions: { code: 'BAD_USER_INPUT' } }]);
    });

    it('images and members are resolved in one operation', async () => {
      await using gateway = await startGateway();
      const references = [image(imageId(2)), member(imageId(1), consumer.projectId), image(imageId(1))];
      const selection = '... on Image { name } ... on ImageMember { image { name } status }';
      const { data } = await entities(gateway, references, selection);
      expect(data._entities).toEqual([
        { name: 'image 2' },
        { image: { name: 'image 1' }, status: 'PENDING' },
        { name: 'image 1' },
      ]);
      expect(gateway.calls.length).toBeLessThanOrEqual(3);
    });
  });

  describe('references that upstream refuses or cannot answer', () => {
    const references = [image(imageId(1)), member(imageId(2), consumer.projectId)];
    const selection = '... on Image { name } ... on ImageMember { status }';

    it.each([
      ['no token', null],
      ['a token that upstream does not know', 'unknown-token'],
    ])('are each UNAUTHENTICATED with %s, and the status is 200', async (_, token) => {
      await using gateway = await startGateway();
      const { status, data, errors } = await entities(gateway, references, selection, token);
      expect(status).toBe(200);
      expect(data._entities).toEqual([null, null]);
      expect([...errors].sort(byPath)).toMatchObject([
        { path: ['_entities', 0], extensions: { code: 'UNAUTHENTICATED' } },
        { path: ['_entities', 1], extensions: { code: 'UNAUTHENTICATED' } },
      ]);
    });

    it('are UPSTREAM_UNAVAILABLE if the Images API is down, and the status is 200', async () => {
      await using gateway = await startGateway();
      await gateway.stopUpstream();
      const { status, data, errors } = await entities(gateway, references, selection);
      expect(status).toBe(200);
      expect(data._entities).toEqual([null, null]);
      expect([...errors].sort(byPath)).toMatchObject([
        { path: ['_entities', 0], extensions: { code: 'UPSTREAM_UNAVAILABLE' } },
        { path: ['_entities', 1], extensions: { code: 'UPSTREAM_UNAVAILABLE' } },
      ]);
    });
  });

  describe('the number of representations', () => {
    it('is limited for the operation as a whole', async () => {
      await using gateway = await startGateway({ MAX_REPRESENTATIONS: '3' });
      const three = [1, 2, 3].map(imageId).map(image);
      const within = await entities(gateway, three, '... on Image { name }');
      expect(within.errors).toEqual([]);
      const query = `query ($three: [_Any!]!, $one: [_Any!]!) {
      first: _entities(representations: $three) { ... on Image { id } }
      second: _entities(representations: $one) { ... on Image { name } }
    }`;
      const calls = gateway.calls.length;
      const beyond = await gateway.ask(query, { variables: { three, one: [image(imageId(4))] } });
      expect(beyond.status).toBe(400);
      const found = { code: 'LIMIT_EXCEEDED', limit: 'MAX_REPRESENTATIONS', allowed: 3, found: 4 };
      expect(beyond.errors).toMatchObject([{ extensions: found }]);
      expect(gateway.calls).toHaveLength(calls);
    });
  });
});

it('an unknown entity is named as the mistake, and every entity of the schema is known', async () => {
  await using gateway = await startGateway();
  const { data } = await gateway.ask('{ __type(name: "_Entity") { possibleTypes { name } } }');
  const names: string[] = data.__type.possibleTypes.map(({ name }: { name: string }) => name);
  const query = 'query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }';
  const r = ['Nothing', ...names].map((name) => ({ __typename: name, id: 'a', imageId: 'a', memberId: 'a' }));
  const { errors } = await gateway.ask(query, { variables: { r } });
  const unknown = errors.filter(({ message }) => message.includes('__typename'));
  expect(unknown).toMatchObject([{ path: ['_entities', 0], extensions: { code: 'BAD_USER_INPUT' } }]);
});
