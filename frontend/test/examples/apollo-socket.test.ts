import { ApolloClient, CombinedGraphQLErrors, gql, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { createClient } from 'graphql-ws';
import { expect, it } from 'vitest';
import { startGateway } from '../support/gateway.ts';

const imageId = '7b1e4d02-93c8-4f5a-8e66-a0d47c915f3e';
const memberId = '5e0d4c3b2a19487f96857463524130ff';

const Members = gql`subscription Members($imageId: ID!) {
  imageMembersChanged(imageId: $imageId) {
    image { id members { id memberId status } }
    changes { action memberId deletedImageMemberId }
  }
}`;

interface Told {
  readonly imageMembersChanged: {
    readonly image: { readonly members: readonly { readonly memberId: string }[] } | null;
    readonly changes: readonly { readonly action: string; readonly memberId: string }[];
  };
}

/** Apollo Client with all of its operations on one WebSocket. */
function connect(url: string, connectionParams: Record<string, unknown>) {
  const socket = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    connectionParams,
    // By default, a connection that is refused is not tried again.
    shouldRetry: () => true,
    retryAttempts: 20,
    retryWait: () => new Promise((resolve) => setTimeout(resolve, 500)),
  });
  const client = new ApolloClient({ link: new GraphQLWsLink(socket), cache: new InMemoryCache() });
  return {
    client,
    /** Follows the members of the image. */
    follow() {
      const told: Told[] = [];
      const errors: unknown[] = [];
      const subscription = client.subscribe<Told>({ query: Members, variables: { imageId } }).subscribe({
        next({ data, error }) {
          if (error !== undefined) errors.push(error);
          else if (data) told.push(data);
        },
        error: (error) => errors.push(error),
      });
      return { told, errors, subscription };
    },
    async [Symbol.asyncDispose]() {
      client.stop();
      await Promise.resolve(socket.dispose()).catch(() => {});
    },
  };
}

async function change(gateway: { query(token: string, query: string): Promise<unknown> }, field: string) {
  const query = `mutation { ${field}(input: { imageId: "${imageId}", memberId: "${memberId}" }) { userErrors { code } } }`;
  await gateway.query('demo-producer-token', query);
}

it.each<[string, Record<string, unknown>]>([
  ['X-Auth-Token', { 'X-Auth-Token': 'demo-producer-token' }],
  ['Authorization', { Authorization: 'Bearer demo-producer-token' }],
])('Apollo Client on a WebSocket gets every change, with the token as %s', async (_name, connectionParams) => {
  await using gateway = await startGateway();
  await using socket = connect(gateway.url, connectionParams);
  const [one, other] = [socket.follow(), socket.follow()];
  await expect.poll(() => [one.told.length, other.told.length]).toEqual([1, 1]);
  expect(one.told[0]?.imageMembersChanged.changes).toEqual([]);

  await change(gateway, 'createImageMember');
  await expect.poll(() => one.told[1]?.imageMembersChanged.changes).toMatchObject([{ action: 'ADDED', memberId }]);
  await expect.poll(() => other.told.length).toBe(2);
  // Payloads are normalised: the image in the cache has the new member.
  const cached = socket.client.readFragment<{ members: readonly { memberId: string }[] }>({
    id: `Image:${imageId}`,
    fragment: gql`fragment Shared on Image { members { memberId } }`,
  });
  expect(cached?.members.map((member) => member.memberId)).toContain(memberId);

  other.subscription.unsubscribe();
  await change(gateway, 'deleteImageMember');
  await expect.poll(() => one.told[2]?.imageMembersChanged.changes).toMatchObject([{ action: 'REMOVED', memberId }]);
  expect([one.errors, other.errors, other.told.length]).toEqual([[], [], 2]);
});

it.each<[string, Record<string, unknown>]>([
  ['no token', {}],
  ['a token that is refused', { 'X-Auth-Token': 'wrong' }],
])('Apollo Client on a WebSocket with %s gets the error code', async (_name, connectionParams) => {
  await using gateway = await startGateway();
  await using socket = connect(gateway.url, connectionParams);
  const { told, errors } = socket.follow();
  await expect.poll(() => errors.length).toBe(1);
  expect(told).toEqual([]);
  const [error] = errors;
  if (!CombinedGraphQLErrors.is(error)) throw new Error(`not an error of GraphQL: ${String(error)}`);
  expect(error.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
});

it('Apollo Client on a WebSocket subscribes again by itself when the gateway restarts', async () => {
  const gateway = await startGateway();
  await using socket = connect(gateway.url, { 'X-Auth-Token': 'demo-producer-token' });
  const { told, errors } = socket.follow();
  await expect.poll(() => told.length).toBe(1);
  await gateway.stop();
  await using _next = await startGateway({ PORT: new URL(gateway.url).port });
  await expect.poll(() => [told.length, errors], { timeout: 30_000 }).toEqual([2, []]);
  expect(told[1]?.imageMembersChanged).toEqual(told[0]?.imageMembersChanged);
});
