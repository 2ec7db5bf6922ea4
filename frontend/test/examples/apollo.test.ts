import { gql } from '@apollo/client';
import { expect, it, vi } from 'vitest';
import { createClient } from '../../examples/apollo/client.ts';
import { MembersDocument, type MembersQuery, ShareDocument } from '../../examples/apollo/graphql/graphql.ts';
import { stopSharing } from '../../examples/apollo/stop-sharing.ts';
import { startGateway } from '../support/gateway.ts';

const imageId = '7b1e4d02-93c8-4f5a-8e66-a0d47c915f3e';
const memberId = '5e0d4c3b2a19487f96857463524130ff';

it('a mutation updates the cache, without configuration and without a refetch', async () => {
  await using gateway = await startGateway();
  const client = createClient(`${gateway.url}/graphql`, 'demo-producer-token');
  const shown: (readonly string[])[] = [];
  const show = ({ image }: MembersQuery) => shown.push((image?.members ?? []).map((member) => member.memberId));

  const { data } = await client.query({ query: MembersDocument, variables: { imageId } });
  if (data) show(data);
  client.cache.watch<MembersQuery>({
    query: client.cache.transformDocument(MembersDocument),
    variables: { imageId },
    optimistic: true,
    callback: ({ result }) => show(result as MembersQuery),
  });
  await client.mutate({ mutation: ShareDocument, variables: { input: { imageId, memberId } } });
  await stopSharing(client, imageId, memberId);

  const [before = []] = shown;
  expect(before).toHaveLength(2);
  expect(shown).toEqual([before, [...before, memberId], before]);
});

it('an error that a user can fix is data: the mutation does not throw', async () => {
  await using gateway = await startGateway();
  const client = createClient(`${gateway.url}/graphql`, 'demo-consumer-a-token');
  const { data } = await client.mutate({ mutation: ShareDocument, variables: { input: { imageId, memberId } } });
  expect(data?.createImageMember.userErrors).toEqual([expect.objectContaining({ code: 'NOT_IMAGE_OWNER' })]);
});

it('the caller is one object in the cache, whichever fields a screen selects', async () => {
  await using gateway = await startGateway();
  const warnings = ['warn', 'error'].map((level) => vi.spyOn(console, level as 'warn').mockReturnValue());
  const client = createClient(`${gateway.url}/graphql`, 'demo-consumer-b-token');
  const all = gql`query All { viewer { id user { id name } project { id name } roles expiresAt projects { id name } } }`;
  const parts = [
    gql`query Header { viewer { id user { id name } } }`,
    gql`query Switch { viewer { id projects { id name } } }`,
    gql`query Rest { viewer { id project { id name } roles expiresAt } }`,
  ];
  for (const query of parts) await client.query({ query });
  const { viewer } = client.cache.readQuery<{ viewer: Record<string, unknown> }>({ query: all }) ?? {};
  expect(viewer).toMatchObject({
    user: { name: 'consumer-b' },
    project: { name: 'consumer-b' },
    roles: ['member', 'reader'],
    projects: [{ name: 'consumer-b' }, { name: 'sandbox' }],
  });
  for (const warning of warnings) expect(warning).not.toHaveBeenCalled();
});
