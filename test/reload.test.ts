import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { createServer as createNetServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { settingTable } from '../src/settings/settings.ts';
import { createGateway } from '../src/start.ts';
import { imageRow } from './faults/fault-upstream.ts';
import { startFakeBroker } from './support/broker.ts';
import { createCertificate } from './support/certificates.ts';
import { startCollector } from './support/collector.ts';
import { patience } from './support/gateway.ts';
import { listen } from './support/listen.ts';
import { imageId, projects, startSharing, tokenOf } from './support/sharing.ts';
import { transports } from './support/subscribe.ts';
import { sendJson, startUpstream } from './support/upstream.ts';

const folder = mkdtempSync(join(tmpdir(), 'reload-'));

/** A gateway whose files can be changed. `files` hold the content by the setting that names the file. */
async function start(environment: Record<string, string>, files: Readonly<Record<string, string>>) {
  const toPath = (name: string): string => join(folder, name);
  const write = (changed: Readonly<Record<string, string>>): void => {
    for (const [name, content] of Object.entries(changed)) writeFileSync(toPath(name), content);
  };
  write(files);
  const named = Object.fromEntries(Object.keys(files).map((name) => [name, toPath(name)]));
  const [output, errors] = [new PassThrough(), new PassThrough()];
  let log = '';
  errors.on('data', (chunk) => {
    log += String(chunk);
  });
  const gateway = await createGateway({
    environment: { PORT: '0', LOG_LEVEL: 'info', ...patience, ...environment, ...named },
    launch: 'clone',
    output,
    errors,
  });
  await gateway.listen();
  const url = /listens at (\S+)\/graphql/.exec(String(output.read()))?.[1] ?? '';
  async function query(document: string, headers: Record<string, string> = {}) {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-auth-token': tokenOf('producer'), ...headers },
      body: JSON.stringify({ query: document }),
    });
    const { errors: found = [] } = (await response.json()) as { errors?: { extensions: { code: string } }[] };
    return found.map(({ extensions }) => extensions.code);
  }
  return {
    url,
    query,
    /** The log so far. */
    log: () => log,
    /** Changes the content of files, and reloads. */
    reload(changed: Readonly<Record<string, string>>): void {
      write(changed);
      gateway.reload();
    },
    [Symbol.asyncDispose]: async () => void (await gateway.close()),
  };
}

const entities = '{ _entities(representations: []) { __typename } }';
const image = '{ image(id: "an-image") { name } }';

/** An Images API with this certificate, which closes every connection after its answer. */
function startSecureUpstream({ cert, key }: { readonly cert: string; readonly key: string }) {
  const server = createServer({ cert, key }, (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', connection: 'close' });
    response.end(JSON.stringify({ ...imageRow, id: 'an-image' }));
  });
  return listen(server);
}

const [ours, theirs] = [createCertificate(), createCertificate()];

describe('an invalid file changes nothing, and the log names it', () => {
  const valid = {
    ROUTER_SECRET_FILE: 'the-first-router-secret',
    UPSTREAM_CA_FILE: ours.cert,
    UPSTREAM_CERT_FILE: ours.cert,
    UPSTREAM_KEY_FILE: ours.key,
    EVENTS_CA_FILE: ours.cert,
    EVENTS_AMQP_URL_FILE: 'amqp://127.0.0.1:1',
    OTEL_EXPORTER_OTLP_HEADERS_FILE: 'api-key=first',
    OTEL_EXPORTER_OTLP_TRACES_HEADERS_FILE: 'api-key=first',
    TRUSTED_DOCUMENTS_FILE: JSON.stringify({ a: image, b: entities }),
  };

  it('covers every setting that names a file', () => {
    const names = Object.values(settingTable).flatMap(({ name, isSecret }) =>
      isSecret ? [`${name}_FILE`] : name.endsWith('_FILE') ? [name] : [],
    );
    expect(Object.keys(valid).sort()).toEqual(names.sort());
  });

  it.each(Object.keys(valid))('%s', async (name) => {
    await using upstream = await startSecureUpstream(ours);
    const IMAGES_API_URL = upstream.url.replace('http:', 'https:');
    await using gateway = await start({ IMAGES_API_URL, TRUSTED_DOCUMENTS: 'enforce' }, valid);
    // What is valid among the changed files must not be used either.
    const changed = {
      ROUTER_SECRET_FILE: 'the-second-router-secret',
      UPSTREAM_CA_FILE: theirs.cert,
      TRUSTED_DOCUMENTS_FILE: '{"a": "{ __typename }"}',
    };
    gateway.reload({ ...changed, [name]: 'garbage' });
    await expect.poll(gateway.log).toMatch(new RegExp(`"mistakes":\\["${name} [^"\\\\]*.*could not be reloaded`));
    expect(gateway.log()).not.toContain('garbage');
    expect(await gateway.query(image)).toEqual([]);
    expect(await gateway.query(entities, { 'x-router-secret': 'the-first-router-secret' })).toEqual([]);
    expect(await gateway.query(entities, { 'x-router-secret': 'the-second-router-secret' })).toEqual(['FORBIDDEN']);
  });
});

