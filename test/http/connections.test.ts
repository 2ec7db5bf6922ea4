import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { toMaxConnections } from '../../src/http/open-files.ts';
import { startGateway } from '../support/gateway.ts';
import { refusingUrl } from '../support/listen.ts';

/** A gateway without an upstream; `__typename` needs none. */
async function startAlone(environment: Readonly<Record<string, string>>) {
  const gateway = await startGateway(refusingUrl, environment);
  const { port } = new URL(gateway.url);
  const sockets: Socket[] = [];

  async function open(localAddress = '127.0.0.1'): Promise<Socket> {
    const socket = connect({ port: Number(port), host: '127.0.0.1', localAddress });
    sockets.push(socket);
    socket.on('error', () => {});
    await once(socket, 'connect');
    return socket;
  }

  /** Sends a request on a new connection; by then the server knows all connections that were opened before. */
  async function get(path: string, localAddress?: string): Promise<string> {
    const socket = await open(localAddress);
    socket.write(`GET ${path} HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n`);
    return text(socket);
  }

  return {
    gateway,
    open,
    get,
    openAll: (count: number, localAddress?: string) =>
      Promise.all(Array.from({ length: count }, () => open(localAddress))),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await gateway[Symbol.asyncDispose]();
    },
  };
}

const operation = '/graphql?query=%7B__typename%7D';

describe.each([
  ['at the limit of one address', { MAX_CONNECTIONS_PER_ADDRESS: '5' }, 'connections of address'],
  ['at the limit of all connections', { MAX_CONNECTIONS: '5' }, 'connections'],
])('%s', (_who, environment, reason) => {
  it('a new connection gets health and metrics, and 503 for everything else', async () => {
    await using alone = await startAlone(environment);
    const silent = await alone.openAll(5);
    expect(await alone.get('/healthz')).toMatch(/^HTTP\/1\.1 200 [\s\S]*connection: close/i);
    expect(await alone.get('/readyz')).toMatch(/^HTTP\/1\.1 503 [\s\S]*cannot be reached/);
    expect(await alone.get('/metrics')).toContain('image_gateway_connections 6');
    const refused = await alone.get(operation);
    expect(refused).toMatch(/^HTTP\/1\.1 503 /);
    expect(refused).toMatch(/^retry-after: 1\r$/im);
    expect(refused).toContain('"code":"OVERLOADED"');
    const lines = alone.gateway.log.filter((line) => line.includes('"refused"'));
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ status: 503, path: '/graphql', reason }]);

    silent[0]?.destroy();
    await expect.poll(() => alone.get(operation)).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('the same answers come for any number of further connections', async () => {
    await using alone = await startAlone(environment);
    await alone.openAll(5);
    for (let round = 0; round < 3; round++) {
      await alone.openAll(100);
      expect(await alone.get('/healthz')).toMatch(/^HTTP\/1\.1 200 /);
    }
  });

  it('further connections are closed if they send no request', async () => {
    await using alone = await startAlone(environment);
    await alone.openAll(5);
    const began = performance.now();
    expect(await text(await alone.open())).toBe('');
    expect(performance.now() - began).toBeLessThan(3_000);
    expect(await alone.get('/healthz')).toMatch(/^HTTP\/1\.1 200 /);
  });
});

it('an address at its limit does not affect another address', async () => {
  await using alone = await startAlone({ MAX_CONNECTIONS_PER_ADDRESS: '5' });
  await alone.openAll(50);
  expect(await alone.get(operation, '127.0.0.2')).toMatch(/^HTTP\/1\.1 200 /);
  expect(await alone.get(operation)).toMatch(/^HTTP\/1\.1 503 /);
});

it.each([{ MAX_CONNECTIONS_PER_ADDRESS: '0' }, { MAX_CONNECTIONS_PER_ADDRESS: '5', TRUST_PROXY: 'true' }])(
  'with %j, one address may have any number of connections',
  async (environment) => {
    await using alone = await startAlone(environment);
    await alone.openAll(50);
    expect(await alone.get(operation)).toMatch(/^HTTP\/1\.1 200 /);
  },
);

it('a connection over a limit serves one request', async () => {
  await using alone = await startAlone({ MAX_CONNECTIONS: '2' });
  await alone.openAll(2);
  const socket = await alone.open();
  const request = 'GET /healthz HTTP/1.1\r\nHost: gateway\r\n\r\n';
  socket.write(request + request);
  expect((await text(socket)).match(/HTTP\/1\.1 200/g)).toHaveLength(1);
});

it.each([
  [2_000, 16, 20_000, 2_000],
  [2_000, 16, 1_024, 816],
  [2_000, 16, 64, 32],
  [2_000, 16, Number.POSITIVE_INFINITY, 2_000],
  [10, 16, 64, 10],
])(
  'of %i connections, with %i to upstream and %i file descriptors, %i are allowed',
  (wanted, upstream, files, allowed) => {
    const lowered: number[] = [];
    expect(toMaxConnections(wanted, upstream, (max) => lowered.push(max), files)).toBe(allowed);
    expect(lowered).toEqual(allowed < wanted ? [allowed] : []);
  },
);
