import { createServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { beforeEach, expect, it, vi } from 'vitest';
import { startGateway } from './support/gateway.ts';
import { refusingUrl } from './support/listen.ts';
import { type Script, startRawUpstream, startUpstream } from './support/upstream.ts';

const token = 'canary-of-the-caller';
const words = 'canary-of-upstream';
const secret = /canary-of/;

const key = 'imageId: "i", memberId: "m"';
const operations = [
  '{ image(id: "i") { name members { id } member(memberId: "m") { id } } }',
  '{ one: image(id: "00000000-0000-4000-8000-000000000001") { id } two: image(id: "00000000-0000-4000-8000-000000000002") { id } }',
  '{ images { nodes { id members { id } } } imageMember(imageId: "i", memberId: "m") { id } }',
  '{ _entities(representations: [{ __typename: "Image", id: "i" }]) { ... on Image { members { id } } } }',
  `mutation { createImageMember(input: { ${key} }) { image { name } userErrors { message } } }`,
  `mutation { updateMemberStatus(input: { ${key}, status: ACCEPTED }) { image { name } userErrors { message } } }`,
  `mutation { deleteImageMember(input: { ${key} }) { image { name } userErrors { message } } }`,
];

beforeEach(() => {
  vi.spyOn(Math, 'random').mockReturnValue(0);
});

/** Runs all operations, some bad requests too, and looks for what must not be seen in all that can be seen. */
async function search(upstreamUrl: string): Promise<void> {
  await using gateway = await startGateway(upstreamUrl, {
    UPSTREAM_DEADLINE_MS: '50',
    UPSTREAM_MAX_BODY_BYTES: '2048',
    MAX_REQUEST_BYTES: '1024',
  });
  const seen: string[] = [];
  const send = async (body: string, headers: Readonly<Record<string, string>>, path = '/graphql', method = 'POST') => {
    const response = await fetch(gateway.url + path, { method, headers, ...(method === 'POST' && { body }) });
    seen.push(JSON.stringify([...response.headers]), await response.text());
  };
  const json = { 'content-type': 'application/json' };
  for (const query of operations) {
    await send(JSON.stringify({ query }), { ...json, 'x-auth-token': token });
  }
  const [query = ''] = operations;
  const search = `?query=${encodeURIComponent(query)}`;
  await send(JSON.stringify({ query }), { ...json, authorization: `Bearer ${token}` });
  await send('', { 'x-auth-token': token, authorization: 'Bearer other' }, `/graphql${search}`, 'GET');
  await send('', { authorization: `Basic ${token}` }, `/graphql${search}`, 'GET');
  await send('', { 'x-auth-token': token, accept: 'text/html' }, '/graphql', 'GET');
  for (const bad of ['', '{', '[]', '{"query": "{ nothing"}', '{"query": "{ nothing }"}', ' '.repeat(2000)]) {
    await send(bad, { ...json, 'x-auth-token': token });
  }
  for (const path of ['/healthz', '/readyz', '/metrics', '/nothing'])
    await send('', { 'x-auth-token': token }, path, 'GET');

  const log = gateway.log.join('');
  expect(log).toContain('"msg":"operation"');
  for (const text of [...seen, log]) {
    expect(text).not.toMatch(secret);
    expect(text).not.toContain(new URL(upstreamUrl).host);
  }
}

const headers = {
  'x-openstack-request-id': `${words} http://10.0.0.1`,
  'www-authenticate': `Keystone uri="${words}"`,
  'retry-after': words,
  'x-other': words,
};

it.each([200, 201, 300, 302, 400, 401, 403, 404, 405, 409, 413, 414, 415, 429, 431, 500, 502, 503, 504])(
  "no token and none of upstream's words or addresses are seen after %i",
  async (status) => {
    for (const body of [
      `{"message": "${words}", "token": "${token}"}`,
      `<html>${words} ${token}</html>`,
      `{"images": [{"id": 1, "name": "${words}"}], "members": ["${words}"], "status": "${words}"}`,
    ]) {
      await using upstream = await startUpstream((response) => {
        response.writeHead(status, { ...headers, location: `http://${words}/` });
        response.end(body);
      });
      await search(upstream.url);
    }
  },
);

it.each<readonly [string, Script]>([
  ['no answer', () => {}],
  ['a large one', (response) => response.end(words.repeat(1000))],
  ['one that is encoded', (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(words))],
  ['one that is not UTF-8', (response) => response.end(Buffer.concat([Buffer.from(words), Buffer.from([0xff])]))],
  ['one that is no JSON', (response) => response.end(words)],
  [
    'one that is cut off',
    (response) => response.writeHead(200, { 'content-length': '99' }).write(words, () => response.destroy()),
  ],
])('nor after %s', async (_name, script) => {
  await using upstream = await startUpstream(script);
  await search(upstream.url);
});

it.each([
  ['a reset', ''],
  ['no HTTP', `${words}\r\n`],
  ['wrong headers', `HTTP/1.1 200 OK\r\n${words}\0: ${token}\r\n\r\n`],
])('nor after %s', async (_name, bytes) => {
  await using upstream = await startRawUpstream((socket) => {
    if (bytes) socket.end(bytes);
    else socket.resetAndDestroy();
  });
  await search(upstream.url);
});

it('nor where upstream is not there', async () => {
  await search(await refusingUrl(createServer()));
});