it('new certificate authorities are trusted after a reload, and the old ones no longer', async () => {
  await using upstream = await startSecureUpstream(ours);
  const environment = { IMAGES_API_URL: upstream.url.replace('http:', 'https:'), UPSTREAM_RETRIES: '0' };
  await using gateway = await start(environment, { UPSTREAM_CA_FILE: theirs.cert });
  expect(await gateway.query(image)).toEqual(['UPSTREAM_UNAVAILABLE']);
  gateway.reload({ UPSTREAM_CA_FILE: theirs.cert + ours.cert });
  expect(await gateway.query(image)).toEqual([]);
  gateway.reload({ UPSTREAM_CA_FILE: theirs.cert });
  expect(await gateway.query(image)).toEqual(['UPSTREAM_UNAVAILABLE']);
});

it('a new manifest is enforced after a reload, and its operations are named in the metrics', async () => {
  await using upstream = await startUpstream((response) => sendJson(response, 200, {}));
  const environment = { IMAGES_API_URL: upstream.url, TRUSTED_DOCUMENTS: 'enforce' };
  const [first, second] = ['query First { __typename }', 'query Second { __typename }'];
  await using gateway = await start(environment, { TRUSTED_DOCUMENTS_FILE: JSON.stringify({ a: first }) });
  expect([await gateway.query(first), await gateway.query(second)]).toEqual([[], ['DOCUMENT_NOT_TRUSTED']]);
  gateway.reload({ TRUSTED_DOCUMENTS_FILE: JSON.stringify({ b: second }) });
  expect([await gateway.query(first), await gateway.query(second)]).toEqual([['DOCUMENT_NOT_TRUSTED'], []]);
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
  expect(metrics).toMatch(/image_gateway_operations_total\{name="Second",client="none",result="ok"\} 1/);
});

