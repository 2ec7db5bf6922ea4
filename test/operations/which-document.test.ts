import { createHash } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startGateway } from '../support/gateway.ts';
import { sendJson, startUpstream } from '../support/upstream.ts';

const secret = 'the-secret-of-the-router';
const trusted = 'query Trusted { __typename }';
const ofRouter = 'query OfRouter { images(first: 3) { nodes { id } } }';
const large = 'query Large($n: Int) { images(first: $n) { nodes { members { status } } } }';

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

const persisted = (sha256Hash: unknown, more: object = {}) => ({
  extensions: { persistedQuery: { version: 1, sha256Hash } },
  ...more,
});

/** A gateway in front of an Images API without images, with functions to send it requests. */
async function start(environment: Record<string, string> = {}) {
  const upstream = await startUpstream((response) => sendJson(response, 200, { images: [] }));
  const gateway = await startGateway(upstream.url, environment);
  async function send(body: object, headers: Record<string, string> = {}) {
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-auth-token': 'token', ...headers },
      body: JSON.stringify(body),
    });
    const { data, errors } = (await response.json()) as { data?: unknown; errors?: { extensions: { code: string } }[] };
    return { status: response.status, data, code: errors?.[0]?.extensions.code };
  }
  return {
    gateway,
    upstream,
    send,
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await upstream[Symbol.asyncDispose]();
    },
  };
}

/** Every way to name a document by its hash. */
const ways: readonly (readonly [string, (hash: string) => object])[] = [
  ['a persisted query', (hash) => persisted(hash)],
  ['a persisted query with an empty document', (hash) => persisted(hash, { query: '' })],
  ['a persisted query with a documentId', (hash) => persisted(hash, { documentId: 'x' })],
  ['a persisted query with a doc_id', (hash) => persisted(hash, { doc_id: 'x' })],
  ['a persisted query in a list', (hash) => persisted([hash])],
  ['a persisted query in an object', (hash) => persisted({ toString: hash })],
  ['a documentId', (hash) => ({ documentId: hash })],
  ['a documentId that names its algorithm', (hash) => ({ documentId: `sha256:${hash}` })],
  ['a documentId in a list', (hash) => ({ documentId: [hash] })],
  ['a doc_id', (hash) => ({ doc_id: hash })],
  ['an equal documentId and doc_id', (hash) => ({ doc_id: hash, documentId: hash })],
];

describe.each(ways)('a document that is named by %s', (_way, toBody) => {
  it('is subject to the limits', async () => {
    await using started = await start({ MAX_COST: '100' });
    const { send, upstream } = started;
    expect((await send({ query: large, variables: { n: 2 } })).status).toBe(200);
    const before = upstream.received.length;
    const { status, data } = await send({ ...toBody(sha256(large)), variables: { n: 500 } });
    expect({ status, data, calls: upstream.received.length - before }).toEqual({
      status: 400,
      data: undefined,
      calls: 0,
    });
  });

  it('is not executed for a client if only the router has sent its text', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'manifest-')), 'manifest.json');
    writeFileSync(file, JSON.stringify({ [sha256(trusted)]: trusted }));
    await using started = await start({
      TRUSTED_DOCUMENTS: 'enforce',
      TRUSTED_DOCUMENTS_FILE: file,
      ROUTER_SECRET: secret,
    });
    const { send, upstream } = started;
    const body = { query: ofRouter, ...persisted(sha256(ofRouter)) };
    expect((await send(body, { 'x-router-secret': secret })).status).toBe(200);
    const before = upstream.received.length;
    const { status, data } = await send(toBody(sha256(ofRouter)));
    expect({ status, data, calls: upstream.received.length - before }).toEqual({
      status: 400,
      data: undefined,
      calls: 0,
    });
  });
});

it('a request that names two different documents is refused', async () => {
  await using started = await start();
  for (const body of [
    { documentId: sha256(trusted), doc_id: 'another' },
    persisted(sha256(trusted), { documentId: 'another' }),
    { query: trusted, ...persisted(sha256(large)) },
  ]) {
    expect(await started.send(body)).toEqual({ status: 400, data: undefined, code: 'BAD_REQUEST' });
  }
});

describe('a GET', () => {
  async function get(started: Awaited<ReturnType<typeof start>>, parameters: Record<string, string>) {
    const { gateway, upstream } = started;
    const before = upstream.received.length;
    const response = await fetch(`${gateway.url}/graphql?${new URLSearchParams(parameters)}`, {
      headers: { 'x-auth-token': 'token', accept: 'application/json' },
    });
    return { status: response.status, calls: upstream.received.length - before };
  }

  it('is subject to the limits with its own variables', async () => {
    await using started = await start({ MAX_COST: '100' });
    for (const query of [{ query: large }, persistedInUrl(large), { documentId: sha256(large) }]) {
      expect(await get(started, { ...query, query: large, variables: '{"n":2}' })).toEqual({ status: 200, calls: 1 });
      expect(await get(started, { ...query, variables: '{"n":500}' })).toEqual({ status: 400, calls: 0 });
      expect(await get(started, { ...query, variables: '{"n":2}' })).toEqual({ status: 200, calls: 1 });
    }
  });

  it('may name a trusted document by its id, and no other', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'manifest-')), 'manifest.json');
    writeFileSync(file, JSON.stringify({ [sha256(trusted)]: trusted }));
    await using started = await start({ TRUSTED_DOCUMENTS: 'enforce', TRUSTED_DOCUMENTS_FILE: file });
    expect(await get(started, { documentId: sha256(trusted) })).toEqual({ status: 200, calls: 0 });
    expect(await get(started, persistedInUrl(trusted))).toEqual({ status: 200, calls: 0 });
    expect(await get(started, { documentId: sha256(ofRouter) })).toEqual({ status: 400, calls: 0 });
    expect(await get(started, { query: ofRouter })).toEqual({ status: 400, calls: 0 });
  });
});

function persistedInUrl(text: string): Record<string, string> {
  return { extensions: JSON.stringify(persisted(sha256(text)).extensions) };
}

it('an empty operation name counts as absent, in a POST and in a GET', async () => {
  await using started = await start();
  expect(await started.send({ query: trusted, operationName: '' })).toMatchObject({ status: 200, code: undefined });
  const search = new URLSearchParams({ query: trusted, operationName: '', variables: '', extensions: '' });
  expect((await fetch(`${started.gateway.url}/graphql?${search}`)).status).toBe(200);
});
