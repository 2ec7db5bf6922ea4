import { X509Certificate } from 'node:crypto';
import dns from 'node:dns';
import { createServer as createTlsServer } from 'node:https';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import type { TLSSocket } from 'node:tls';
import { describe, expect, it, vi } from 'vitest';
import { parseSettings } from '../../src/settings/parse-settings.ts';
import { createCertificate } from '../support/certificates.ts';
import { startGateway } from '../support/gateway.ts';
import { listen } from '../support/listen.ts';
import { answer, canaryToken, healthy, imageId, imageRow, otherToken, startFaultUpstream } from './fault-upstream.ts';
import { metric, operations, start } from './harness.ts';

const image = operations.image;

/** Requests a different image each time, because concurrent identical reads of one token share a call. */
function imageNumber(number: number): string {
  return `{ image(id: "image-${number}") { name } }`;
}

function post(url: string, query: string, signal?: AbortSignal): Promise<Response> {
  return fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-auth-token': canaryToken },
    body: JSON.stringify({ query }),
    ...(signal && { signal }),
  });
}

describe('a caller that goes away', () => {
  it('has its upstream call closed long before the deadline, and no further call is made', async () => {
    let sawAt = 0;
    let closedAt = 0;
    await using surroundings = await start(
      (socket) => {
        sawAt = performance.now();
        socket.once('close', () => {
          closedAt = performance.now();
        });
      },
      { UPSTREAM_CONNECTIONS: '1', UPSTREAM_DEADLINE_MS: '20000' },
    );
    const { gateway, upstream } = surroundings;
    const abort = new AbortController();
    const requests = [1, 2].map((number) => post(gateway.url, imageNumber(number), abort.signal).catch(() => 'gone'));
    await upstream.arrived(1);
    await expect.poll(() => metric(gateway.url, 'upstream_waiting_calls{service="images"}')).toBe(1);
    const socket = [...upstream.sockets].find(({ destroyed }) => !destroyed);
    const goneAt = performance.now();
    abort.abort();
    expect(await Promise.all(requests)).toEqual(['gone', 'gone']);
    if (socket && !socket.destroyed) await new Promise((resolve) => socket.once('close', resolve));
    expect(closedAt - goneAt).toBeLessThan(5_000);
    expect(sawAt).toBeLessThan(goneAt);
    await expect.poll(() => metric(gateway.url, 'operations_running')).toBe(0);
    expect(await metric(gateway.url, 'upstream_waiting_calls{service="images"}')).toBe(0);
    expect(upstream.received).toHaveLength(1);
    await surroundings.check('');
  });
});

describe('the deadline of an operation', () => {
  it('covers all its calls, and no call starts after it', async () => {
    await using surroundings = await start(
      (socket, request) => {
        const timer = setTimeout(() => socket.write(healthy(request)), 120);
        socket.once('close', () => clearTimeout(timer));
      },
      { OPERATION_DEADLINE_MS: '300', UPSTREAM_DEADLINE_MS: '5000' },
    );
    const { gateway, upstream } = surroundings;
    const mutations = [1, 2, 3, 4, 5, 6].map(
      (n) => `m${n}: ${operations.update.replace('mutation {', '').slice(0, -1)}`,
    );
    const began = performance.now();
    const { errors = [], raw } = await gateway.query(canaryToken, `mutation { ${mutations.join(' ')} }`);
    // Long before the deadline of a call.
    expect(performance.now() - began).toBeLessThan(4_000);
    expect(new Set(errors.map(({ extensions }) => extensions.code))).toEqual(new Set(['UPSTREAM_TIMEOUT']));
    // Only the write in flight at the deadline may have succeeded; later ones were never sent.
    expect(errors.filter(({ extensions }) => extensions['outcome'] === 'UNKNOWN').length).toBeLessThanOrEqual(1);
    expect(upstream.received.length).toBeLessThanOrEqual(3);
    expect(raw).not.toContain(canaryToken);
  });
});