it('new headers are sent to the collector after a reload', async () => {
  await using collector = await startCollector();
  await using upstream = await startUpstream((response) => sendJson(response, 200, {}));
  const environment = { IMAGES_API_URL: upstream.url, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
  const gateway = await start(environment, { OTEL_EXPORTER_OTLP_HEADERS_FILE: 'api-key=first-key,x-scope=all' });
  try {
    gateway.reload({ OTEL_EXPORTER_OTLP_HEADERS_FILE: 'api-key=second-key' });
    await gateway.query('{ __typename }');
  } finally {
    await gateway[Symbol.asyncDispose]();
  }
  expect(collector.requests.map(({ headers }) => [headers['api-key'], headers['x-scope']])).toEqual([
    ['second-key', undefined],
  ]);
  expect(gateway.log()).not.toMatch(/first-key|second-key/);
});

describe('a new URL of the broker', () => {
  const members = {
    query: `subscription { imageMembersChanged(imageId: "${imageId(1)}") { changes { action memberId } } }`,
  };
  const account = { first: 'gateway:first-password', second: 'gateway:second-password' };

  /** A gateway with a subscription, whose views are polled only while there are no notifications. */
  async function subscribe(pollIntervalMs: number) {
    const sharing = await startSharing({});
    sharing.image(1);
    const broker = await startFakeBroker(account.first);
    const environment = {
      IMAGES_API_URL: sharing.upstreamUrl,
      SUBSCRIPTION_POLL_INTERVAL_MS: String(pollIntervalMs),
      SUBSCRIPTION_POLL_INTERVAL_WITH_EVENTS_MS: '3600000',
    };
    const gateway = await start(environment, { EVENTS_AMQP_URL_FILE: broker.urlFor(account.first) });
    const subscription = transports.sse(gateway.url, tokenOf('producer'), members);
    const next = async () => (await subscription.next())?.data?.['imageMembersChanged'];
    expect(await next()).toEqual({ changes: [] });
    await expect.poll(() => broker.consumers, { timeout: 5_000 }).toBe(1);
    return {
      broker,
      gateway,
      next,
      share: (project: 'a' | 'b') =>
        sharing.rest('producer', 'POST', `images/${imageId(1)}/members`, { member: projects[project] }),
      notify: (project: 'a' | 'b') =>
        broker.notify('image.member.create', { image_id: imageId(1), member_id: projects[project] }),
      async [Symbol.asyncDispose]() {
        await subscription[Symbol.asyncDispose]();
        await gateway[Symbol.asyncDispose]();
        await broker[Symbol.asyncDispose]();
        await sharing[Symbol.asyncDispose]();
      },
    };
  }

  it('is used for a new connection, and a change between the two is reported', async () => {
    // Not polled within the test: only notifications, and the read when they resume, can report a change.
    await using stage = await subscribe(3_600_000);
    const { broker, gateway } = stage;
    broker.allow(account.second);
    gateway.reload({ EVENTS_AMQP_URL_FILE: broker.urlFor(account.second) });
    await stage.share('a');
    expect(await stage.next()).toEqual({ changes: [{ action: 'ADDED', memberId: projects.a }] });
    await expect.poll(() => broker.consumers).toBe(1);
    await stage.share('b');
    stage.notify('b');
    expect(await stage.next()).toEqual({ changes: [{ action: 'ADDED', memberId: projects.b }] });
    expect(broker.accounts).toEqual([account.first, account.second]);
    expect(gateway.log()).not.toMatch(/first-password|second-password/);
  });

  it('that the broker refuses costs only freshness: views are polled until it is corrected', async () => {
    await using stage = await subscribe(200);
    const { broker, gateway } = stage;
    gateway.reload({ EVENTS_AMQP_URL_FILE: broker.urlFor(account.second) });
    await expect.poll(gateway.log, { timeout: 5_000 }).toContain('no events');
    await stage.share('a');
    expect(await stage.next()).toEqual({ changes: [{ action: 'ADDED', memberId: projects.a }] });
    gateway.reload({ EVENTS_AMQP_URL_FILE: broker.urlFor(account.first) });
    await expect.poll(() => broker.consumers, { timeout: 5_000 }).toBe(1);
  });

  it('that is the same as before leaves the connection alone', async () => {
    await using stage = await subscribe(3_600_000);
    const { broker, gateway } = stage;
    gateway.reload({ EVENTS_AMQP_URL_FILE: broker.urlFor(account.first) });
    await stage.share('a');
    stage.notify('a');
    expect(await stage.next()).toEqual({ changes: [{ action: 'ADDED', memberId: projects.a }] });
    expect(broker.accounts).toHaveLength(1);
  });

  it('is not affected by an earlier connection that fails late', async () => {
    await using stage = await subscribe(3_600_000);
    const { broker, gateway } = stage;
    const silent = await listen(createNetServer());
    gateway.reload({ EVENTS_AMQP_URL_FILE: silent.url.replace('http:', 'amqp:') });
    await expect.poll(() => silent.sockets.size, { timeout: 5_000 }).toBe(1);
    gateway.reload({ EVENTS_AMQP_URL_FILE: broker.urlFor(account.first) });
    await expect.poll(() => broker.accounts.length, { timeout: 5_000 }).toBe(2);
    await expect.poll(() => broker.consumers).toBe(1);
    await silent[Symbol.asyncDispose]();
    await stage.share('a');
    stage.notify('a');
    expect(await stage.next()).toEqual({ changes: [{ action: 'ADDED', memberId: projects.a }] });
    expect(await (await fetch(`${gateway.url}/metrics`)).text()).toMatch(/^image_gateway_events_connected 1$/m);
  });

  it('that changes twice in quick succession ends in one connection, with the last one', async () => {
    await using stage = await subscribe(3_600_000);
    const { broker, gateway } = stage;
    broker.allow(account.second);
    gateway.reload({ EVENTS_AMQP_URL_FILE: broker.urlFor('gateway:a-typing-error') });
    gateway.reload({ EVENTS_AMQP_URL_FILE: broker.urlFor(account.second) });
    await expect.poll(() => broker.accounts.at(-1), { timeout: 10_000 }).toBe(account.second);
    await stage.share('a');
    expect(await stage.next()).toEqual({ changes: [{ action: 'ADDED', memberId: projects.a }] });
    expect(broker.consumers).toBe(1);
  });
});
