import { buildSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { guardFederation } from '../../src/graphql/federation.ts';
import { imageId, startGateway } from './gateway.ts';

const secret = 'a-secret-of-the-router';
const sdl = '{ _service { sdl } }';
const entity = `{ _entities(representations: [{__typename: "Image", id: "${imageId(1)}"}]) { ... on Image { name } } }`;

describe('a gateway without a router secret', () => {
  it('returns its schema and resolves entities for every caller', async () => {
    await using gateway = await startGateway();
    expect((await gateway.ask(sdl, { token: null })).data._service.sdl).toContain('type Image');
    expect((await gateway.ask(entity)).data._entities).toEqual([{ name: 'image 1' }]);
  });
});

describe('a gateway with a router secret', () => {
  it('answers a request that sends the secret', async () => {
    await using gateway = await startGateway({ ROUTER_SECRET: secret });
    const headers = { 'x-router-secret': secret };
    expect((await gateway.ask(sdl, { headers })).data._service.sdl).toContain('type Image');
    expect((await gateway.ask(entity, { headers })).data._entities).toEqual([{ name: 'image 1' }]);
  });

  it.each([
    ['no secret', {}],
    ['another secret', { 'x-router-secret': 'a-secret-of-the-routes' }],
    ['a prefix of the secret', { 'x-router-secret': secret.slice(0, -1) }],
    ['the secret and a suffix', { 'x-router-secret': `${secret} x` }],
    ['an empty secret', { 'x-router-secret': '' }],
  ])('refuses both fields to a request with %s, however they are selected', async (_, headers) => {
    await using gateway = await startGateway({ ROUTER_SECRET: secret });
    const query = `{ s: _service { sdl } ...more } fragment more on Query { ... { e: ${entity.slice(1, -1)} } }`;
    const { status, data, errors, text } = await gateway.ask(query, { headers });
    expect(status).toBe(200);
    expect(data).toBeNull();
    expect(errors[0]).toMatchObject({ extensions: { code: 'FORBIDDEN' } });
    expect(text).not.toContain('type Image');
    expect(gateway.calls).toEqual([]);
  });

  it.each([
    ['_service', sdl],
    ['_entities', entity],
  ])('refuses `%s` on its own without the secret', async (_field, query) => {
    await using gateway = await startGateway({ ROUTER_SECRET: secret });
    const { data, errors } = await gateway.ask(query);
    expect(data).toBeNull();
    // The message says how to get access.
    expect(errors).toMatchObject([
      { message: expect.stringContaining('X-Router-Secret'), extensions: { code: 'FORBIDDEN' } },
    ]);
    expect(gateway.calls).toEqual([]);
  });

  it('refuses a request that sends the secret twice', async () => {
    await using gateway = await startGateway({ ROUTER_SECRET: secret });
    const headers = new Headers({ 'content-type': 'application/json' });
    headers.append('x-router-secret', secret);
    headers.append('x-router-secret', secret);
    const response = await fetch(gateway.url, { method: 'POST', headers, body: JSON.stringify({ query: sdl }) });
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
  });

  it('serves all other fields to every caller', async () => {
    await using gateway = await startGateway({ ROUTER_SECRET: secret });
    const { data } = await gateway.ask(`{ image(id: "${imageId(1)}") { name } }`);
    expect(data.image).toEqual({ name: 'image 1' });
  });

  it('never includes the secret in an answer', async () => {
    await using gateway = await startGateway({ ROUTER_SECRET: secret });
    const headers = { 'x-router-secret': secret };
    for (const query of [sdl, entity, '{', '{ nothing }']) {
      expect((await gateway.ask(query, { headers })).text).not.toContain(secret);
    }
  });
});

describe('a gateway with introspection off', () => {
  it.each([
    ['introspection', '{ __schema { types { name } } }', {}],
    ['a misspelt field', '{ imag { name } }', {}],
    ['a misspelt type', '{ image(id: "1") { ... on Imag { name } } }', {}],
    ['a field without its argument', '{ image { name } }', {}],
    ['an object without a selection', '{ image(id: "1") }', {}],
    ['a value of another type', '{ images(first: "x") { nodes { id } } }', {}],
    ['a misspelt enum value', '{ images(filter: {visibility: SHARE}) { nodes { id } } }', {}],
    [
      'a variable of another shape',
      'mutation ($input: CreateImageMemberInput!) { createImageMember(input: $input) { __typename } }',
      { input: { imageI: '1' } },
    ],
  ])('does not reveal the schema in the error for %s', async (_, query, variables) => {
    await using gateway = await startGateway({ INTROSPECTION: 'false' });
    // A repeated operation is compiled.
    for (let times = 0; times < 3; times++) await gateway.ask(query, { variables });
    const { data, errors, text } = await gateway.ask(query, { variables });
    expect(data).toBeUndefined();
    expect(errors.length).toBeGreaterThan(0);
    const asked = query + JSON.stringify(variables);
    const words = [
      'Query',
      'Mutation',
      'ImageFilter',
      'CreateImageMember',
      'ID!',
      'Int',
      'SHARED',
      'memberId',
      'imageId',
    ];
    for (const word of words) if (!asked.includes(word)) expect(text).not.toContain(word);
    for (const { message } of errors) expect(message).not.toMatch(/did you mean|of type|required|"[\w!]+"/i);
    expect(['GRAPHQL_VALIDATION_FAILED', 'BAD_USER_INPUT']).toContain(errors[0]?.extensions['code']);
  });

  it('refuses `_service` and resolves entities', async () => {
    await using gateway = await startGateway({ INTROSPECTION: 'false' });
    const { errors, text } = await gateway.ask(sdl);
    expect(errors).toMatchObject([{ path: ['_service'], extensions: { code: 'FORBIDDEN' } }]);
    expect(text).not.toContain('type Image');
    expect((await gateway.ask(entity)).data._entities).toEqual([{ name: 'image 1' }]);
  });

  it('answers `_service` to a router that sends the secret', async () => {
    await using gateway = await startGateway({ INTROSPECTION: 'false', ROUTER_SECRET: secret });
    const { data } = await gateway.ask(sdl, { headers: { 'x-router-secret': secret } });
    expect(data._service.sdl).toContain('type Image');
  });

  it('still explains syntax errors, which reveal nothing of the schema', async () => {
    await using gateway = await startGateway({ INTROSPECTION: 'false' });
    expect((await gateway.ask('{ image(')).errors).toMatchObject([{ extensions: { code: 'GRAPHQL_PARSE_FAILED' } }]);
  });
});

it.each([
  ['no entities', 'type Query { a: Int }', '_Entity'],
  ['no queries', 'union _Entity = A type A { a: Int }', '_service'],
  ['no `_service`', 'union _Entity = A type A { a: Int } type Query { a: A }', '_service'],
  ['no resolvers', 'union _Entity = A type A { a: Int } type Query { _service: A }', '_service'],
])('a schema with %s cannot be guarded', (_lack, text, missing) => {
  const entities = { references: {}, toTypename: () => 'A' };
  expect(() => guardFederation(buildSchema(text), entities)).toThrow(new RegExp(`no .*${missing}`));
});

describe('federated tracing', () => {
  const headers = { 'apollo-federation-include-trace': 'ftv1' };

  it('is off by default, even if a request asks for it', async () => {
    await using gateway = await startGateway();
    expect((await gateway.ask('{ __typename }', { headers })).extensions).toBeUndefined();
  });

  it('is included if it is enabled', async () => {
    await using gateway = await startGateway({ FEDERATED_TRACING: 'true' });
    expect((await gateway.ask('{ __typename }', { headers })).extensions).toEqual({ ftv1: expect.any(String) });
  });

  it('is included with a mutation, which is carried out', async () => {
    await using gateway = await startGateway({ FEDERATED_TRACING: 'true' });
    const mutation = `mutation {
      createImageMember(input: { imageId: "${imageId(1)}", memberId: "traced" }) {
        imageMember { memberId }
        userErrors { message }
      }
    }`;
    const { data, errors, extensions } = await gateway.ask(mutation, { headers });
    expect({ data, errors }).toEqual({
      data: { createImageMember: { imageMember: { memberId: 'traced' }, userErrors: [] } },
      errors: [],
    });
    expect(extensions).toEqual({ ftv1: expect.any(String) });
  });
});
