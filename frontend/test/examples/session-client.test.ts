import { ApolloClient, CombinedGraphQLErrors } from '@apollo/client';
import { MockLink } from '@apollo/client/testing';
import { expect, it, onTestFinished } from 'vitest';
import { decide } from '../../examples/apollo/decide.ts';
import { DecideDocument, InboxDocument, PendingInboxDocument } from '../../examples/apollo/graphql/graphql.ts';
import { createCache, createSessionClient, type Session } from '../../examples/apollo/session-client.ts';
import { startGateway } from '../support/gateway.ts';

const imageId = '7b1e4d02-93c8-4f5a-8e66-a0d47c915f3e';

function sessionOf(...tokens: readonly string[]): Session & { renewals: number } {
  return {
    renewals: 0,
    token() {
      return tokens[this.renewals] ?? '';
    },
    async renew() {
      this.renewals++;
    },
  };
}

it('pages of the inbox are merged, and a decided row is removed from them', async () => {
  await using gateway = await startGateway();
  await gateway.query(
    'demo-producer-token',
    `mutation { createImageMembers(input: { imageIds: ["f60a9d25-4e73-4bc8-a1d6-3b95c8e20f7d"], memberIds: ["a41be2c97d0f4e5f9c6a7b8d9e0f1a2b"] }) { userErrors { code } } }`,
  );
  const client = createSessionClient(`${gateway.url}/graphql`, sessionOf('demo-consumer-a-token'));
  const { data } = await client.query({ query: PendingInboxDocument });
  const inbox = client.watchQuery({ query: PendingInboxDocument });
  const subscription = inbox.subscribe({});
  onTestFinished(() => subscription.unsubscribe());
  expect(data?.images?.edges).toHaveLength(2);
  await inbox.fetchMore({ variables: { after: data?.images?.pageInfo.endCursor } });
  const ids = () => inbox.getCurrentResult().data?.images?.edges?.map((edge) => edge?.node?.id);
  await expect.poll(() => ids()?.length).toBe(3);
  await decide(client, imageId, 'ACCEPTED');
  await expect.poll(() => ids()?.length).toBe(2);
  expect(ids()).not.toContain(imageId);
});

it('an expired token is renewed once, and the operation is sent again', async () => {
  await using gateway = await startGateway();
  const session = sessionOf('ran-out', 'demo-consumer-a-token');
  const client = createSessionClient(`${gateway.url}/graphql`, session);
  const { data } = await client.query({ query: InboxDocument });
  expect(data?.images?.nodes.length).toBeGreaterThan(0);
  expect(session.renewals).toBe(1);
  const hopeless = createSessionClient(`${gateway.url}/graphql`, sessionOf('ran-out', 'ran-out-too'));
  await expect(hopeless.query({ query: InboxDocument })).rejects.toSatisfy(CombinedGraphQLErrors.is);
});

it('an operation that is refused with 429 is sent again after the time that the gateway asks for', async () => {
  await using gateway = await startGateway({ RATE_LIMIT_PER_TOKEN: '1' });
  const client = createSessionClient(`${gateway.url}/graphql`, sessionOf('demo-consumer-a-token'));
  const query = () => client.query({ query: InboxDocument, fetchPolicy: 'network-only' });
  for (let round = 0; round < 4; round++) expect((await query()).data?.images?.nodes.length).toBeGreaterThan(0);
});

it('a component can be tested without a gateway, with mocked responses that include types and ids', async () => {
  const imageMember = { __typename: 'ImageMember' as const, id: 'a', status: 'ACCEPTED' as const };
  const link = new MockLink([
    {
      request: { query: DecideDocument, variables: { input: { imageId, status: 'ACCEPTED' } } },
      result: {
        data: { updateMemberStatus: { __typename: 'UpdateMemberStatusPayload', imageMember, userErrors: [] } },
      },
    },
  ]);
  const client = new ApolloClient({ link, cache: createCache() });
  const { data } = await decide(client, imageId, 'ACCEPTED');
  expect(data?.updateMemberStatus.imageMember).toEqual(imageMember);
});
