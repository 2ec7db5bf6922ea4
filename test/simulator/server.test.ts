import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { demoIdentities } from '../../src/simulator/seed.ts';
import { type ReceivedRequest, startSimulator } from '../../src/simulator/server.ts';
import { exchangeRaw, spellRequest } from './support/raw-http.ts';

const token = ['X-Auth-Token', demoIdentities.producer.token] as const;
const list = spellRequest({ method: 'GET', target: '/v2/images?limit=0', headers: [token] });

function header(answer: { readonly headers: readonly (readonly [string, string])[] }, name: string) {
  return answer.headers.find(([candidate]) => candidate === name)?.[1];
}

describe('connections', () => {
  it('are kept alive without a header, and answer pipelined requests in order', async () => {
    await using simulator = await startSimulator();
    const { hostname, port } = new URL(simulator.url);
    const socket = connect(Number(port), hostname);
    let received = '';
    socket.setEncoding('utf8');
    const answers = () => received.match(/HTTP\/1\.1 \d+/g) ?? [];
    const done = new Promise<void>((resolve) => {
      socket.on('data', (text: string) => {
        received += text;
        if (answers().length === 3) resolve();
      });
    });
    const unknown = spellRequest({ method: 'GET', target: '/v2/images/nope', headers: [token] });
    socket.write(Buffer.concat([list, unknown, list]));
    await done;
    socket.destroy();
    expect(answers()).toEqual(['HTTP/1.1 200', 'HTTP/1.1 404', 'HTTP/1.1 200']);
    expect(received).not.toMatch(/^(connection|keep-alive|transfer-encoding):/im);
  });

  it('stay usable after a refused request with a long body', async () => {
    await using simulator = await startSimulator();
    const headers = [['Content-Length', '300000']] as const;
    const refused = spellRequest({ method: 'POST', target: '/v2/images', headers, body: 'x'.repeat(300_000) });
    const { hostname, port } = new URL(simulator.url);
    const socket = connect(Number(port), hostname);
    socket.write(refused);
    const [first] = await once(socket, 'data');
    socket.write(list);
    const [second] = await once(socket, 'data');
    socket.destroy();
    expect([String(first).slice(0, 12), String(second).slice(0, 12)]).toEqual(['HTTP/1.1 401', 'HTTP/1.1 200']);
  });

  it('have a Date on their answers, unless the request never reached the API', async () => {
    await using simulator = await startSimulator();
    expect(header(await exchangeRaw(simulator.url, list), 'Date')).toMatch(/GMT$/);
    const long = await exchangeRaw(simulator.url, spellRequest({ method: 'GET', target: `/${'x'.repeat(8176)}` }));
    expect([long.status, header(long, 'Date'), header(long, 'Connection')]).toEqual([414, undefined, 'close']);
  });
});

describe('close', () => {
  it('does not wait for idle connections or incomplete requests', async () => {
    const simulator = await startSimulator();
    const { hostname, port } = new URL(simulator.url);
    const idle = connect(Number(port), hostname);
    const half = connect(Number(port), hostname);
    half.on('error', () => undefined);
    half.write('GET /v2/images HTTP/1.1\r\nHost: x');
    idle.write(list);
    await once(idle, 'data');
    const closed = new Promise((resolve) => half.once('close', resolve));
    await simulator.close();
    await simulator.close();
    await closed;
    await expect(exchangeRaw(simulator.url, list)).rejects.toThrow('ECONNREFUSED');
  });
});

describe('a test', () => {
  it('can observe every request as it arrives, in its original spelling', async () => {
    const requests: ReceivedRequest[] = [];
    await using simulator = await startSimulator({ onRequest: (request) => requests.push(request) });
    await exchangeRaw(
      simulator.url,
      spellRequest({ method: 'GET', target: '/v2/images/%41%2f?x=%20', headers: [token] }),
    );
    expect(requests).toMatchObject([
      { method: 'GET', target: '/v2/images/%41%2f?x=%20', headers: { 'x-auth-token': token[1] } },
    ]);
  });

  it('can add an accepted token', async () => {
    await using simulator = await startSimulator();
    simulator.world.addIdentity({ token: 'one-more', projectId: 'e'.repeat(32), name: 'one more', roles: ['member'] });
    const headers = [['X-Auth-Token', 'one-more']] as const;
    const answer = await exchangeRaw(simulator.url, spellRequest({ method: 'GET', target: '/v2/images', headers }));
    expect(answer.status).toBe(200);
  });

  it('cannot start a server on a port in use', async () => {
    await using simulator = await startSimulator();
    const port = Number(new URL(simulator.url).port);
    await expect(startSimulator({ port })).rejects.toThrow('EADDRINUSE');
  });
});
