import { expect, it, vi } from 'vitest';
import { createContext } from '../../src/graphql/context.ts';
import { DocumentStore } from '../../src/graphql/documents/document-store.ts';
import { createPrepare } from '../../src/graphql/documents/prepare-document.ts';
import { MemoryPool } from '../../src/graphql/limits/memory-pool.ts';
import { OperationBudget } from '../../src/graphql/limits/operation-budget.ts';
import { AnswerWriter } from '../../src/graphql/pipeline/answer.ts';
import { startApollo } from '../../src/graphql/pipeline/apollo-executor.ts';
import { createExecuteOperation } from '../../src/graphql/pipeline/execute-operation.ts';
import { createFindOperation } from '../../src/graphql/pipeline/find-operation.ts';
import { readPostParameters } from '../../src/graphql/pipeline/parameters.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import { parseSettings } from '../../src/settings/parse-settings.ts';
import { Token } from '../../src/token.ts';
import { createTransport } from '../support/transport.ts';

const odd = [
  ['throws', new TypeError('x is not a function of http://10.0.0.1')],
  ['returns what the schema does not allow', null],
] as const;

it.each(odd.flatMap(([name, error]) => [1, 2].map((time) => ({ name, error, time }))))(
  'the error of a resolver that $name is masked, keeps its path, and is logged with the request id, execution $time',
  async ({ error, time }) => {
    const limits = parseSettings({});
    const schema = createSchema();
    const defects: [unknown, string][] = [];
    const find = createFindOperation({
      schema,
      limits,
      store: new DocumentStore(createPrepare({ schema, limits, introspection: true })),
      trust: { mode: 'off', documents: () => null, onUntrusted: () => {} },
    });
    const apollo = await startApollo({ schema, federatedTracing: false });
    const execute = createExecuteOperation({ apollo, directExecution: true, federatedTracing: false });
    const writer = new AnswerWriter({
      showsSchema: true,
      onDefect: (defect, requestId) => defects.push([defect, requestId]),
    });
    await using nowhere = createTransport('http://127.0.0.1:1');
    async function ask() {
      const context = createContext(
        { transport: nowhere.transport, sharedReads: null, identity: null },
        {
          token: new Token('t'),
          requestId: 'req-1',
          signal: new AbortController().signal,
          deadlineAt: Number.POSITIVE_INFINITY,
        },
        {
          verifyRemovals: true,
          bulkConcurrency: 1,
          federation: { sdl: true, entities: true },
          budget: new OperationBudget(limits, new MemoryPool(1_000_000).open(), { isShort: false }),
        },
      );
      const looked = vi.spyOn(context.loaders, 'image');
      if (error) looked.mockRejectedValue(error);
      else looked.mockResolvedValue({ id: null } as never);
      defects.length = 0;
      const parameters = readPostParameters({ query: '{ a: image(id: "x") { id }\n b: __typename }' });
      const found = find(parameters, { requestId: 'req-1', isRouter: false });
      const { execution, result } = execute(found, context);
      return { execution, ...(await writer.writeResult(await result, found, context)) };
    }

    for (let before = 1; before < time; before++) await ask();
    const { status, body, execution } = await ask();
    await apollo.stop();

    expect({ status, execution }).toEqual({ status: 200, execution: time === 1 ? 'first use' : 'compiled' });
    expect(JSON.parse(body)).toEqual({
      data: { a: null, b: 'Query' },
      errors: [
        {
          message: expect.stringMatching(/^Internal server error/),
          locations: [{ line: 1, column: error ? 3 : 23 }],
          path: error ? ['a'] : ['a', 'id'],
          extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: 'req-1' },
        },
      ],
    });
    expect(defects).toMatchObject([[error ? { originalError: error } : {}, 'req-1']]);
  },
);
