import { createHash } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Gateway, startGateway } from '../support/gateway.ts';
import { sendJson, startUpstream } from '../support/upstream.ts';

const document = 'query First($n: Int) { images(first: $n) { nodes { id } } }';
const sha256 = createHash('sha256').update(document).digest('hex');
const md5 = createHash('md5').update(document).digest('hex');

const manifests = {
  Relay: { [md5]: document },
  'GraphQL Code Generator': { [`sha256:${sha256}`]: document },
  Apollo: {
    format: 'apollo-persisted-query-manifest',
    version: 1,
    operations: [{ id: sha256, body: document, name: 'First', type: 'query' }],
  },
} as const;

function writeManifest(manifest: object): string {
  const file = join(mkdtempSync(join(tmpdir(), 'manifest-')), 'manifest.json');
  writeFileSync(file, JSON.stringify(manifest));
  return file;
}

async function start(mode: string, manifest: object = manifests.Apollo, environment = {}) {
  const upstream = await startUpstream((response) => sendJson(response, 200, { images: [] }));
  const gateway = await startGateway(upstream.url, {
    TRUSTED_DOCUMENTS: mode,
    TRUSTED_DOCUMENTS_FILE: writeManifest(manifest),
    ...environment,
  });
  return {
    gateway,
    upstream,
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await upstream[Symbol.asyncDispose]();
    },
  };
}

async function send(
  gateway: Gateway,
  body: object,
  headers = {},
): Promise<{ status: number; code: string | undefined }> {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-auth-token': 'token', ...headers },
    body: JSON.stringify(body),
  });
  const { errors } = (await response.json()) as { errors?: { extensions: { code: string } }[] };
  return { status: response.status, code: errors?.[0]?.extensions.code };
}

const fine = { status: 200, code: undefined };
const refused = { status: 400, code: 'DOCUMENT_NOT_TRUSTED' };

describe.each([
  ['Relay', { doc_id: md5 }],
  ['GraphQL Code Generator', { documentId: `sha256:${sha256}` }],
  ['GraphQL Code Generator', { documentId: sha256 }],
  ['Apollo', { extensions: { persistedQuery: { version: 1, sha256Hash: sha256 } } }],
] as const)('a manifest of %s', (name, id) => {
  it(`is found by ${JSON.stringify(id).slice(0, 20)}`, async () => {
    await using started = await start('enforce', manifests[name]);
    const { gateway, upstream } = started;
    expect(await send(gateway, { ...id, variables: { n: 7 } })).toEqual(fine);
    expect(upstream.received[0]?.target).toContain('limit=8');
    expect(await send(gateway, { query: document })).toEqual(fine);
    const search = new URLSearchParams(
      Object.entries(id).map(([key, value]): [string, string] => [
        key,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
    );
    const response = await fetch(`${gateway.url}/graphql?${search}`, { headers: { 'x-auth-token': 'token' } });
    expect(response.status).toBe(200);
  });
});

describe('a document outside the manifest', () => {
  const unknown = { query: '{ images { nodes { name } } }' };

  it('is refused if the manifest is enforced, without an upstream call', async () => {
    await using started = await start('enforce');
    const { gateway, upstream } = started;
    expect(await send(gateway, unknown)).toEqual(refused);
    expect(await send(gateway, { query: ` ${document}` })).toEqual(refused);
    expect(await send(gateway, { documentId: 'abc' })).toEqual(refused);
    expect(await send(gateway, { query: unknown.query, documentId: sha256 })).toEqual(refused);
    const sha256Hash = createHash('sha256').update(unknown.query).digest('hex');
    const persistedQuery = { version: 1, sha256Hash };
    expect(await send(gateway, { ...unknown, extensions: { persistedQuery } })).toEqual(refused);
    expect(await send(gateway, { extensions: { persistedQuery } })).toEqual(refused);
    expect(upstream.received).toHaveLength(0);
  });

  it('is executed and logged in logging mode', async () => {
    await using started = await start('log');
    const { gateway } = started;
    expect(await send(gateway, { ...unknown, query: 'query Other { __typename }', operationName: 'Other' })).toEqual(
      fine,
    );
    expect(await send(gateway, { query: document })).toEqual(fine);
    expect(gateway.log.filter((line) => line.includes('untrusted document'))).toHaveLength(1);
    expect(await (await fetch(`${gateway.url}/metrics`)).text()).toContain('image_gateway_untrusted_documents_total 1');
  });

  it('is executed for a router that sends the secret, because routers generate their documents', async () => {
    const secret = 'a secret of a router'.replaceAll(' ', '-');
    await using started = await start('enforce', manifests.Apollo, { ROUTER_SECRET: secret });
    // Other callers remain refused, however often the router sent it.
    for (let time = 1; time <= 3; time++) {
      expect(await send(started.gateway, unknown, { 'x-router-secret': secret })).toEqual(fine);
      expect(await send(started.gateway, unknown, { 'x-router-secret': 'another-that-is-long' })).toEqual(refused);
    }
  });
});

it('operations of the manifest keep their own name in the metrics, however many others came before', async () => {
  await using started = await start('log');
  const { gateway } = started;
  for (let index = 0; index < 105; index++) await send(gateway, { query: `query Q${index} { __typename }` });
  await send(gateway, { query: document });
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
  expect(metrics).toMatch(/image_gateway_operations_total\{name="First",client="none",result="ok"\} 1/);
  expect(metrics).toMatch(/image_gateway_operations_total\{name="other",client="none",result="ok"\} 5/);
});
