import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { imageId, projects, startSharing, tokenOf } from '../support/sharing.ts';

const document = `subscription { imageMembersChanged(imageId: "${imageId(1)}") { changes { action } } }`;

interface Message {
  readonly type: string;
  readonly id?: string;
  readonly payload?: unknown;
}

/** A WebSocket without a client library, to send what none would send. */
class RawSocket {
  readonly socket: WebSocket;
  readonly messages: Message[] = [];
  readonly closed: Promise<number>;

  constructor(url: string, protocol = 'graphql-transport-ws') {
    this.socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, protocol);
    this.socket.on('message', (data) => this.messages.push(JSON.parse(String(data)) as Message));
    this.socket.on('error', () => {});
    this.closed = new Promise((resolve) => this.socket.once('close', resolve));
  }

  async open(params: object = { 'X-Auth-Token': tokenOf('producer') }): Promise<this> {
    await once(this.socket, 'open');
    this.send({ type: 'connection_init', payload: params });
    await this.until('connection_ack');
    return this;
  }

  send(message: object | string): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  subscribe(id: string, query = document): void {
    this.send({ type: 'subscribe', id, payload: { query } });
  }

  /** Waits for a message of this type, of a subscription where `id` is given. */
  async until(type: string, id?: string): Promise<Message> {
    for (let tries = 0; tries < 500; tries++) {
      const found = this.messages.find((message) => message.type === type && (id === undefined || message.id === id));
      if (found !== undefined) return found;
      await sleep(10);
    }
    throw new Error(`no ${type} came, but ${JSON.stringify(this.messages)}`);
  }
}

/** Opens a WebSocket that sends nothing more. `closed` resolves with the code that it is closed with, if any. */
function openSilent(url: string): {
  readonly accepted: Promise<unknown>;
  readonly closed: Promise<number | undefined>;
} {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  const head = 'GET /graphql HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n';
  const key = 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
  socket.write(`${head}${key}Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n`);
  let last = Buffer.alloc(0);
  socket.on('data', (data) => {
    last = data;
    // A closed WebSocket is one whose other end answers. Source: RFC 6455 §5.5.1.
    if (data.includes(0x88)) socket.end();
  });
  socket.on('error', () => {});
  return {
    accepted: once(socket, 'data'),
    closed: new Promise((resolve) => {
      socket.once('close', () => {
        const at = last.indexOf(0x88);
        resolve(at < 0 ? undefined : last.readUInt16BE(at + 2));
      });
    }),
  };
}

async function openSharing(environment = {}) {
  const sharing = await startSharing({ environment: { SUBSCRIPTION_POLL_INTERVAL_MS: '200', ...environment } });
  sharing.image(1);
  const metrics = async () => (await fetch(`${sharing.gateway.url}/metrics`)).text();
  return Object.assign(sharing, { metrics });
}

async function untilMetrics(metrics: () => Promise<string>, pattern: RegExp): Promise<void> {
  let text = '';
  for (let tries = 0; tries < 200; tries++) {
    text = await metrics();
    if (pattern.test(text)) return;
    await sleep(25);
  }
  expect(text).toMatch(pattern);
}

describe('a WebSocket is closed', () => {
  it.each([
    ['that sends no JSON', 'rubbish', 4400],
    ['that sends what is no message', { type: 'nothing' }, 4400],
    ['that subscribes before it says who it is', { type: 'subscribe', id: '1', payload: { query: document } }, 4401],
    ['that sends a message over the limit', 'x'.repeat(3_000), 1009],
  ])('%s', async (_what, message, code) => {
    await using sharing = await openSharing({ SUBSCRIPTION_MAX_MESSAGE_BYTES: '2000' });
    const socket = new RawSocket(sharing.gateway.url);
    await once(socket.socket, 'open');
    socket.send(message);
    expect(await socket.closed).toBe(code);
    expect(sharing.calls()).toEqual([]);
  });

  it('that speaks another protocol', async () => {
    await using sharing = await openSharing();
    expect(await new RawSocket(sharing.gateway.url, 'graphql-ws').closed).toBeGreaterThan(1_000);
  });

  it('that says who it is a second time', async () => {
    await using sharing = await openSharing();
    const socket = await new RawSocket(sharing.gateway.url).open();
    socket.send({ type: 'connection_init' });
    expect(await socket.closed).toBe(4429);
  });

  it('that uses an id a second time, and its subscriptions end', async () => {
    await using sharing = await openSharing();
    const socket = await new RawSocket(sharing.gateway.url).open();
    socket.subscribe('1');
    await socket.until('next');
    socket.subscribe('1');
    expect(await socket.closed).toBe(4409);
    await untilMetrics(sharing.metrics, /image_gateway_subscriptions\{transport="websocket"\} 0/);
  });

  it('that never says who it is, and 5,000 of them keep nobody out', async () => {
    await using sharing = await openSharing({
      SUBSCRIPTION_INIT_TIMEOUT_MS: '10000',
      MAX_CONNECTIONS_PER_ADDRESS: '0',
      MAX_CONNECTIONS: '6000',
    });
    // All in the same moment. They wait in the system's queue of the listening socket, whose length the gateway sets.
    const silent = Array.from({ length: 5_000 }, () => openSilent(sharing.gateway.url));
    await Promise.all(silent.map(({ accepted }) => accepted));
    const other = await new RawSocket(sharing.gateway.url).open();
    other.subscribe('1');
    await other.until('next');
    const codes = await Promise.all(silent.map(({ closed }) => closed));
    expect(new Set(codes)).toEqual(new Set([4408]));
    expect(other.socket.readyState).toBe(WebSocket.OPEN);
    other.socket.close();
  }, 120_000);

  it('whose other end is gone without a word', async () => {
    await using sharing = await openSharing({ SUBSCRIPTION_PING_INTERVAL_MS: '200' });
    const start = performance.now();
    // It answers no ping.
    await openSilent(sharing.gateway.url).closed;
    expect(performance.now() - start).toBeLessThan(2_000);
  });
});

