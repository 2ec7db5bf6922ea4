import { readdirSync, readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { concatAST, type DocumentNode, type GraphQLSchema, parse, Source } from 'graphql';
import { guardFederation } from './federation.ts';
import { capErrors } from './limits/error-cap.ts';
import { chargeLists } from './limits/list-charge.ts';
import { resolveImageReference } from './resolvers/image.ts';
import { resolveImageMemberReference } from './resolvers/image-member.ts';
import { resolvers } from './resolvers/index.ts';
import { resolveProjectReference, resolveUserReference } from './resolvers/project.ts';

const schemaFolder = new URL('../../schema/', import.meta.url);

/** The contract: `schema/*.graphql` as one document. */
export function readTypeDefs(): DocumentNode {
  const documents = readdirSync(schemaFolder)
    .filter((name) => name.endsWith('.graphql'))
    .sort()
    .map((name) => parse(new Source(readFileSync(new URL(name, schemaFolder), 'utf8'), name)));
  return concatAST(documents);
}

/** The executable subgraph schema: the contract with the resolvers. */
export function createSchema(): GraphQLSchema {
  const schema = buildSubgraphSchema([{ typeDefs: readTypeDefs(), resolvers }]);
  guardFederation(schema, {
    references: {
      Image: resolveImageReference,
      ImageMember: resolveImageMemberReference,
      Project: resolveProjectReference,
      User: resolveUserReference,
    },
    toTypename,
  });
  chargeLists(schema);
  capErrors(schema);
  return schema;
}

/** Projects and users are shown as they were represented, and only a member has the id of a project. */
function toTypename(entity: Readonly<Record<string, unknown>>): string {
  const { __typename: typename } = entity;
  if (typename === 'Project' || typename === 'User') return typename;
  return 'memberId' in entity ? 'ImageMember' : 'Image';
}
