/** What a caller sends that subgraphs must see: the token, and what ties logs and traces together. */
const forwarded = [
  'x-auth-token',
  'authorization',
  'x-openstack-request-id',
  'x-request-id',
  'traceparent',
  'tracestate',
  'baggage',
];

/** The context that a router built with `@apollo/gateway` must make for each request: the headers of its caller. */
export interface RouterContext {
  readonly headers?: Readonly<Record<string, string | string[] | undefined>>;
}

/** What the supergraph calls the gateway. */
const imagesSubgraph = process.env['IMAGES_SUBGRAPH'] ?? 'images';

interface Outgoing {
  readonly request: { readonly http?: { readonly headers: { set(name: string, value: string): unknown } } | undefined };
  readonly context: RouterContext;
}

/**
 * `@apollo/gateway`: call this for every data source, and make the context with the caller's headers. The images subgraph
 * alone is shown the secret that it shares with the router.
 *
 *     const gateway = new ApolloGateway({
 *       supergraphSdl,
 *       buildService: ({ name, url }) =>
 *         new RemoteGraphQLDataSource({ url, willSendRequest: (outgoing) => forwardHeaders(name, outgoing) }),
 *     });
 *     await startStandaloneServer(new ApolloServer({ gateway }), {
 *       context: async ({ req }) => ({ headers: req.headers }),
 *     });
 */
export function forwardHeaders(subgraphName: string, { request, context }: Outgoing): void {
  for (const name of forwarded) {
    const value = context.headers?.[name];
    if (typeof value === 'string') request.http?.headers.set(name, value);
  }
  const secret = process.env['ROUTER_SECRET'];
  if (subgraphName === imagesSubgraph && secret) request.http?.headers.set('x-router-secret', secret);
}