describe('slow calls of one token', () => {
  it('leave connections to other tokens, which are answered before them', async () => {
    await using surroundings = await start(() => {}, {
      UPSTREAM_CONNECTIONS: '4',
      UPSTREAM_CONNECTIONS_PER_TOKEN: '3',
      UPSTREAM_DEADLINE_MS: '3000',
    });
    const { gateway, upstream } = surroundings;
    const slow = Array.from({ length: 20 }, (_, index) => gateway.query(canaryToken, imageNumber(index)));
    await upstream.arrived(3);
    for (let round = 0; round < 5; round++) {
      const began = performance.now();
      expect((await gateway.query(otherToken, image)).errors).toBeUndefined();
      expect(performance.now() - began).toBeLessThan(2_500);
    }
    expect(upstream.received).toHaveLength(3);
    const codes = (await Promise.all(slow)).map(({ errors }) => errors?.[0]?.extensions.code);
    expect(new Set(codes)).toEqual(new Set(['UPSTREAM_TIMEOUT']));
    await surroundings.check('');
  });

  it('fail immediately if the queue is full', async () => {
    await using surroundings = await start(() => {}, {
      UPSTREAM_CONNECTIONS: '1',
      UPSTREAM_QUEUE: '4',
      UPSTREAM_DEADLINE_MS: '2000',
    });
    const { gateway } = surroundings;
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => gateway.query(canaryToken, imageNumber(index))),
    );
    const codes = answers.map(({ errors }) => errors?.[0]?.extensions.code);
    expect(codes.filter((code) => code === 'UPSTREAM_TIMEOUT')).toHaveLength(3);
    expect(codes.filter((code) => code === 'UPSTREAM_UNAVAILABLE')).toHaveLength(7);
    await surroundings.check('');
  });
});

describe('an upstream that fails', () => {
  it('on every other attempt gets at most a fifth more requests than there are calls', async () => {
    await using surroundings = await start(
      (socket, request, number) => void socket.write(number % 2 === 0 ? healthy(request) : answer(503, '')),
      { UPSTREAM_RETRIES: '5' },
    );
    const { gateway, upstream } = surroundings;
    const calls = 300;
    for (let sent = 0; sent < calls; sent += 10) {
      await Promise.all(Array.from({ length: 10 }, (_, index) => gateway.query(canaryToken, imageNumber(index))));
    }
    expect(upstream.received.length / calls).toBeLessThanOrEqual(1.2);
    await surroundings.check('');
  });

  it('on every attempt gets no more requests, until one trial call succeeds', async () => {
    let down = true;
    await using surroundings = await start(
      (socket, request) => void (down ? socket.resetAndDestroy() : socket.write(healthy(request))),
      { UPSTREAM_RETRIES: '0', UPSTREAM_BREAKER_FAILURES: '5', UPSTREAM_BREAKER_PAUSE_MS: '3000' },
    );
    const { gateway, upstream } = surroundings;
    for (let call = 0; call < 5; call++) await gateway.query(canaryToken, image);
    const refused = await Promise.all(
      Array.from({ length: 50 }, (_, index) => gateway.query(canaryToken, imageNumber(index))),
    );
    for (const { errors } of refused) {
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', retryAfter: expect.any(Number) });
    }
    expect(upstream.received.length).toBeLessThanOrEqual(10);
    down = false;
    const data = async () => (await gateway.query(canaryToken, image)).data?.['image'];
    await expect.poll(data).toMatchObject({ name: 'an image' });
    expect(await metric(gateway.url, 'upstream_breaker_open{service="images"}')).toBe(0);
    await surroundings.check('');
  });
});

