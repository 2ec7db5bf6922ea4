import { expect, it } from 'vitest';
import { GatewayError } from '../../src/errors.ts';
import { Token } from '../../src/token.ts';
import { ImagesClient } from '../../src/upstream/images-client.ts';
import { createTransport } from '../support/transport.ts';
import { startUpstream } from '../support/upstream.ts';

const key = { imageId: 'an image', memberId: 'a?member' };
const row = {
  image_id: 'an image',
  member_id: 'a?member',
  status: 'pending',
  created_at: '2026-11-21T03:41:54Z',
  updated_at: '2026-11-21T03:41:54Z',
  schema: '/v2/schemas/member',
};

/** A client of a server that answers every request with this body. */
async function answering(body: string, status = 200) {
  const upstream = await startUpstream((response) => {
    response.writeHead(status);
    response.end(status === 204 ? undefined : body);
  });
  const { transport, ...pool } = createTransport(upstream.url, { maxBodyBytes: 10_000 });
  const caller = { token: new Token('t'), requestId: 'r', signal: new AbortController().signal };
  return {
    client: new ImagesClient(transport, null, caller),
    anonymous: new ImagesClient(transport, null, { ...caller, token: new GatewayError('UNAUTHENTICATED', 'none') }),
    received: upstream.received,
    async [Symbol.asyncDispose]() {
      await pool[Symbol.asyncDispose]();
      await upstream[Symbol.asyncDispose]();
    },
  };
}

const methods = {
  getImage: (client: ImagesClient) => client.getImage('an image'),
  listImages: (client: ImagesClient) => client.listImages({ limit: 5 }),
  listImagesById: (client: ImagesClient) => client.listImagesById(['a', 'b'], true),
  listMembers: (client: ImagesClient) => client.listMembers('an image'),
  getMember: (client: ImagesClient) => client.getMember(key),
  createMember: (client: ImagesClient) => client.createMember(key),
  updateMember: (client: ImagesClient) => client.updateMember(key, 'ACCEPTED'),
  deleteMember: (client: ImagesClient) => client.deleteMember(key),
};
const writes = ['createMember', 'updateMember'] as const;
const reads = ['getImage', 'listImages', 'listImagesById', 'listMembers', 'getMember'] as const;

it.each<readonly [keyof typeof methods, string, string]>([
  ['getImage', 'GET /v2/images/an%20image', ''],
  ['listImages', 'GET /v2/images?limit=5', ''],
  ['listImagesById', 'GET /v2/images?limit=2&visibility=all&member_status=all&os_hidden=true&id=in:a,b', ''],
  ['listMembers', 'GET /v2/images/an%20image/members', ''],
  ['getMember', 'GET /v2/images/an%20image/members/a%3Fmember', ''],
  ['createMember', 'POST /v2/images/an%20image/members', '{"member":"a?member"}'],
  ['updateMember', 'PUT /v2/images/an%20image/members/a%3Fmember', '{"status":"accepted"}'],
  ['deleteMember', 'DELETE /v2/images/an%20image/members/a%3Fmember', ''],
])('%s is %s', async (name, request, body) => {
  const { members, images, ...rest } = { ...row, id: 'an image', members: [], images: [] };
  await using upstream = await answering(
    JSON.stringify({ ...rest, status: 'pending', members, images }),
    name === 'deleteMember' ? 204 : 200,
  );
  await methods[name](upstream.client);
  expect(upstream.received.map(({ method, target }) => `${method} ${target}`)).toEqual([request]);
  expect(upstream.received[0]?.body).toBe(body);
});

it.each(Object.entries(methods))('%s without a token makes no call', async (_name, method) => {
  await using upstream = await answering('{}');
  await expect(method(upstream.anonymous)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  expect(upstream.received).toHaveLength(0);
});

const nonsense = ['', 'null', '<html>', '{"members": {}, "images": 1}', '[]', '{"id": ', '"text"'];
it.each(nonsense)('a 200 with the body %j is malformed', async (body) => {
  await using upstream = await answering(body);
  for (const name of reads) {
    const error = await methods[name](upstream.client).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'UPSTREAM_INVALID_RESPONSE' });
    expect((error as GatewayError).details.outcome).toBeUndefined();
  }
  for (const name of writes) {
    await expect(methods[name](upstream.client)).rejects.toMatchObject({
      code: 'UPSTREAM_INVALID_RESPONSE',
      details: { outcome: 'UNKNOWN' },
    });
  }
});

it.each(['createMember', 'updateMember'] as const)('%s returns the row from any 2xx answer', async (name) => {
  await using upstream = await answering(JSON.stringify(row), 201);
  expect(await methods[name](upstream.client)).toMatchObject({ memberId: row.member_id });
});

it.each([
  [200, ''],
  [200, '{"removed": true}'],
  [204, ''],
])('deleteMember is done with %i and the body %j', async (status, body) => {
  await using upstream = await answering(body, status);
  await methods.deleteMember(upstream.client);
  expect(upstream.received.map(({ method }) => method)).toEqual(['DELETE']);
});

it.each([
  [200, '<html>Welcome</html>'],
  [202, ''],
])('deleteMember has an unknown outcome with %i and the body %j', async (status, body) => {
  await using upstream = await answering(body, status);
  await expect(methods.deleteMember(upstream.client)).rejects.toMatchObject({ details: { outcome: 'UNKNOWN' } });
});

