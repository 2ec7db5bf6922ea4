import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { imageId, projects, startSharing, tokenOf } from '../support/sharing.ts';
import { type Subscribed, transports } from '../support/subscribe.ts';

const fast = { SUBSCRIPTION_POLL_INTERVAL_MS: '100' };

const members = (image: number) => ({
  query: `subscription Members($id: ID!) {
    imageMembersChanged(imageId: $id) {
      image { name members { memberId status } }
      changes { action memberId imageMember { status } deletedImageMemberId }
    }
  }`,
  variables: { id: imageId(image) },
});

const inbox = {
  query: `subscription Inbox {
    sharedWithMeChanged { images { name myMembership { status } } changes { action imageId memberId imageMember { status } } }
  }`,
};

async function nextData(subscription: Subscribed, field: string): Promise<unknown> {
  const payload = await subscription.next();
  expect(payload?.errors).toBeUndefined();
  return payload?.data?.[field];
}

describe.each(Object.entries(transports))('over %s', (name, subscribe) => {
  it('the first payload is the state, and later ones tell what changed', async () => {
    await using sharing = await startSharing({ environment: fast });
    sharing.image(1);
    const { url } = sharing.gateway;
    await using subscription = subscribe(url, tokenOf('producer'), members(1));
    expect(await nextData(subscription, 'imageMembersChanged')).toEqual({
      image: { name: 'image 1', members: [] },
      changes: [],
    });

    expect(await sharing.rest('producer', 'POST', `images/${imageId(1)}/members`, { member: projects.a })).toBe(200);
    expect(await nextData(subscription, 'imageMembersChanged')).toEqual({
      image: { name: 'image 1', members: [{ memberId: projects.a, status: 'PENDING' }] },
      changes: [
        { action: 'ADDED', memberId: projects.a, imageMember: { status: 'PENDING' }, deletedImageMemberId: null },
      ],
    });

    await sharing.rest('a', 'PUT', `images/${imageId(1)}/members/${projects.a}`, { status: 'accepted' });
    expect(await nextData(subscription, 'imageMembersChanged')).toMatchObject({
      changes: [{ action: 'UPDATED', imageMember: { status: 'ACCEPTED' } }],
    });

    await sharing.rest('producer', 'DELETE', `images/${imageId(1)}/members/${projects.a}`);
    expect(await nextData(subscription, 'imageMembersChanged')).toMatchObject({
      image: { members: [] },
      changes: [{ action: 'REMOVED', imageMember: null, deletedImageMemberId: expect.any(String) }],
    });
  });

  it('one that is refused while it starts leaves no memory in use', async () => {
    await using sharing = await startSharing({ environment: fast });
    const { url } = sharing.gateway;
    await using subscription = subscribe(url, tokenOf('producer'), { ...members(1), variables: { id: '..' } });
    expect((await subscription.next())?.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(await subscription.next()).toBeNull();
    const metrics = async () => (await fetch(`${url}/metrics`)).text();
    await expect.poll(metrics).toMatch(/^image_gateway_working_bytes 0$/m);
  });

  it('a consumer sees its inbox fill and empty', async () => {
    await using sharing = await startSharing({ environment: fast });
    sharing.image(1);
    sharing.image(2, { owner: projects.a, visibility: 'shared' });
    await using subscription = subscribe(sharing.gateway.url, tokenOf('a'), inbox);
    expect(await nextData(subscription, 'sharedWithMeChanged')).toEqual({ images: [], changes: [] });
    await sharing.rest('producer', 'POST', `images/${imageId(1)}/members`, { member: projects.a });
    expect(await nextData(subscription, 'sharedWithMeChanged')).toEqual({
      images: [{ name: 'image 1', myMembership: { status: 'PENDING' } }],
      changes: [{ action: 'ADDED', imageId: imageId(1), memberId: projects.a, imageMember: { status: 'PENDING' } }],
    });
    await sharing.rest('a', 'PUT', `images/${imageId(1)}/members/${projects.a}`, { status: 'accepted' });
    expect(await nextData(subscription, 'sharedWithMeChanged')).toEqual({
      images: [],
      changes: [{ action: 'UPDATED', imageId: imageId(1), memberId: projects.a, imageMember: { status: 'ACCEPTED' } }],
    });
  });

  it('an image that is made private tells its consumer so and ends', async () => {
    await using sharing = await startSharing({ environment: fast });
    sharing.image(1, {}, { a: 'accepted', b: 'pending' });
    await using subscription = subscribe(sharing.gateway.url, tokenOf('a'), members(1));
    expect(await nextData(subscription, 'imageMembersChanged')).toMatchObject({ image: { name: 'image 1' } });
    const patch = [{ op: 'replace', path: '/visibility', value: 'private' }];
    expect(await sharing.rest('producer', 'PATCH', `images/${imageId(1)}`, patch)).toBe(200);
    expect(await nextData(subscription, 'imageMembersChanged')).toMatchObject({
      image: null,
      changes: [{ action: 'REMOVED', memberId: projects.a }],
    });
    expect(await subscription.next()).toBeNull();
  });

  it('an image that the token may not see is null, and the subscription is complete', async () => {
    await using sharing = await startSharing({ environment: fast });
    sharing.image(1);
    await using subscription = subscribe(sharing.gateway.url, tokenOf('stranger'), members(1));
    expect(await nextData(subscription, 'imageMembersChanged')).toBeNull();
    expect(await subscription.next()).toBeNull();
  });

  it('without a token nothing is read, and the refusal tells why', async () => {
    await using sharing = await startSharing({ environment: fast });
    sharing.image(1);
    await using subscription = subscribe(sharing.gateway.url, null, members(1));
    const told = await subscription.next().then(JSON.stringify, (error: unknown) => JSON.stringify(error));
    expect(told).toContain('UNAUTHENTICATED');
    expect(sharing.calls()).toEqual([]);
  });

  it('a subscription that is too old ends with a code', async () => {
    await using sharing = await startSharing({ environment: { ...fast, SUBSCRIPTION_MAX_AGE_MS: '300' } });
    sharing.image(1);
    await using subscription = subscribe(sharing.gateway.url, tokenOf('producer'), members(1));
    await subscription.next();
    const told = await subscription.next().then(JSON.stringify, (error: { code?: number }) => `closed ${error.code}`);
    if (name === 'websocket') expect(told).toBe('closed 1001');
    else expect(told).toMatch(/SUBSCRIPTION_ENDED.*"retryAfter":[1-5]/);
  });
});

it.each([
  'subscription { sharedWithMeChanged @include(if: true) { images { id } } }',
  'subscription ($if: Boolean = true) { sharedWithMeChanged @skip(if: $if) { images { id } } }',
  'subscription { ... @include(if: true) { sharedWithMeChanged { images { id } } } }',
  'subscription { ...F } fragment F on Subscription { sharedWithMeChanged @include(if: false) { images { id } } }',
  'subscription { ...F } fragment F on Subscription { ...F @skip(if: true) }',
])('what is subscribed to depends on no condition: %s', async (query) => {
  await using sharing = await startSharing({ environment: fast });
  await using subscription = transports.sse(sharing.gateway.url, tokenOf('a'), { query });
  expect((await subscription.next())?.errors).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
  expect(await subscription.next()).toBeNull();
  expect(sharing.calls()).toEqual([]);
});

describe.each(['text/event-stream', 'multipart/mixed;subscriptionSpec=1.0'])(
  'a client that only accepts %s',
  (accept) => {
    const body = JSON.stringify(inbox);
    const headers = { accept, 'content-type': 'application/json', 'x-auth-token': tokenOf('b') };

    it('gets an HTTP error, after which it tries again, if there are too many subscriptions', async () => {
      await using sharing = await startSharing({ environment: { ...fast, SUBSCRIPTIONS_MAX: '1' } });
      const { url } = sharing.gateway;
      await using open = transports.sse(url, tokenOf('a'), inbox);
      await open.next();
      const answer = await fetch(`${url}/graphql`, { method: 'POST', headers, body });
      expect({ status: answer.status, retryAfter: answer.headers.get('retry-after') }).toEqual({
        status: 503,
        retryAfter: '30',
      });
      expect(await answer.json()).toMatchObject({ errors: [{ extensions: { code: 'OVERLOADED' } }] });
    });

    it('gets an HTTP error, after which it tries again, if the gateway is shutting down', async () => {
      await using sharing = await startSharing({ environment: fast });
      const { hostname, port, origin } = new URL(sharing.gateway.url);
      const socket = connect(Number(port), hostname);
      const connections = async () => (await fetch(`${origin}/metrics`)).text();
      await expect.poll(connections).toMatch(/^image_gateway_connections 2$/m);
      const closed = sharing.gateway[Symbol.asyncDispose]();
      const lines = Object.entries({ host: hostname, 'content-length': body.length, ...headers }).map(
        ([name, value]) => `${name}: ${value}`,
      );
      socket.write(`POST /graphql HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
      const answer = await text(socket);
      expect(answer).toMatch(/^HTTP\/1.1 503 /);
      expect(answer).toMatch(/^retry-after: [1-5]\r$/m);
      expect(answer).toContain('"code":"SUBSCRIPTION_ENDED"');
      await closed;
    });
  },
);