describe('too many concurrent operations', () => {
  it('are answered with 503 before the admitted ones are answered', async () => {
    const answerAll = Promise.withResolvers<void>();
    await using surroundings = await start(
      (socket, request) => void answerAll.promise.then(() => socket.write(healthy(request))),
      { MAX_CONCURRENT_OPERATIONS: '9', UPSTREAM_DEADLINE_MS: '30000' },
    );
    const { gateway, upstream } = surroundings;
    const ask = async (_: unknown, index: number) => {
      // Half of the callers send their own request id.
      const own = index % 2 === 0 ? { 'x-request-id': `own-${index}` } : undefined;
      const { status, headers, raw } = await gateway.query(canaryToken, imageNumber(index), {}, own);
      const retryAfter = headers.get('retry-after');
      return {
        status,
        raw,
        retryAfter,
        requestId: headers.get('x-request-id'),
        own,
      };
    };
    const admitted = Array.from({ length: 8 }, ask);
    await upstream.arrived(8);
    const shed = await Promise.all(Array.from({ length: 32 }, ask));
    for (const { status, retryAfter, requestId, own, raw } of shed) {
      expect({ status, retryAfter }).toEqual({ status: 503, retryAfter: '1' });
      expect(JSON.parse(raw).errors[0].extensions).toEqual({ code: 'OVERLOADED', retryAfter: 1, requestId });
      expect(requestId).toEqual(own?.['x-request-id'] ?? expect.stringMatching(/^req-/));
    }
    expect(new Set(shed.map(({ requestId }) => requestId)).size).toBe(shed.length);
    answerAll.resolve();
    for (const { status } of await Promise.all(admitted)) expect(status).toBe(200);
    expect(upstream.received).toHaveLength(8);
    await surroundings.check(JSON.stringify(shed));
  });

  it('of one token leave room for others', async () => {
    await using surroundings = await start(() => {}, { MAX_CONCURRENT_OPERATIONS: '8', UPSTREAM_DEADLINE_MS: '3000' });
    const { gateway, upstream } = surroundings;
    const answers = Array.from({ length: 20 }, (_, index) => gateway.query(canaryToken, imageNumber(index)));
    await upstream.arrived(7);
    expect((await gateway.query(otherToken, image)).errors).toBeUndefined();
    expect((await gateway.query(null, '{ __typename }')).status).toBe(200);
    const statuses = (await Promise.all(answers)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 503)).toHaveLength(13);
    expect(upstream.received).toHaveLength(7);
    // Finished operations no longer count.
    expect((await gateway.query(canaryToken, '{ __typename }')).status).toBe(200);
    await surroundings.check('');
  });

  it('are not those of a burst that make no call', async () => {
    await using surroundings = await start(() => {}, { MAX_CONCURRENT_OPERATIONS: '4' });
    const { gateway } = surroundings;
    // Opens the connections.
    await Promise.all(Array.from({ length: 40 }, () => fetch(`${gateway.url}/healthz`)));
    const burst = Array.from({ length: 40 }, () => gateway.query(canaryToken, '{ __typename }'));
    expect(new Set((await Promise.all(burst)).map(({ status }) => status))).toEqual(new Set([200]));
    await surroundings.check('');
  });

  it('are accepted again once the running ones are done', async () => {
    await using surroundings = await start((socket, request) => void socket.write(healthy(request)), {
      MAX_CONCURRENT_OPERATIONS: '2',
    });
    const { gateway } = surroundings;
    await Promise.all(Array.from({ length: 50 }, (_, index) => gateway.query(canaryToken, imageNumber(index))));
    expect((await gateway.query(canaryToken, image)).status).toBe(200);
    await surroundings.check('');
  });
});

describe('bodies that are sent slowly', () => {
  /** Sends most of a body of 60,000 bytes. */
  function sendMost(url: string): Socket {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => {});
    const head = `Host: gateway\r\nX-Auth-Token: ${canaryToken}\r\nContent-Type: application/json\r\nConnection: close`;
    socket.write(`POST /graphql HTTP/1.1\r\n${head}\r\nContent-Length: 60000\r\n\r\n${' '.repeat(50_000)}`);
    return socket;
  }

  const rest = JSON.stringify({ query: image }).padStart(10_000);

  it('stay within the limit together: large ones are refused until others are done, small ones never', async () => {
    await using surroundings = await start((socket, request) => void socket.write(healthy(request)), {
      MAX_RECEIVING_BYTES: '120000',
    });
    const { gateway } = surroundings;
    const receiving = (): Promise<number> => metric(gateway.url, 'receiving_bytes');
    const large = image.padEnd(40_000);
    const slow = [sendMost(gateway.url), sendMost(gateway.url)];
    await expect.poll(receiving).toBe(100_000);
    const shed = await gateway.query(canaryToken, large);
    expect(shed.status).toBe(503);
    expect(shed.headers.get('retry-after')).toBe('1');
    expect(shed.errors?.[0]?.extensions).toMatchObject({ code: 'OVERLOADED', retryAfter: 1 });
    expect((await gateway.query(canaryToken, image)).status).toBe(200);
    for (const socket of slow) socket.write(rest);
    for (const raw of await Promise.all(slow.map((socket) => text(socket)))) {
      expect(raw).toMatch(/^HTTP\/1\.1 200 /);
      expect(raw).toContain('an image');
    }
    expect(await receiving()).toBe(0);
    expect((await gateway.query(canaryToken, large)).status).toBe(200);
    // A caller that goes away releases its memory.
    const gone = sendMost(gateway.url);
    await expect.poll(receiving).toBe(50_000);
    gone.destroy();
    await expect.poll(receiving).toBe(0);
    expect(await (await fetch(`${gateway.url}/metrics`)).text()).toContain('shed_total{reason="bodies"} 1');
    await surroundings.check(shed.raw);
  });
});

