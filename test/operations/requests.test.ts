import { describe, expect, it } from 'vitest';
import { imageId, startSharing } from '../support/sharing.ts';

const get = 'query ($id: ID = "x") { image(id: $id) { name } }';

describe('a request that GraphQL refuses', () => {
  it.each<readonly [string, string, Readonly<Record<string, unknown>> | undefined, string]>([
    ['is not GraphQL', '{', undefined, 'GRAPHQL_PARSE_FAILED'],
    ['asks for a field that does not exist', '{ nothing }', undefined, 'GRAPHQL_VALIDATION_FAILED'],
    ['leaves out an argument', '{ image { id } }', undefined, 'GRAPHQL_VALIDATION_FAILED'],
    [
      'does not say which operation',
      'query A { __typename } query B { __typename }',
      undefined,
      'OPERATION_RESOLUTION_FAILURE',
    ],
    ['leaves out a variable', 'query ($id: ID!) { image(id: $id) { id } }', {}, 'BAD_USER_INPUT'],
    [
      'has a wrong enum value',
      'query ($f: ImageFilter) { images(filter: $f) { nodes { id } } }',
      { f: { visibility: 'secret' } },
      'BAD_USER_INPUT',
    ],
    [
      'has a number out of range',
      'query ($n: Int) { images(first: $n) { nodes { id } } }',
      { n: 2 ** 40 },
      'BAD_USER_INPUT',
    ],
    ['has null where a default does not help', get, { id: null }, 'BAD_USER_INPUT'],
  ])(
    'is answered with the reason and its request id, without a call, if it %s',
    async (_name, document, variables, code) => {
      await using sharing = await startSharing();
      const { errors } = await sharing.query('producer', document, variables);
      expect(errors?.map(({ extensions }) => extensions.code)).toEqual([code]);
      expect(errors?.[0]?.extensions.requestId).toMatch(/^req-/);
      expect(errors?.[0]?.extensions).not.toHaveProperty('stacktrace');
      expect(sharing.calls()).toEqual([]);
      expect(sharing.gateway.log.filter((line) => line.includes('defect'))).toEqual([]);
    },
  );

  it('is refused if it is a mutation by GET', async () => {
    await using sharing = await startSharing();
    const document = `mutation { createImageMember(input: { imageId: "${imageId(1)}", memberId: "m" }) { image { id } } }`;
    const response = await fetch(`${sharing.gateway.url}/graphql?query=${encodeURIComponent(document)}`, {
      headers: { 'x-auth-token': 'token-of-producer' },
    });
    expect(response.status).toBe(405);
    expect(sharing.calls()).toEqual([]);
  });
});

it('a query works by GET', async () => {
  await using sharing = await startSharing();
  sharing.image(1);
  const query = encodeURIComponent(`{ image(id: "${imageId(1)}") { name } }`);
  const response = await fetch(`${sharing.gateway.url}/graphql?query=${query}`, {
    headers: { authorization: 'Bearer token-of-producer' },
  });
  expect(await response.json()).toEqual({ data: { image: { name: 'image 1' } } });
});

it('an answer has the request id of its request, which is also sent upstream', async () => {
  const received: unknown[] = [];
  await using sharing = await startSharing({
    intercept({ headers }) {
      received.push(headers.find(([name]) => name === 'x-openstack-request-id')?.[1]);
      return { status: 403 };
    },
  });
  const response = await fetch(`${sharing.gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-auth-token': 't', 'x-request-id': 'mine-1' },
    body: JSON.stringify({ query: `{ image(id: "${imageId(1)}") { name } }` }),
  });
  expect(response.headers.get('x-request-id')).toBe('mine-1');
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { requestId: 'mine-1' } }] });
  expect(received).toEqual(['mine-1']);
  const operations = sharing.gateway.log.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'operation');
  expect(operations).toMatchObject([{ type: 'query', codes: ['FORBIDDEN'], requestId: 'mine-1' }]);
});
