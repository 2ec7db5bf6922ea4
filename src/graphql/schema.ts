import { readdirSync, readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { concatAST, type DocumentNode, type GraphQLSchema, parse, Source } from 'graphql';
import { guardFederation } from './federation.ts';
import { resolvers } from './resolvers/index.ts';

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
  guardFederation(schema);
  return schema;
}