it.each(['text/event-stream', 'multipart/mixed;subscriptionSpec=1.0'])(
  'a reader of %s that stops reading is disconnected, and until then gets no more payloads than the system takes',
  async (accept) => {
    await using sharing = await openSharing({ ANSWER_TIMEOUT_MS: '1000' });
    const name = 'x'.repeat(1_000_000);
    sharing.image(2, { name }, { a: 'pending' });
    const socket = connect(Number(new URL(sharing.gateway.url).port), '127.0.0.1');
    const query = 'subscription { sharedWithMeChanged(memberStatus: ALL) { images { name } } }';
    socket.write(
      `GET /graphql?query=${encodeURIComponent(query)} HTTP/1.1\r\nHost: x\r\nAccept: ${accept}\r\nX-Auth-Token: ${tokenOf('a')}\r\n\r\n`,
    );
    await once(socket, 'data');
    socket.pause();
    const isOpen = async () => !/image_gateway_subscriptions\{transport="\w+"\} 0/.test(await sharing.metrics());
    for (let round = 0; (await isOpen()) && round < 100; round++) {
      const status = round % 2 === 0 ? 'accepted' : 'pending';
      await sharing.rest('a', 'PUT', `images/${imageId(2)}/members/${projects.a}`, { status });
      await sleep(250);
    }
    const metrics = await sharing.metrics();
    expect(metrics).toMatch(/image_gateway_subscriptions\{transport="\w+"\} 0/);
    // The system takes some megabytes, and each payload has one.
    expect(Number(/^image_gateway_subscription_payloads_total\S* (\d+)$/m.exec(metrics)?.[1])).toBeLessThan(12);
    socket.destroy();
  },
  60_000,
);

it('a WebSocket that sends messages and reads no answers is not read any further', async () => {
  await using sharing = await openSharing();
  const socket = connect(Number(new URL(sharing.gateway.url).port), '127.0.0.1');
  const head = 'GET /graphql HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n';
  const key = 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
  socket.write(`${head}${key}Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n`);
  await once(socket, 'data');
  socket.pause();
  const ping = Buffer.from(JSON.stringify({ type: 'ping', payload: { text: 'x'.repeat(1_000) } }));
  // A masked text frame with a mask of zeros. Source: RFC 6455 §5.2.
  const frame = Buffer.concat([Buffer.from([0x81, 0xfe, ping.length >> 8, ping.length & 255, 0, 0, 0, 0]), ping]);
  const chunk = Buffer.concat(Array.from({ length: 1_000 }, () => frame));
  const isTaken = () => Promise.race([once(socket, 'drain').then(() => true), sleep(1_500).then(() => false)]);
  let taken = 0;
  for (; taken < 60 && (socket.write(chunk) || (await isTaken())); taken++);
  // The buffers of the system take some megabytes.
  expect(taken).toBeLessThan(30);
  socket.destroy();
}, 60_000);

it('subscribing and unsubscribing in a loop leaves nothing behind', async () => {
  await using sharing = await openSharing();
  const socket = await new RawSocket(sharing.gateway.url).open();
  for (let round = 0; round < 300; round++) {
    socket.subscribe(`${round}`);
    socket.send({ type: 'complete', id: `${round}` });
  }
  socket.subscribe('last');
  await socket.until('next', 'last');
  await untilMetrics(sharing.metrics, /image_gateway_subscriptions\{transport="websocket"\} 1\b/);
  expect(await sharing.metrics()).toMatch(/image_gateway_watchers 1\b/);
  socket.socket.close();
  await untilMetrics(sharing.metrics, /image_gateway_watchers 0\b/);
});

