import { expect, it } from 'vitest';
import { AnswerWriter } from '../src/graphql/pipeline/answer.ts';
import { createGate } from '../src/http/gate.ts';
import { createHttpServer } from '../src/http/server.ts';
import { createPipeline } from '../src/pipeline.ts';
import { listen } from './support/listen.ts';

it('an operation that ends in a defect is answered with 500 and its request id, frees its slot and ends its span', async () => {
  const defects: unknown[] = [];
  const defect = new Error('not foreseen');
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
  const fail = (): never => {
    throw defect;
  };
  const ended: unknown[] = [];
  const ids = { trace_id: '1'.repeat(32), span_id: '2'.repeat(16), trace_flags: '01' };
  const startCall = () => ({ ids, headers: [], end: () => {} });
  const handler = createPipeline({
    isRouter: () => false,
    startTrace: () => ({ ids, startCall, end: (summary) => ended.push(summary) }),
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
    onDefect: (error) => defects.push(error),
  });
  await using server = await listen(http);
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
