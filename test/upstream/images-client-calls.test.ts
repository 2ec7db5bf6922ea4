import { describe, expect, it } from 'vitest';
import { Token } from '../../src/token.ts';
import { ImagesClient } from '../../src/upstream/images-client.ts';
import type { ClientCaller } from '../../src/upstream/session.ts';
import { createTransport } from '../support/transport.ts';
import { startUpstream } from '../support/upstream.ts';

const key = { imageId: 'an-image', memberId: 'a-member' };
const time = '2026-11-21T03:41:54Z';
const member = {
  image_id: key.imageId,
  member_id: key.memberId,
  status: 'pending',
  created_at: time,
  updated_at: time,
  schema: '/v2/schemas/member',
};

/** A client of a server that answers every request with this status and body. */
async function answering(body: unknown, status = 200, rest: Partial<ClientCaller> = {}) {
  const upstream = await startUpstream((response) => {
    response.writeHead(status);
    response.end(status === 204 ? undefined : JSON.stringify(body));
  });
  const { transport, reports, ...pool } = createTransport(upstream.url);
  const caller = { token: new Token('t'), requestId: 'r', signal: new AbortController().signal, ...rest };
  return {
    client: new ImagesClient(transport, null, caller),
    reports,
    received: upstream.received,
    async [Symbol.asyncDispose]() {
      await pool[Symbol.asyncDispose]();
      await upstream[Symbol.asyncDispose]();
    },
  };
}

/** Each call, and what its message says that could not be done. */
const calls: Readonly<Record<string, readonly [string, (client: ImagesClient) => Promise<unknown>]>> = {
  showMemberSchema: ['check the token', (client) => client.verifyToken()],
  getImage: ['look up image an-image', (client) => client.getImage(key.imageId)],
  updateImage: ['change image an-image', (client) => client.updateImage(key.imageId, { name: 'x' })],
  listImages: ['list images', (client) => client.listImages({ limit: 5 })],
  listImagesById: ['look up 2 images', (client) => client.listImagesById(['a', 'b'], false)],
  listImagesByMemberStatus: [
    'look up own member statuses in 2 images',
    (client) => client.listImagesByMemberStatus(['a', 'b'], 'PENDING', false),
  ],
  listMembers: ['list the members of image an-image', (client) => client.listMembers(key.imageId)],
  getMember: ['look up member a-member of image an-image', (client) => client.getMember(key)],
  createMember: ['make a-member a member of image an-image', (client) => client.createMember(key)],
  updateMember: [
    'set the status of member a-member of image an-image',
    (client) => client.updateMember(key, 'REJECTED'),
  ],
  deleteMember: ['remove member a-member from image an-image', (client) => client.deleteMember(key)],
  listTasks: ['find out whether the caller is an administrator', (client) => client.isRefusedTasks()],
};

it.each(Object.entries(calls))('%s has this name in metrics, and its error says what failed', async (name, row) => {
  const [doing, call] = row;
  await using upstream = await answering({}, 500);
  await expect(call(upstream.client)).rejects.toMatchObject({
    code: 'UPSTREAM_UNAVAILABLE',
    message: expect.stringMatching(`^Could not ${doing}: `),
  });
  expect(upstream.reports.map(({ operation }) => operation)).toEqual([name]);
});

describe('an update of an image', () => {
  it('is one JSON patch in the media type of the Images API', async () => {
    await using upstream = await answering({ id: key.imageId, name: 'x' });
    expect(await upstream.client.updateImage(key.imageId, { name: 'x' })).toMatchObject({ id: key.imageId, name: 'x' });
    expect(upstream.received).toMatchObject([
      { method: 'PATCH', target: '/v2/images/an-image', body: '[{"op":"replace","path":"/name","value":"x"}]' },
    ]);
    const mediaType = 'application/openstack-images-v2.1-json-patch';
    expect(upstream.received[0]?.headers).toContainEqual(['content-type', mediaType]);
  });

  it('has an unknown outcome if the answer is about another image', async () => {
    await using upstream = await answering({ id: 'another' });
    const error = upstream.client.updateImage(key.imageId, { name: 'x' });
    await expect(error).rejects.toMatchObject({ code: 'UPSTREAM_INVALID_RESPONSE', details: { outcome: 'UNKNOWN' } });
  });
});