it.each(['__proto__', 'constructor', 'toString'])('a subscription may have the id %s, and ends', async (id) => {
  await using sharing = await openSharing({ SUBSCRIPTIONS_PER_CONNECTION: '1' });
  const socket = await new RawSocket(sharing.gateway.url).open();
  socket.subscribe(id);
  await socket.until('next', id);
  socket.subscribe('second');
  expect(await socket.until('error', 'second')).toMatchObject({ payload: [{ extensions: { code: 'RATE_LIMITED' } }] });
  socket.send({ type: 'complete', id });
  await untilMetrics(sharing.metrics, /image_gateway_subscriptions\{transport="websocket"\} 0/);
  socket.subscribe(id);
  await untilMetrics(sharing.metrics, /image_gateway_subscriptions\{transport="websocket"\} 1/);
  socket.socket.close();
  await untilMetrics(sharing.metrics, /image_gateway_subscriptions\{transport="websocket"\} 0/);
});

it('a connection, a token and the process have so many subscriptions and no more', async () => {
  await using sharing = await openSharing({
    SUBSCRIPTIONS_PER_CONNECTION: '1',
    SUBSCRIPTIONS_PER_TOKEN: '2',
    SUBSCRIPTIONS_MAX: '3',
  });
  const { url } = sharing.gateway;
  const open = async (name: 'producer' | 'a' | 'b', id = '1') => {
    const socket = await new RawSocket(url).open({ authorization: `Bearer ${tokenOf(name)}` });
    socket.subscribe(id);
    return socket;
  };
  const first = await open('producer');
  await first.until('next');
  first.subscribe('2');
  expect(await first.until('error')).toMatchObject({ payload: [{ extensions: { code: 'RATE_LIMITED' } }] });
  const second = await open('producer');
  await second.until('next');
  expect(await (await open('producer')).until('error')).toMatchObject({
    payload: [{ message: expect.stringContaining('This token'), extensions: { code: 'RATE_LIMITED' } }],
  });
  first.socket.close();
  await untilMetrics(sharing.metrics, /image_gateway_subscriptions\{transport="websocket"\} 1\b/);
  await (await open('producer')).until('next');
});

it('a query over a WebSocket is refused, and so is a document over a limit', async () => {
  await using sharing = await openSharing({ MAX_DEPTH: '5' });
  const socket = await new RawSocket(sharing.gateway.url).open();
  socket.subscribe('query', '{ __typename }');
  expect(await socket.until('error', 'query')).toMatchObject({ payload: [{ extensions: { code: 'BAD_REQUEST' } }] });
  socket.subscribe(
    'deep',
    `subscription { imageMembersChanged(imageId: "1") { image { members { image { members { image { id } } } } } } }`,
  );
  expect(await socket.until('error', 'deep')).toMatchObject({ payload: [{ extensions: { code: 'LIMIT_EXCEEDED' } }] });
  socket.subscribe('wrong', 'subscription { nothing }');
  expect(await socket.until('error', 'wrong')).toMatchObject({
    payload: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
  });
  expect(sharing.calls()).toEqual([]);
});

it('a token that is revoked ends its subscriptions, and is in no line of the log', async () => {
  await using sharing = await openSharing();
  const socket = await new RawSocket(sharing.gateway.url).open();
  socket.subscribe('1');
  await socket.until('next');
  sharing.world.identities.delete(tokenOf('producer'));
  for (let tries = 0; tries < 100 && !socket.messages.some(({ type }) => type === 'error'); tries++) await sleep(100);
  expect(await socket.until('error', '1')).toMatchObject({ payload: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  expect(sharing.gateway.log.join('\n')).not.toContain(tokenOf('producer'));
  expect(sharing.gateway.log.join('\n')).toContain('"reason":"UNAUTHENTICATED"');
}, 20_000);

it('a gateway that shuts down sends its clients away, and they know to come back', async () => {
  const sharing = await openSharing();
  const socket = await new RawSocket(sharing.gateway.url).open();
  socket.subscribe('1');
  await socket.until('next');
  const stream = await fetch(`${sharing.gateway.url}/graphql?query=${encodeURIComponent(document)}`, {
    headers: { accept: 'text/event-stream', 'x-auth-token': tokenOf('producer') },
  });
  const closed = sharing.gateway.app.close();
  expect(await socket.closed).toBe(1001);
  expect(await stream.text()).toMatch(/SUBSCRIPTION_ENDED.*retryAfter/);
  expect(await closed).toBe(true);
  await sharing[Symbol.asyncDispose]();
});

it('a page of another origin opens no WebSocket where origins are named', async () => {
  await using sharing = await openSharing({ CORS_ORIGINS: 'https://mine.example' });
  const status = async (origin: string) => {
    const socket = new WebSocket(`${sharing.gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
      origin,
    });
    socket.on('error', () => {});
    const answer = await Promise.race([
      once(socket, 'open').then(() => 101),
      once(socket, 'unexpected-response').then(([, response]) => (response as { statusCode: number }).statusCode),
    ]);
    socket.terminate();
    return answer;
  };
  expect(await status('https://mine.example')).toBe(101);
  expect(await status('https://other.example')).toBe(403);
});
