import { readdirSync, readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  buildASTSchema,
  concatAST,
  type DocumentNode,
  defaultFieldResolver,
  type GraphQLSchema,
  parse,
  print,
  printSchema,
  Source,
} from 'graphql';
import type { GatewayContext } from './context.ts';
import { byIds, guardFederation } from './federation.ts';
import { capErrors } from './limits/error-cap.ts';
import { chargeLists } from './limits/list-charge.ts';
import { resolveImageReference } from './resolvers/image.ts';
import { resolveImageMemberReference } from './resolvers/image-member.ts';
import { resolvers } from './resolvers/index.ts';
import { resolveProjectReference, resolveUserReference } from './resolvers/project.ts';
import { resolveViewerReference } from './resolvers/viewer.ts';

const schemaFolder = new URL('../../schema/', import.meta.url);

/** The contract: `schema/*.graphql` as one document. */
export function readTypeDefs(): DocumentNode {
  const documents = readdirSync(schemaFolder)
    .filter((name) => name.endsWith('.graphql'))
    .sort()
    .map((name) => parse(new Source(readFileSync(new URL(name, schemaFolder), 'utf8'), name)));
  return concatAST(documents);
}

/** The contract as clients see it, in SDL: without what is there for routers. */
export function printClientSchema(): string {
  // What the directives of the contract mean is known to routers alone, and they are not printed.
  return `${printSchema(buildASTSchema(readTypeDefs(), { assumeValidSDL: true }))}\n`;
}

/** The contract as one document, as schema registries and composers read it: SDL with the directives of Federation. */
export function printSubgraphSchema(): string {
  return `${print(readTypeDefs())}\n`;
}

/** The executable subgraph schema: the contract with the resolvers. */
export function createSchema(): GraphQLSchema {
  const schema = buildSubgraphSchema([{ typeDefs: readTypeDefs(), resolvers }]);
  guardFederation(schema, {
    references: {
      Image: byIds(['id'], resolveImageReference),
      ImageMember: byIds(['imageId', 'memberId'], resolveImageMemberReference),
      Project: byIds(['id'], resolveProjectReference),
      User: byIds(['id'], resolveUserReference),
      Viewer: byIds(['id'], resolveViewerReference),
    },
    toTypename,
  });
  startMutationsOver(schema);
  chargeLists(schema);
  capErrors(schema);
  return schema;
}

/** The mutations of one operation run one after another: each sees the world as the one before it left it. */
function startMutationsOver(schema: GraphQLSchema): void {
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const { resolve = defaultFieldResolver } = field;
    field.resolve = (source: unknown, args, context: GatewayContext, info) => {
      context.loaders.startOver();
      return resolve(source, args, context, info);
    };
  }
}

/** Images and members carry no type name, and only a member has the id of a project. */
function toTypename(entity: Readonly<Record<string, unknown>>): string {
  const { __typename: typename } = entity;
  if (typename === 'Project' || typename === 'User' || typename === 'Viewer') return typename;
  return 'memberId' in entity ? 'ImageMember' : 'Image';
}
