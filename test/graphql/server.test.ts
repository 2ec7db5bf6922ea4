import { Pool } from 'undici';
import { expect, it, vi } from 'vitest';
import { createContext } from '../../src/graphql/context.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import { startGraphQLServer } from '../../src/graphql/server.ts';
import { Transport } from '../../src/upstream/transport.ts';

it.each([
  ['throws', new TypeError('x is not a function of http://10.0.0.1')],
  ['returns what the schema does not allow', null],
])('a resolver that %s is masked, keeps its path, and is reported with the request id', async (_name, error) => {
  const defects: [unknown, string][] = [];
  const server = await startGraphQLServer({
    schema: createSchema(),
    introspection: true,
    federatedTracing: false,
    sample: { document: '', headers: {} },
    observe: () => {},
    onDefect: (defect, requestId) => defects.push([defect, requestId]),
  });
  const dispatcher = new Pool('http://127.0.0.1:1');
  const limits = { deadlineMs: 1, maxBodyBytes: 1, retries: 0 };
  const transport = new Transport({ dispatcher, basePath: '', ...limits, observe: () => {} });
  const context = createContext(
    { transport, sharedReads: null },
    { token: 't', requestId: 'req-1', signal: new AbortController().signal },
    {
      verifyRemovals: true,
      bulk: { maxChanges: 1, concurrency: 1 },
      federation: { sdl: true, entities: true, representationsLeft: 1 },
    },
  );
  const looked = vi.spyOn(context.loaders, 'image');
  if (error) looked.mockRejectedValue(error);
  else looked.mockResolvedValue({ id: null } as never);

  const { status, body } = await server.execute(
    {
      method: 'POST',
      headers: [['content-type', 'application/json']],
      search: '',
      body: { query: '{ a: image(id: "x") { id } b: __typename }' },
    },
    context,
  );
  await server.stop();
  await dispatcher.destroy();

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