it('a caller that reads its answer too slowly is cut off', async () => {
  const large = answer(200, { ...imageRow, name: 'x'.repeat(90_000) });
  await using surroundings = await start((socket) => void socket.write(large), { ANSWER_TIMEOUT_MS: '1500' });
  const { gateway } = surroundings;
  const names = Array.from({ length: 100 }, (_, index) => `n${index}: name`).join(' ');
  const query = `{ a: image(id: "${imageId}") { ${names} } }`;
  const taken = await gateway.query(canaryToken, query);
  expect(taken.raw.length).toBeGreaterThan(9_000_000);
  const { hostname, port } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  const body = JSON.stringify({ query });
  const head = `Host: a\r\nX-Auth-Token: ${canaryToken}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`;
  socket.write(`POST /graphql HTTP/1.1\r\n${head}\r\n\r\n${body}`);
  let received = 0;
  try {
    for await (const chunk of socket) {
      received += (chunk as Buffer).length;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  } catch (error) {
    expect(error).toMatchObject({ code: 'ECONNRESET' });
  }
  expect(received).toBeLessThan(9_000_000);
  await surroundings.check('');
});

it('operations are shed while the event loop stalls, and accepted again afterwards', async () => {
  await using surroundings = await start((socket, request) => void socket.write(healthy(request)), {
    MAX_EVENT_LOOP_DELAY_MS: '1000',
  });
  const { gateway } = surroundings;
  const until = performance.now() + 3_000;
  while (performance.now() < until);
  const statuses: number[] = [];
  await expect
    .poll(async () => {
      const { status } = await gateway.query(canaryToken, image);
      statuses.push(status);
      return status;
    })
    .toBe(200);
  expect(statuses[0]).toBe(503);
  await surroundings.check('');
});

describe('a shortage of memory', () => {
  /** A process that uses part of 100 bytes, some of which garbage collection can free. */
  function createMemory(held: number, garbage = 0) {
    const memory = {
      held,
      garbage,
      collections: 0,
      read: () => ({ resident: memory.held + memory.garbage, available: 100, heapUsed: 0, heapLimit: 100 }),
      collectGarbage() {
        memory.collections++;
        memory.garbage = 0;
      },
    };
    return memory;
  }

  it('sheds operations until it is over; health and metrics still answer', async () => {
    const memory = createMemory(20);
    await using upstream = await startFaultUpstream((socket, request) => void socket.write(healthy(request)));
    await using gateway = await startGateway(upstream.url, { MAX_MEMORY_PERCENT: '80' }, memory);
    const status = async () => (await gateway.query(canaryToken, image)).status;
    expect(await status()).toBe(200);
    memory.held = 81;
    await expect.poll(status).toBe(503);
    expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
    // An operation that was already admitted may have been the first to notice.
    expect(await status()).toBe(503);
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
    expect(metrics).toContain('image_gateway_memory_used_ratio 0.81');
    expect(metrics).toContain('image_gateway_shed_total{reason="memory"}');
    memory.held = 79;
    await expect.poll(status).toBe(200);
  });

  it('is determined after garbage collection, so that garbage sheds no operations', async () => {
    const memory = createMemory(20, 75);
    await using upstream = await startFaultUpstream((socket, request) => void socket.write(healthy(request)));
    await using gateway = await startGateway(upstream.url, { MAX_MEMORY_PERCENT: '80' }, memory);
    expect((await gateway.query(canaryToken, image)).status).toBe(200);
    expect(memory.collections).toBe(1);
  });

  it('ends an operation that needs more memory', async () => {
    const memory = createMemory(20);
    await using upstream = await startFaultUpstream((socket, request, number) => {
      if (number === 1) memory.held = 90;
      setTimeout(() => socket.write(healthy(request)), 20);
    });
    await using gateway = await startGateway(upstream.url, { SHARE_READS: 'false' }, memory);
    const { status, errors } = await gateway.query(
      canaryToken,
      '{ images(first: 1) { nodes { id members { memberId } } } }',
    );
    expect(status).toBe(503);
    expect(errors?.map(({ extensions }) => extensions)).toMatchObject([{ code: 'OVERLOADED', retryAfter: 1 }]);
    expect(upstream.received).toHaveLength(1);
    expect(await (await fetch(`${gateway.url}/metrics`)).text()).toContain(
      'image_gateway_shed_total{reason="memory of operations"} 1',
    );
  });
});

describe('TLS', () => {
  it('is verified: an unknown authority is accepted only if it is set', async () => {
    const certificate = createCertificate();
    const server = createTlsServer({ key: certificate.key, cert: certificate.cert }, (_request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(imageRow));
    });
    await using upstream = await listen(server);
    const url = upstream.url.replace('http:', 'https:');
    await using strict = await startGateway(url, { UPSTREAM_RETRIES: '0' });
    const refused = await strict.query(canaryToken, `{ image(id: "${imageId}") { name } }`);
    expect(refused.errors?.[0]?.extensions.code).toBe('UPSTREAM_UNAVAILABLE');
    expect(refused.errors?.[0]?.extensions['outcome']).toBeUndefined();
    await using trusting = await startGateway(url, { UPSTREAM_CA_FILE: certificate.file });
    const { data } = await trusting.query(canaryToken, `{ image(id: "${imageId}") { name } }`);
    expect(data).toEqual({ image: { name: 'an image' } });
  });

  it('shows the certificate of the gateway to an Images API that asks for one, and its successor after a reload', async () => {
    const [own, first, second] = [createCertificate(), createCertificate(), createCertificate()];
    const shown: (string | undefined)[] = [];
    const options = { key: own.key, cert: own.cert, ca: [first.cert, second.cert], requestCert: true };
    const server = createTlsServer({ ...options, rejectUnauthorized: true }, (request, response) => {
      shown.push((request.socket as TLSSocket).getPeerCertificate().fingerprint256);
      response.writeHead(200, { 'content-type': 'application/json', connection: 'close' });
      response.end(JSON.stringify(imageRow));
    });
    await using upstream = await listen(server);
    const url = upstream.url.replace('http:', 'https:');
    const toSettings = ({ file, keyFile }: typeof first) => ({
      UPSTREAM_CA_FILE: own.file,
      UPSTREAM_CERT_FILE: file,
      UPSTREAM_KEY_FILE: keyFile,
    });
    await using stranger = await startGateway(url, { UPSTREAM_CA_FILE: own.file, UPSTREAM_RETRIES: '0' });
    const refused = await stranger.query(canaryToken, image);
    expect(refused.errors?.[0]?.extensions.code).toBe('UPSTREAM_UNAVAILABLE');
    await using gateway = await startGateway(url, toSettings(first));
    expect((await gateway.query(canaryToken, image)).errors).toBeUndefined();
    gateway.app.reload(parseSettings(toSettings(second)));
    expect((await gateway.query(canaryToken, image)).errors).toBeUndefined();
    expect(shown).toEqual([first, second].map(({ cert }) => new X509Certificate(cert).fingerprint256));
  });
});