it('a byte order mark before JSON is skipped', async () => {
  await using upstream = await answering(`\uFEFF${JSON.stringify(row)}`);
  expect(await methods.getMember(upstream.client)).toMatchObject({ memberId: row.member_id });
  await using twice = await answering(`\uFEFF\uFEFF${JSON.stringify(row)}`);
  await expect(methods.getMember(twice.client)).rejects.toMatchObject({ code: 'UPSTREAM_INVALID_RESPONSE' });
});

/** Stands for a string that is long or cannot be encoded. */
const untouchable = new Proxy({}, { get: () => expect.fail('looked at') }) as never as string;
const untouchableKey = { imageId: untouchable, memberId: untouchable };

it.each<readonly [string, (client: ImagesClient) => Promise<unknown>]>([
  ['getImage', (client) => client.getImage(untouchable)],
  ['listImages', (client) => client.listImages({ limit: 1, name: untouchable, tag: untouchable, marker: untouchable })],
  ['listImagesById', (client) => client.listImagesById([untouchable], false)],
  ['listImagesByMemberStatus', (client) => client.listImagesByMemberStatus([untouchable], 'PENDING', false)],
  ['listMembers', (client) => client.listMembers(untouchable)],
  ['getMember', (client) => client.getMember(untouchableKey)],
  ['createMember', (client) => client.createMember(untouchableKey)],
  ['updateMember', (client) => client.updateMember(untouchableKey, 'ACCEPTED')],
  ['deleteMember', (client) => client.deleteMember(untouchableKey)],
])('%s without a token fails before its arguments are read', async (_name, ask) => {
  await using upstream = await answering('{}');
  await expect(ask(upstream.anonymous)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});

it.each([
  ['getImage', (client: ImagesClient) => client.getImage('é')],
  ['getMember', (client: ImagesClient) => client.getMember({ imageId: 'i', memberId: 'projé' })],
] as const)('an id that cannot be in a path is not found: %s', async (_name, ask) => {
  await using upstream = await answering('{}');
  expect(await ask(upstream.client)).toBeNull();
  expect(upstream.received).toHaveLength(0);
});

it('writes with an id that cannot be in a path are refused, because the path would mean another id', async () => {
  await using upstream = await answering('{}');
  for (const name of ['createMember', 'updateMember', 'deleteMember'] as const) {
    const write = upstream.client[name] as (key: object, status: string) => Promise<unknown>;
    await expect(write.call(upstream.client, { imageId: 'é', memberId: 'é' }, 'ACCEPTED')).rejects.toMatchObject({
      status: 404,
    });
  }
  expect(upstream.received).toHaveLength(0);
});

it('an answer may have another spelling of the requested id, but no other id', async () => {
  for (const [memberId, isTaken] of [
    ['A?MEMBER', true],
    ['a?member  ', true],
    ['á?member', true],
    ['a?members', false],
    ['b?member', false],
  ] as const) {
    await using upstream = await answering(JSON.stringify({ ...row, member_id: memberId }));
    const got = await methods.getMember(upstream.client).catch((error: GatewayError) => error.code);
    expect(got).toEqual(isTaken ? expect.objectContaining({ memberId }) : 'UPSTREAM_INVALID_RESPONSE');
  }
});

it('404 is null for a lookup, and an error for a list and a write', async () => {
  await using upstream = await answering('{}', 404);
  expect(await methods.getImage(upstream.client)).toBeNull();
  expect(await methods.getMember(upstream.client)).toBeNull();
  for (const name of ['listMembers', 'deleteMember', ...writes] as const) {
    await expect(methods[name](upstream.client)).rejects.toMatchObject({ status: 404 });
  }
});

it('a malformed row is left out of its list and reported', async () => {
  const bad = { ...row, status: 'perhaps' };
  await using upstream = await answering(
    JSON.stringify({
      members: [row, bad, 7],
      images: [{ id: 'a' }, { id: 'b', size: -1 }],
      next: '/v2/images?marker=b',
    }),
  );
  const members = await upstream.client.listMembers('an image');
  expect(members.rows).toHaveLength(1);
  expect(members.errors.map(({ code }) => code)).toEqual(['UPSTREAM_INVALID_RESPONSE', 'UPSTREAM_INVALID_RESPONSE']);
  const page = await upstream.client.listImages({ limit: 2 });
  expect(page).toMatchObject({
    rows: [
      { id: 'a', image: { id: 'a' } },
      { id: 'b', image: { code: 'UPSTREAM_INVALID_RESPONSE' } },
    ],
    more: true,
    lastId: 'b',
  });
});

it('filters and order are sent as upstream parameters, without null values', async () => {
  await using upstream = await answering('{"images": []}');
  await upstream.client.listImages({
    visibility: 'SHARED',
    memberStatus: 'ALL',
    owner: 'o&p',
    name: 'Ubuntu: 22.04',
    status: 'PENDING_DELETE',
    tag: 'ü',
    hidden: false,
    protected: true,
    diskFormat: 'qcow2',
    containerFormat: null,
    sortKey: 'created_at',
    sortDir: 'asc',
    marker: 'm',
    limit: 3,
  });
  const [received] = upstream.received;
  expect(Object.fromEntries(new URL(received?.target ?? '', 'http://upstream').searchParams)).toEqual({
    limit: '3',
    visibility: 'shared',
    member_status: 'all',
    owner: 'o&p',
    name: 'eq:Ubuntu: 22.04',
    status: 'eq:pending_delete',
    tag: 'ü',
    os_hidden: 'false',
    protected: 'true',
    disk_format: 'eq:qcow2',
    sort_key: 'created_at',
    sort_dir: 'asc',
    marker: 'm',
  });
});
