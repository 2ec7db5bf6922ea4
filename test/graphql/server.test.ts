import { expect, it, vi } from 'vitest';
import { parseConfig } from '../../src/config.ts';
import { createContext } from '../../src/graphql/context.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import { startGraphQLServer } from '../../src/graphql/server.ts';
import { createTransport } from '../support/transport.ts';

const odd = [
  ['throws', new TypeError('x is not a function of http://10.0.0.1')],
  ['returns what the schema does not allow', null],
] as const;

it.each(odd.flatMap(([name, error]) => [1, 2].map((time) => ({ name, error, time }))))(
  'a resolver that $name is masked, keeps its path, and is reported with the request id, time $time',
  async ({ error, time }) => {
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
    const newContext = () =>
      createContext(
        { transport: nowhere.transport, sharedReads: null, identity: null },
        { token: 't', requestId: 'req-1', signal: new AbortController().signal, deadlineAt: Number.POSITIVE_INFINITY },
        {
          verifyRemovals: true,
          bulk: { maxChanges: 1, concurrency: 1 },
          federation: { sdl: true, entities: true },
        },
      );
    async function ask() {
      const context = newContext();
      const looked = vi.spyOn(context.loaders, 'image');
      if (error) looked.mockRejectedValue(error);
      else looked.mockResolvedValue({ id: null } as never);
      const headers = new Map([['content-type', 'application/json']]);
      const body = { query: '{ a: image(id: "x") { id } b: __typename }' };
      defects.length = 0;
      return server.execute({ method: 'POST', headers, search: '', body }, context, false);
    }

    for (let before = 1; before < time; before++) await ask();
    const { status, body } = await ask();
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
  },
);
