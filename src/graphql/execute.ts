import { type ApolloServer, type BaseContext, type ContextThunk, HeaderMap } from '@apollo/server';

/** A GraphQL request over HTTP, its body read. */
export interface GraphQLHttpRequest {
  readonly method: string;
  /** By names in lower case. */
  readonly headers: Pick<ReadonlyMap<string, string>, 'get' | typeof Symbol.iterator>;
  /** The query of the URL, `?` included. */
  readonly search: string;
  readonly body: unknown;
}

export interface GraphQLHttpAnswer {
  readonly status: number;
  readonly headers: Iterable<readonly [string, string]>;
  readonly body: string;
}

/** Lets any Apollo Server answer a request that our HTTP server took. */
export async function execute<Context extends BaseContext>(
  server: Pick<ApolloServer<Context>, 'executeHTTPGraphQLRequest'>,
  { method, headers, search, body }: GraphQLHttpRequest,
  context: ContextThunk<Context>,
): Promise<GraphQLHttpAnswer> {
  const headerMap = new HeaderMap();
  for (const [name, value] of headers) headerMap.set(name, value);
  const answer = await server.executeHTTPGraphQLRequest({
    httpGraphQLRequest: { method, headers: headerMap, search, body },
    context,
  });
  if (answer.body.kind !== 'complete') throw new Error('incremental delivery is not offered');
  return { status: answer.status ?? 200, headers: answer.headers, body: answer.body.string };
}

/** The media type of an answer, with its parameters. */
export function readMediaType({ headers }: GraphQLHttpAnswer): string {
  for (const [name, value] of headers) if (name === 'content-type') return value;
  return '';
}
