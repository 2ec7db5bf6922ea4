import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { startGateway } from '../support/gateway.ts';
import { sendJson, startUpstream } from '../support/upstream.ts';

it('a request over a limit is refused with 400, a code and the limit, without an upstream call', async () => {
  await using upstream = await startUpstream((response) => sendJson(response, 200, {}));
  await using gateway = await startGateway(upstream.url, { MAX_DEPTH: '3' });
  const { status, data, errors } = await gateway.query('token', '{ images { nodes { members { status } } } }');
  expect({ status, data }).toEqual({ status: 400, data: undefined });
  expect(errors).toMatchObject([{ extensions: { code: 'LIMIT_EXCEEDED', limit: 'MAX_DEPTH', allowed: 3, found: 4 } }]);
  expect(upstream.received).toHaveLength(0);
});

it('the limits apply to a document requested by its hash too', async () => {
  await using upstream = await startUpstream((response) => sendJson(response, 200, { images: [] }));
  await using gateway = await startGateway(upstream.url, { MAX_COST: '100' });
  const query = 'query ($n: Int) { images(first: $n) { nodes { id } } }';
  const persistedQuery = { version: 1, sha256Hash: createHash('sha256').update(query).digest('hex') };
  const ask = async (body: object): Promise<number> => {
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-auth-token': 'token' },
      body: JSON.stringify({ ...body, extensions: { persistedQuery } }),
    });
    await response.text();
    return response.status;
  };
  expect(await ask({ query, variables: { n: 5 } })).toBe(200);
  expect(await ask({ variables: { n: 5 } })).toBe(200);
  expect(await ask({ variables: { n: 500 } })).toBe(400);
});

it('invalid variables are refused with all errors if they are small, with the first error if they are large', async () => {
  await using upstream = await startUpstream((response) => sendJson(response, 200, {}));
  await using gateway = await startGateway(upstream.url);
  const list = 'query ($a: ImageFilter) { images(filter: $a) { nodes { id } } }';
  const filter = (fields: number, value: unknown) =>
    Object.fromEntries(Array.from({ length: fields }, (_, index) => [`field${index}`, value]));
  const mistakes = async (a: unknown) => (await gateway.query('token', list, { a })).errors?.length;
  expect(await mistakes(filter(5, 1))).toBe(5);
  // The second says that there are more.
  expect(await mistakes(filter(5, 'x'.repeat(9_000)))).toBe(2);
});