it('the host name of the Images API is resolved again once a connection is old, so that a new address is used', async () => {
  const name = 'images.test';
  let known = true;
  const lookup = dns.lookup;
  vi.spyOn(dns, 'lookup').mockImplementation(((host: string, ...rest: [object, () => void]) =>
    lookup(host === name && known ? '127.0.0.1' : host, ...rest)) as typeof dns.lookup);
  await using upstream = await startFaultUpstream((socket, request) => void socket.write(healthy(request)));
  await using gateway = await startGateway(upstream.url.replace('127.0.0.1', name), {
    UPSTREAM_CONNECTION_AGE_MS: '100',
    UPSTREAM_CONNECTIONS: '1',
    UPSTREAM_RETRIES: '0',
  });
  const code = async () => (await gateway.query(canaryToken, image)).errors?.[0]?.extensions.code;
  expect(await code()).toBeUndefined();
  known = false;
  await expect.poll(code).toBe('UPSTREAM_UNAVAILABLE');
  known = true;
  await expect.poll(code).toBeUndefined();
});

it('traces connect the caller to upstream, and a collector that is down has no effect', async () => {
  const seen: string[] = [];
  await using surroundings = await start((socket, request) => {
    seen.push(/^traceparent: (.*)$/im.exec(request.head)?.[1] ?? '');
    socket.write(healthy(request));
  });
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const ask = (url: string) =>
    fetch(`${url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-auth-token': canaryToken,
        traceparent: `00-${traceId}-b7ad6b7169203331-01`,
      },
      body: JSON.stringify({ query: image }),
    });
  expect((await ask(surroundings.gateway.url)).status).toBe(200);
  expect(seen).toEqual([expect.stringMatching(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`))]);
  expect(seen[0]).not.toContain('b7ad6b7169203331');

  await using down = await startGateway(surroundings.upstream.url, {
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
  });
  expect((await ask(down.url)).status).toBe(200);
  expect(await down.app.close()).toBe(true);
});
