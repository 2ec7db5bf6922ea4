import { GraphQLError, type GraphQLResolveInfo } from 'graphql';
import type { GatewayError } from '../errors.ts';
import { type ClientCaller, ImagesClient } from '../upstream/images-client.ts';
import type { Transport } from '../upstream/transport.ts';
import type { FederationAllowance } from './federation.ts';
import { Loaders } from './loaders.ts';

/** What the resolvers of one request work with. */
export interface GatewayContext {
  /** The Images API as this request's caller sees it: for writes, and for lists that no loader keeps. */
  readonly client: ImagesClient;
  /** The reads of this request. */
  readonly loaders: Loaders;
  readonly requestId: string;
  /** What the request may ask of the fields for routers. */
  readonly federation: FederationAllowance;
  /** Errors of rows that were left out of a list; they are added to the answer beside the list. */
  readonly rowErrors: GraphQLError[];
}

/** Everything that lives as long as one request. No upstream call happens yet. */
export function createContext(
  transport: Transport,
  caller: ClientCaller,
  federation: FederationAllowance,
): GatewayContext {
  const client = new ImagesClient(transport, caller);
  return { client, loaders: new Loaders(client), requestId: caller.requestId, federation, rowErrors: [] };
}

/** Reports rows that were left out of the list that this field returns. */
export function reportRowErrors(
  context: GatewayContext,
  errors: readonly GatewayError[],
  info: GraphQLResolveInfo,
): void {
  for (const originalError of errors) {
    const { path, fieldNodes } = info;
    context.rowErrors.push(
      new GraphQLError(originalError.message, { originalError, nodes: fieldNodes, path: toPath(path) }),
    );
  }
}

function toPath(path: GraphQLResolveInfo['path']): (string | number)[] {
  const keys: (string | number)[] = [];
  for (let at: typeof path | undefined = path; at; at = at.prev) keys.unshift(at.key);
  return keys;
}
