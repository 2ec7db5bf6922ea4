import { readdirSync, readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { concatAST, type GraphQLSchema, parse, Source } from 'graphql';
import { resolvers } from './resolvers/index.ts';

const schemaFolder = new URL('../../schema/', import.meta.url);

/** The executable subgraph schema: `schema/*.graphql` with the resolvers. */
export function createSchema(): GraphQLSchema {
  const documents = readdirSync(schemaFolder)
    .filter((name) => name.endsWith('.graphql'))
    .sort()
    .map((name) => parse(new Source(readFileSync(new URL(name, schemaFolder), 'utf8'), name)));
  return buildSubgraphSchema([{ typeDefs: concatAST(documents), resolvers }]);
}