describe('an answer about something else', () => {
  it.each([
    ['getImage', { id: 'another' }, 'another image'],
    ['getMember', { ...member, image_id: 'another' }, 'another image'],
    ['getMember', { ...member, member_id: 'another' }, 'another member'],
    ['createMember', { ...member, member_id: 'another' }, 'another member'],
    ['updateMember', { ...member, image_id: 'another' }, 'another image'],
  ])('is invalid, and the error says so: %s', async (name, body, words) => {
    await using upstream = await answering(body);
    await expect(calls[name]?.[1](upstream.client)).rejects.toMatchObject({
      code: 'UPSTREAM_INVALID_RESPONSE',
      message: expect.stringContaining(words),
    });
  });

  it('in a list is left out', async () => {
    const images = [{ id: 'A' }, { id: 'other' }, { id: 'b' }];
    await using upstream = await answering({ images, members: [{ ...member, image_id: 'another' }, member] });
    for (const name of ['listImagesById', 'listImagesByMemberStatus']) {
      const list = await calls[name]?.[1](upstream.client);
      expect(list).toMatchObject({
        rows: [{ id: 'A' }, { id: 'b' }],
        errors: [{ message: expect.stringContaining('not requested') }],
        more: false,
      });
    }
    const { rows, errors } = await upstream.client.listMembers(key.imageId);
    expect(rows).toMatchObject([{ memberId: key.memberId }]);
    expect(errors).toMatchObject([{ message: expect.stringContaining('another image') }]);
  });
});

it.each<readonly [string, unknown, boolean]>([
  ['with a link', '/v2/images?marker=b', true],
  ['without a link', undefined, false],
  ['with null', null, false],
  ['with a number', 1, false],
])('more images may follow a list %s to the next page', async (_what, next, more) => {
  await using upstream = await answering({ images: [{ id: 'a' }], next });
  expect((await upstream.client.listImagesById(['a'], false)).more).toBe(more);
  expect((await upstream.client.listImages({ limit: 1 })).more).toBe(more);
});

it('a page ends with the id of its last image', async () => {
  await using upstream = await answering({
    images: [{ id: 'a' }, { id: 'b' }, { id: 'c' }],
    next: '/v2/images?marker=m',
  });
  expect(await upstream.client.listImages({ limit: 5 })).toMatchObject({ lastId: 'c' });
});

it('what a refusal means is told in the words of the Images API', async () => {
  await using refusing = await answering({}, 401);
  const advice =
    'the Images API did not accept the token. Get a new one from the Identity service; if that one is refused too, the ' +
    'Images API may be unable to reach the Identity service.';
  await expect(refusing.client.listMembers('a')).rejects.toThrow(advice);
  await using finding = await answering({}, 404);
  await expect(finding.client.createMember(key)).rejects.toThrow('there is no such image or member');
  await expect(finding.client.listImages({ limit: 5 })).rejects.toThrow('Check IMAGES_API_URL');
});

it('an image without an id has none in its page, and the page ends with the id of its link', async () => {
  await using upstream = await answering({
    images: [{ id: 'a' }, 7, null, { id: 7 }, {}],
    next: '/v2/images?marker=m',
  });
  const page = await upstream.client.listImages({ limit: 5 });
  if (!('rows' in page)) return expect.fail();
  expect(page.rows.map(({ id }) => id)).toEqual(['a', undefined, undefined, undefined, undefined]);
  expect(page).toMatchObject({ more: true, lastId: 'm' });
});

describe('a token', () => {
  it('is verified by a small read, unless that is known', async () => {
    for (const isVerified of [false, true]) {
      const budget = {
        isVerified,
        refusal: null,
        isExceeded: false,
        startCall: () => {},
        receive: () => {},
        acceptToken: () => {},
        refuseToken: () => {},
      };
      await using upstream = await answering({}, 200, { budget });
      await upstream.client.verifyToken();
      expect(upstream.received.map(({ target }) => target)).toEqual(isVerified ? [] : ['/v2/schemas/member']);
    }
  });

  it.each([
    [200, { tasks: [] }, false],
    [403, {}, true],
    [404, {}, false],
  ])('with which tasks are answered with %i is refused them: %j, %j', async (status, body, refused) => {
    await using upstream = await answering(body, status);
    expect(await upstream.client.isRefusedTasks()).toBe(refused);
    expect(upstream.received).toMatchObject([{ method: 'GET', target: '/v2/tasks?limit=1' }]);
  });
});
