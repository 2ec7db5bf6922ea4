import { readFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled';
import { startStandaloneServer } from '@apollo/server/standalone';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';

/** A subgraph that runs. */
export interface Subgraph extends AsyncDisposable {
  readonly name: string;
  readonly url: string;
  readonly sdl: string;
}

/** Hears of every operation that a subgraph is sent, with its headers. */
export type OnOperation = (headers: IncomingHttpHeaders) => void;

/** Serves `<name>.graphql` with these resolvers on a free port. */
export async function startSubgraph(name: string, resolvers: object, onOperation?: OnOperation): Promise<Subgraph> {
  const sdl = readFileSync(new URL(`${name}.graphql`, import.meta.url), 'utf8');
  const schema = buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: resolvers as never }]);
  const server = new ApolloServer({
    schema,
    stopOnTerminationSignals: false,
    plugins: [ApolloServerPluginInlineTraceDisabled()],
  });
  const { url } = await startStandaloneServer(server, {
    listen: { host: '127.0.0.1', port: 0 },
    context: async ({ req }) => {
      onOperation?.(req.headers);
      return {};
    },
  });
  return { name, url, sdl, [Symbol.asyncDispose]: () => server.stop() };
}
