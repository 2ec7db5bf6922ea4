import { commitMutation, fetchQuery } from 'relay-runtime';
import { gql } from 'urql';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createClient } from '../../examples/apollo/client.ts';
import { DecideDocument, InboxDocument, MembersDocument } from '../../examples/apollo/graphql/graphql.ts';
import decideNode, {
  type inboxDecideMutation,
} from '../../examples/relay/__generated__/inboxDecideMutation.graphql.ts';
import inboxNode, { type inboxQuery } from '../../examples/relay/__generated__/inboxQuery.graphql.ts';
import { createEnvironment } from '../../examples/relay/environment.ts';
import { createClient as createGraphcacheClient } from '../../examples/urql/graphcache.ts';
import { startGateway } from '../support/gateway.ts';

const token = 'demo-consumer-a-token';
const imageId = '7b1e4d02-93c8-4f5a-8e66-a0d47c915f3e';
const input = { imageId, status: 'ACCEPTED' } as const;

/** What caches have to say of what they cannot merge. */
function listenToWarnings() {
  const warnings = (['warn', 'error'] as const).map((level) => vi.spyOn(console, level).mockReturnValue());
  onTestFinished(() => void vi.restoreAllMocks());
  return () => warnings.flatMap(({ mock }) => mock.calls.map(([message]) => String(message)));
}

it('Apollo Client stores a membership once, whichever field returned it, with the new status', async () => {
  await using gateway = await startGateway();
  const warned = listenToWarnings();
  const client = createClient(`${gateway.url}/graphql`, token);
  const inbox = await client.query({ query: InboxDocument });
  const { data } = await client.query({ query: MembersDocument, variables: { imageId } });
  const [member] = data?.image?.members ?? [];
  const mine = inbox.data?.images?.nodes.find(({ id }) => id === imageId)?.myMembership;
  expect(mine).toMatchObject({ id: member?.id, status: 'PENDING' });

  await client.mutate({ mutation: DecideDocument, variables: { input } });
  const rows = Object.entries(client.cache.extract() as Record<string, object>).filter(
    ([key]) => key === `ImageMember:${member?.id}`,
  );
  expect(rows).toEqual([
    [expect.any(String), expect.objectContaining({ status: 'ACCEPTED', memberId: member?.memberId })],
  ]);
  const shown = client.cache.readQuery({ query: InboxDocument })?.images?.nodes.find(({ id }) => id === imageId);
  expect(shown?.myMembership?.status).toBe('ACCEPTED');
  expect(warned()).toEqual([]);
});

it('graphcache shows the new status wherever the membership appears', async () => {
  await using gateway = await startGateway();
  const warned = listenToWarnings();
  const client = createGraphcacheClient(`${gateway.url}/graphql`, token);
  const query = gql`
    query Both($imageId: ID!) {
      images(filter: { sharedWithMe: true, memberStatus: ALL }) { nodes { id myMembership { id status } } }
      image(id: $imageId) { id members { id memberId status } }
    }
  `;
  const ask = async (requestPolicy: 'network-only' | 'cache-only') => {
    const { data } = await client.query(query, { imageId }, { requestPolicy }).toPromise();
    const mine = data.images.nodes.find(({ id }: { id: string }) => id === imageId).myMembership;
    return [mine.id === data.image.members[0].id, mine.status, data.image.members[0].status];
  };
  expect(await ask('network-only')).toEqual([true, 'PENDING', 'PENDING']);
  const { data } = await client.mutation(DecideDocument, { input }).toPromise();
  expect(data?.updateMemberStatus.userErrors).toEqual([]);
  expect(await ask('cache-only')).toEqual([true, 'ACCEPTED', 'ACCEPTED']);
  await client.mutation(DecideDocument, { input: { ...input, imageId: 'unknown' } }).toPromise();
  expect(warned()).toEqual([]);
});

it('Relay stores a membership once, with the new status', async () => {
  await using gateway = await startGateway();
  const warned = listenToWarnings();
  const environment = createEnvironment(`${gateway.url}/graphql`, token);
  const inbox = await fetchQuery<inboxQuery>(environment, inboxNode, {}).toPromise();
  const mine = inbox?.images?.nodes.find(({ id }) => id === imageId)?.myMembership;
  expect(mine?.status).toBe('PENDING');
  await new Promise<void>((resolve, reject) => {
    commitMutation<inboxDecideMutation>(environment, {
      mutation: decideNode,
      variables: { input },
      onCompleted: () => resolve(),
      onError: reject,
    });
  });
  expect(
    environment
      .getStore()
      .getSource()
      .get(mine?.id ?? ''),
  ).toMatchObject({
    __typename: 'ImageMember',
    status: 'ACCEPTED',
  });
  expect(warned()).toEqual([]);
});
