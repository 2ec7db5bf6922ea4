import { gzipSync } from 'node:zlib';
import { beforeEach, expect, it, vi } from 'vitest';
import { startCollector } from './support/collector.ts';
import { startGateway } from './support/gateway.ts';
import { refusingUrl } from './support/listen.ts';
import { type Script, sendJson, startRawUpstream, startUpstream } from './support/upstream.ts';

const token = 'canary-of-the-caller';
const routerSecret = 'canary-of-the-router';
const words = 'canary-of-upstream';
const secret = /canary-of/;

/** Values that may be returned to the caller, but must not appear anywhere else. */
const [image, member] = ['value-of-an-image', 'value-of-a-member'];
const values = /value-of/;

const key = `imageId: "${image}", memberId: "${member}"`;
const change = '{ changes { outcome userErrors { message } } userErrors { message } }';
const operations = [
  `{ image(id: "${image}") { name members { id } member(memberId: "${member}") { id } } }`,
  '{ one: image(id: "00000000-0000-4000-8000-000000000001") { id } two: image(id: "00000000-0000-4000-8000-000000000002") { id } }',
  `{ images { nodes { id members { id } myMembership { status } } } imageMember(${key}) { id } }`,
  `{ _entities(representations: [{ __typename: "Image", id: "${image}" }]) { ... on Image { members { id } } } }`,
  `{ viewer { user { name } project { name } projects { name } } imageMember(${key}) { project { name } } }`,
  `{ _entities(representations: [{ __typename: "Project", id: "${member}" }]) { ... on Project { name } } }`,
  `mutation { createImageMember(input: { ${key} }) { image { name } userErrors { message } } }`,
  `mutation { updateMemberStatus(input: { ${key}, status: ACCEPTED }) { image { name } userErrors { message } } }`,
  `mutation { deleteImageMember(input: { ${key} }) { image { name } userErrors { message } } }`,
  `mutation { createImageMembers(input: { imageIds: ["${image}", "2"], memberIds: ["${member}"] }) ${change} }`,
  `mutation { deleteImageMembers(input: { imageIds: ["${image}", "2"], memberIds: ["${member}"] }) ${change} }`,
  `mutation { setImageMembers(input: { imageId: "${image}", memberIds: ["${member}"] }) ${change} }`,
];

beforeEach(() => {
  vi.spyOn(Math, 'random').mockReturnValue(0);
});

/** Runs all operations and some bad requests, and searches all output for secrets. */
async function search(upstreamUrl: string): Promise<void> {
  await using collector = await startCollector();
  const answers: string[] = [];
  const written: string[] = [];
  {
    await using gateway = await startGateway(upstreamUrl, {
      UPSTREAM_DEADLINE_MS: '50',
      UPSTREAM_MAX_BODY_BYTES: '2048',
      MAX_REQUEST_BYTES: '1024',
      ROUTER_SECRET: routerSecret,
      IDENTITY_API_URL: upstreamUrl,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    });
    const send = async (
      body: string,
      headers: Readonly<Record<string, string>>,
      path = '/graphql',
      method = 'POST',
    ): Promise<string> => {
      const response = await fetch(gateway.url + path, { method, headers, ...(method === 'POST' && { body }) });
      const text = await response.text();
      answers.push(JSON.stringify([...response.headers]), text);
      return text;
    };
    const json = { 'content-type': 'application/json', 'x-router-secret': routerSecret };
    for (const query of operations) {
      // Twice concurrently, so that one may share the call of the other.
      const ask = () => send(JSON.stringify({ query }), { ...json, 'x-auth-token': token });
      await Promise.all([ask(), ask()]);
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
    const variables = { image, member: [member] };
    await send(JSON.stringify({ query: 'query ($image: ID!) { image(id: $image) { id } }', variables }), json);
    await send(JSON.stringify({ query: 'query ($member: Int) { images(first: $member) { x } }', variables }), json);
    for (const path of ['/healthz', '/readyz', '/nothing']) await send('', { 'x-auth-token': token }, path, 'GET');
    written.push(await send('', { 'x-auth-token': token }, '/metrics', 'GET'), ...gateway.log);
  }
  const logged = written.join('\n');
  const all = [logged, ...collector.received].join('\n');
  for (const kind of ['"msg":"operation"', '"stringValue":"mutation"', 'image_gateway_operations_total']) {
    expect(all).toContain(kind);
  }
  expect(all).not.toMatch(values);
  for (const text of [...answers, all]) expect(text).not.toMatch(secret);
  // Traces say where upstream is: they are for operators alone.
  for (const text of [...answers, logged]) expect(text).not.toContain(new URL(upstreamUrl).host);
}

const headers = {
  'x-openstack-request-id': `${words} http://10.0.0.1`,
  'www-authenticate': `Keystone uri="${words}"`,
  'retry-after': words,
  'x-other': words,
};

it.each([200, 201, 300, 302, 400, 401, 403, 404, 405, 409, 413, 414, 415, 429, 431, 500, 502, 503, 504])(
  'no token, upstream message or address is exposed after %i',
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

it.each([200, 400, 401, 403, 404, 409, 413, 429, 500, 503])(
  'nor after %i from an upstream that echoes the request, which does not contain the router secret',
  async (status) => {
    await using upstream = await startUpstream((response, request) => {
      const { method, target, headers, body } = request;
      const echoed = { 'x-openstack-request-id': token, 'x-echo': JSON.stringify(headers), 'retry-after': token };
      sendJson(
        response,
        status,
        { message: `${method} ${target}`, headers, body, images: [{ id: 1, name: token }] },
        echoed,
      );
    });
    await search(upstream.url);
    expect(JSON.stringify(upstream.received.map(({ headers }) => headers))).toContain(token);
    for (const { headers, body } of upstream.received)
      expect(JSON.stringify(headers) + body).not.toContain(routerSecret);
  },
);

it.each<readonly [string, Script]>([
  ['no answer', () => {}],
  ['a large answer', (response) => response.end(words.repeat(1000))],
  ['an encoded answer', (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(words))],
  ['an answer that is not UTF-8', (response) => response.end(Buffer.concat([Buffer.from(words), Buffer.from([0xff])]))],
  ['an answer that is not JSON', (response) => response.end(words)],
  [
    'a truncated answer',
    (response) => response.writeHead(200, { 'content-length': '99' }).write(words, () => response.destroy()),
  ],
])('nor after %s', async (_name, script) => {
  await using upstream = await startUpstream(script);
  await search(upstream.url);
});

it.each([
  ['a reset', ''],
  ['an answer that is not HTTP', `${words}\r\n`],
  ['wrong headers', `HTTP/1.1 200 OK\r\n${words}\0: ${token}\r\n\r\n`],
])('nor after %s', async (_name, bytes) => {
  await using upstream = await startRawUpstream((socket) => {
    if (bytes) socket.end(bytes);
    else socket.resetAndDestroy();
  });
  await search(upstream.url);
});

it('nor if upstream is unreachable', async () => {
  await search(refusingUrl);
});
