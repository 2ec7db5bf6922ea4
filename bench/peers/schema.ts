import { readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import type { GraphQLSchema } from 'graphql';
import { parse } from 'graphql';
import type { ImageRow, ImagesApi, MemberRow } from './images-api.ts';

/** What the resolvers work with. */
export interface Context {
  readonly api: ImagesApi;
}

/** The part of the gateway's schema that the workloads need. */
export const typeDefs = readFileSync(new URL('schema.graphql', import.meta.url), 'utf8');

interface UpdateInput {
  readonly imageId: string;
  readonly memberId: string;
  readonly status: string;
}

/** How the rows of the Images API are shown: the resolvers that every peer has. */
export const rowResolvers = {
  Image: {
    status: (image: ImageRow) => image.status.toUpperCase(),
    visibility: (image: ImageRow) => image.visibility.toUpperCase(),
  },
  ImageMember: {
    memberId: (member: MemberRow) => member.member_id,
    status: (member: MemberRow) => member.status.toUpperCase(),
    createdAt: (member: MemberRow) => member.created_at,
    updatedAt: (member: MemberRow) => member.updated_at,
  },
};

/** The roots of the graph. */
export const rootResolvers = {
  Query: {
    image: (_root: unknown, { id }: { id: string }, { api }: Context) => api.getImage(id),
    images: async (_root: unknown, { first }: { first: number }, { api }: Context) => ({
      nodes: await api.listImages(first),
    }),
  },
  Mutation: {
    async updateMemberStatus(_root: unknown, { input }: { input: UpdateInput }, { api }: Context) {
      const imageMember = await api.updateMember(input.imageId, input.memberId, input.status.toLowerCase());
      return { imageMember, userErrors: [] };
    },
  },
};

/** The schema with its resolvers, as a federation subgraph. */
export function createSchema(): GraphQLSchema {
  const resolvers = {
    ...rootResolvers,
    ...rowResolvers,
    Image: {
      ...rowResolvers.Image,
      __resolveReference: ({ id }: { id: string }, { api }: Context) => api.getImage(id),
      members: (image: ImageRow, _arguments: unknown, { api }: Context) => api.listMembers(image.id),
    },
  };
  return buildSubgraphSchema([{ typeDefs: parse(typeDefs), resolvers }]);
}

/** Where a peer listens: on any free port. */
export const address = { host: '127.0.0.1', port: Number(process.env['PORT'] ?? 0) };

/** Tells the bench where the peer listens. */
export function announce(port: number): void {
  process.stdout.write(`http://${address.host}:${port}/graphql\n`);
}

/** The token of a request. */
export function toToken(header: string | string[] | undefined): string {
  return String(header ?? '');
}
