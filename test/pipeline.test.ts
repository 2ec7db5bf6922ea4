import { expect, it } from 'vitest';
import { Loaders } from '../src/graphql/data/loaders.ts';
import { MemoryPool } from '../src/graphql/limits/memory-pool.ts';
import { OperationBudget } from '../src/graphql/limits/operation-budget.ts';
import { AnswerWriter } from '../src/graphql/pipeline/answer.ts';
import { createGate } from '../src/http/gate.ts';
import { createHttpServer } from '../src/http/server.ts';
import { createPipeline, type PipelineParts } from '../src/pipeline.ts';
import { parseSettings } from '../src/settings/parse-settings.ts';
import { listen } from './support/listen.ts';

function fail(): never {
  throw new Error('not used');
}

/** Serves a pipeline that runs one operation at a time, with these parts of its own. */
async function serve(parts: Partial<PipelineParts>, onDefect: (defect: unknown) => void = fail) {
  const gate = createGate({
    load: { overloaded: null, begin: () => {}, end: () => {} },
    perToken: 0,
    perAddress: 0,
    trustProxy: false,
    maxConcurrent: 1,
    maxReceivingBytes: 1_000,
    onShed: () => {},
    now: () => 0,
  });
  const handler = createPipeline({
    isRouter: () => false,
    startTrace: () => undefined,
    gate,
    maxRequestBytes: 1_000,
    maxConcurrentOperations: 1,
    find: fail,
    createContext: fail,
    execute: fail,
    answers: new AnswerWriter({ showsSchema: true, onDefect: () => {} }),
    subscriptions: { open: fail, serveStream: fail },
    onOperation: () => {},
    onRefused: () => {},
    ...parts,
  });
  const { server: http } = createHttpServer({
    routes: { '/graphql': { GET: handler } },
    upgrade: (_request, socket) => socket.destroy(),
    corsOrigins: '*',
    connections: { max: 10, maxPerAddress: 0 },
    headersTimeoutMs: 1_000,
    requestTimeoutMs: 1_000,
    answerTimeoutMs: 1_000,
    onRefused: () => {},
    onDefect,
  });
  return listen(http);
}

it('an operation that ends in a defect is answered with 500 and its request id, frees its slot and ends its span', async () => {
  const defects: unknown[] = [];
  const defect = new Error('not foreseen');
  const find = (): never => {
    throw defect;
  };
  const ended: unknown[] = [];
  const ids = { trace_id: '1'.repeat(32), span_id: '2'.repeat(16), trace_flags: '01' };
  const startCall = () => ({ ids, headers: [], end: () => {} });
  const startTrace = () => ({ ids, startCall, end: (summary: unknown) => ended.push(summary) });
  await using server = await serve({ find, startTrace }, (thrown) => defects.push(thrown));
  for (const requestId of ['first', 'second']) {
    const response = await fetch(`${server.url}/graphql?query={a}`, { headers: { 'x-request-id': requestId } });
    expect(response.status).toBe(500);
    expect(response.headers.get('x-request-id')).toBe(requestId);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }] });
  }
  expect(defects).toEqual([defect, defect]);
  const summary = { type: 'none', status: 500, codes: ['INTERNAL_SERVER_ERROR'] };
  expect(ended).toMatchObject([summary, summary]);
});

it.each([
  ['is let go of once it is answered', undefined, { images: null }],
  ['stays after an error, because resolvers may still read it', [], { images: [1, 2] }],
])('what an operation has read %s', async (_name, errors, left) => {
  const lists: string[] = [];
  const listMembers = async (imageId: string) => {
    lists.push(imageId);
    return { rows: [], errors: [] };
  };
  const loaders = new Loaders({ listMembers } as never);
  const budget = new OperationBudget(parseSettings({}), new MemoryPool(1_000_000).open(), { isShort: false });
  const result = { data: { images: [1, 2] }, ...(errors && { errors }) };
  await loaders.memberList('a');
  await using server = await serve({
    find: () => ({ operation: { node: { operation: 'query' }, schemaBytes: 0 } }) as never,
    createContext: () => ({ budget, loaders, rowErrors: [] }) as never,
    execute: () => ({ execution: 'compiled', result }),
  });
  const response = await fetch(`${server.url}/graphql?query={a}`);
  expect(await response.json()).toEqual({ data: { images: [1, 2] } });
  expect(result.data).toEqual(left);
  await loaders.memberList('a');
  expect(lists).toHaveLength(errors ? 1 : 2);
});
