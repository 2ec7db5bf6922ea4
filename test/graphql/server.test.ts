import { expect, it, vi } from 'vitest';
import { parseConfig } from '../../src/config.ts';
import { createContext } from '../../src/graphql/context.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import { startGraphQLServer } from '../../src/graphql/server.ts';
import { createTransport } from '../support/transport.ts';

it.each([
  ['throws', new TypeError('x is not a function of http://10.0.0.1')],
  ['returns what the schema does not allow', null],
])('a resolver that %s is masked, keeps its path, and is reported with the request id', async (_name, error) => {
  const defects: [unknown, string][] = [];
  const server = await startGraphQLServer({
    schema: createSchema(),
    introspection: true,
    federatedTracing: false,
    explorer: false,
    limits: parseConfig({}).limits,
    trust: { mode: 'off', documents: null, onUntrusted: () => {} },
    sample: { document: '', headers: {} },
    observe: () => {},
    onDefect: (defect, requestId) => defects.push([defect, requestId]),
  });
  await using nowhere = createTransport('http://127.0.0.1:1');
  const context = createContext(
    { transport: nowhere.transport, sharedReads: null },
    { token: 't', requestId: 'req-1', signal: new AbortController().signal, deadlineAt: Number.POSITIVE_INFINITY },
    {
      verifyRemovals: true,
      bulk: { maxChanges: 1, concurrency: 1 },
      federation: { sdl: true, entities: true },
    },
  );
  const looked = vi.spyOn(context.loaders, 'image');
  if (error) looked.mockRejectedValue(error);
  else looked.mockResolvedValue({ id: null } as never);

  const { status, body } = await server.execute(
    {
      method: 'POST',
      headers: new Map([['content-type', 'application/json']]),
      search: '',
      body: { query: '{ a: image(id: "x") { id } b: __typename }' },
    },
    context,
    false,
  );
  await server.stop();

  expect(status).toBe(200);
  expect(JSON.parse(body)).toEqual({
    data: { a: null, b: 'Query' },
    errors: [
      {
        message: expect.stringMatching(/^Internal server error/),
        locations: [expect.anything()],
        path: error ? ['a'] : ['a', 'id'],
        extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: 'req-1' },
      },
    ],
  });
  expect(defects).toMatchObject([[error ? { originalError: error } : {}, 'req-1']]);
});
