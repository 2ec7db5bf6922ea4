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

/** What the supergraph calls the gateway. */
const imagesSubgraph = process.env['IMAGES_SUBGRAPH'] ?? 'images';

interface Outgoing {
  readonly request: { readonly headers: Pick<Headers, 'get'> };
  readonly subgraphName: string;
}

/**
 * Hive Gateway, with either engine. For its command line, name this file `gateway.config.ts`; for a program, spread the
 * object into `createGatewayRuntime`. The images subgraph alone is shown the secret that it shares with the router.
 */
export const gatewayConfig = {
  propagateHeaders: {
    fromClientToSubgraphs: ({ request, subgraphName }: Outgoing) => ({
      ...Object.fromEntries(forwarded.map((name) => [name, request.headers.get(name)])),
      'x-router-secret': subgraphName === imagesSubgraph ? process.env['ROUTER_SECRET'] : undefined,
    }),
  },
};
