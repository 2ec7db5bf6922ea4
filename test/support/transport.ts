import { buildConnector, type Dispatcher } from 'undici';
import { UpstreamError } from '../../src/errors.ts';
import { Token } from '../../src/token.ts';
import { Breaker } from '../../src/upstream/breaker.ts';
import type { AttemptReport, Call } from '../../src/upstream/call.ts';
import { ConnectionPool, type Connections, type PooledConnection } from '../../src/upstream/connection-pool.ts';
import { FairQueue } from '../../src/upstream/fair-queue.ts';
import { imagesApi } from '../../src/upstream/images-client.ts';
import { RetryBudget } from '../../src/upstream/retry-budget.ts';
import { Transport, type TransportOptions } from '../../src/upstream/transport.ts';

/** A transport to this server, with its reports. */
export interface TestTransport extends AsyncDisposable {
  readonly transport: Transport;
  readonly reports: readonly AttemptReport[];
  /** Makes a call for a caller that stays connected. */
  call(call: Call, signal?: AbortSignal): Promise<string>;
  /** Makes a call that is expected to fail, and returns its error. */
  fail(call: Call, signal?: AbortSignal): Promise<UpstreamError>;
}

type Options = Partial<Omit<TransportOptions, 'pool' | 'observe'>> & {
  readonly connections?: number;
  readonly deadlineAt?: number;
};

export function createTransport(
  url: string,
  { connections = 4, deadlineAt = Number.POSITIVE_INFINITY, ...options }: Options = {},
): TestTransport {
  const pool = createPool(url, { connections });
  const reports: AttemptReport[] = [];
  const transport = new Transport({
    service: imagesApi,
    pool,
    origin: new URL(url).origin,
    basePath: '/v2',
    deadlineMs: 5_000,
    maxBodyBytes: 1024,
    retries: 0,
    queue: new FairQueue({ places: connections, placesPerKey: connections, maxWaiting: 100 }),
    breaker: new Breaker({ failures: 0, pauseMs: 0, now: () => performance.now(), onChange: () => {} }),
    retryBudget: new RetryBudget(100),
    onRefused: () => {},
    onDropped: () => {},
    ...options,
    observe: (report) => reports.push(report),
  });
  function call(call: Call, signal = new AbortController().signal): Promise<string> {
    return transport.call(call, { token: new Token('a token'), requestId: 'req-1', signal, deadlineAt });
  }
  return {
    transport,
    reports,
    call,
    async fail(failing, signal) {
      const error = await call(failing, signal).then(
        (body) => new Error(`the call succeeded: ${body}`),
        (reason: unknown) => reason,
      );
      if (!(error instanceof UpstreamError)) throw error;
      return error;
    },
    [Symbol.asyncDispose]: () => pool.destroy(),
  };
}

export function createPool(
  url: string,
  { connections, maxAgeMs = 60_000 }: { readonly connections: number; readonly maxAgeMs?: number },
): ConnectionPool & AsyncDisposable {
  const pool = new ConnectionPool(url, { connections, maxAgeMs, connect: buildConnector({ allowH2: false }) });
  return Object.assign(pool, { [Symbol.asyncDispose]: () => pool.destroy() });
}

/** A pool whose only connection sends nothing: a test calls its handler in place of undici. */
export function createSilentPool() {
  const handlers: Dispatcher.DispatchHandler[] = [];
  const connection = {
    dispatch: (_options: unknown, handler: Dispatcher.DispatchHandler) => handlers.push(handler) > 0,
  } as PooledConnection;
  const released: PooledConnection[] = [];
  const pool: Connections = {
    acquire: (requester) => requester.send(connection),
    release: (it) => void released.push(it),
    stopWaiting() {},
  };
  const controller = { abort() {} } as unknown as Dispatcher.DispatchController;
  return { pool, connection, released, controller, handler: () => handlers.at(-1) };
}

/** The arguments of a client whose calls nobody answers, for fakes that make none. */
export function withoutNetwork() {
  const caller = {
    token: new Token('t'),
    requestId: 'req-1',
    signal: new AbortController().signal,
    deadlineAt: Number.POSITIVE_INFINITY,
  };
  return [createTransport('http://127.0.0.1:1').transport, null, caller] as const;
}

export const read: Call = { operation: 'getImage', doing: 'read', method: 'GET', path: '/images/1' };
export const write: Call = {
  operation: 'updateMember',
  doing: 'write',
  method: 'PUT',
  path: '/images/1/members/2',
  body: { status: 'accepted' },
};
