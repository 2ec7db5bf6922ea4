import { GraphQLError, type GraphQLResolveInfo } from 'graphql';
import { GatewayError } from '../errors.ts';
import { IdentityClient } from '../identity/client.ts';
import type { Watch } from '../live/view.ts';
import type { OperationTrace } from '../tracing/trace.ts';
import { ImagesClient } from '../upstream/images-client.ts';
import type { ClientCaller } from '../upstream/session.ts';
import type { ReadSharing } from '../upstream/shared-reads.ts';
import type { Transport } from '../upstream/transport.ts';
import { CallerIdentity } from './data/caller-identity.ts';
import { type LoaderStats, Loaders } from './data/loaders.ts';
import type { OperationBudget } from './limits/operation-budget.ts';
import type { ListWeights } from './selection.ts';

/** Which of the two federation fields a request may use. */
export interface FederationAllowance {
  /** Whether `_service` returns the schema. */
  readonly sdl: boolean;
  /** Whether `_entities` resolves entities. */
  readonly entities: boolean;
}

/** The context of one request's resolvers. */
export interface GatewayContext {
  /** The Images API as the caller sees it: for writes, and for lists that no loader caches. */
  readonly client: ImagesClient;
  /** Whether the request has a usable token. */
  readonly hasToken: boolean;
  /** The caller's user and project, and project names. */
  readonly identity: CallerIdentity;
  /** The reads of this request. */
  readonly loaders: Loaders;
  /** Whether a removal is verified by a read before it is reported as done. */
  readonly verifyRemovals: boolean;
  /** Number of concurrent changes of one bulk mutation. */
  readonly bulkConcurrency: number;
  readonly requestId: string;
  /** Which federation fields the request may use. */
  readonly federation: FederationAllowance;
  /** The limits of the operation, and its use of them so far. */
  readonly budget: OperationBudget;
  /** Number of fields selected per item, for each list of the operation. */
  readonly listWeights: ListWeights;
  /** Errors of rows that were left out of a list; they are added to the errors of the response. */
  readonly rowErrors: GraphQLError[];
  /** Undefined: the operation is not traced. */
  readonly trace: OperationTrace | undefined;
  /** Follows views for as long as a subscription lasts; undefined where nothing is subscribed to. */
  readonly watch?: Watch<GatewayContext> | undefined;
}

/** What a request may do, according to the settings and its sender. */
export interface ContextOptions extends Pick<GatewayContext, 'verifyRemovals' | 'bulkConcurrency' | 'federation'> {
  /** Counts reads and loads; by default they are not counted. */
  readonly loaderStats?: LoaderStats;
  readonly budget: OperationBudget;
}

/** A caller, with the trace of its operation. */
export interface TracedCaller extends ClientCaller {
  readonly trace?: OperationTrace | undefined;
}

/** The connections to the Images API and the Identity service, shared by all requests. */
export interface Upstream {
  readonly transport: Transport;
  /** Null: each read makes its own call. */
  readonly sharedReads: ReadSharing | null;
  /** The transport of the Identity service; null if none is configured. */
  readonly identity: Transport | null;
}

/** Creates everything that lives as long as one request. Makes no upstream call. */
export function createContext(
  { transport, sharedReads, identity }: Upstream,
  caller: TracedCaller,
  { loaderStats, verifyRemovals, bulkConcurrency, federation, budget }: ContextOptions,
): GatewayContext {
  const { token } = caller;
  const hasToken = !(token instanceof GatewayError);
  if (!hasToken) budget.refuseToken(token);
  const client = new ImagesClient(transport, sharedReads, { ...caller, budget });
  return {
    verifyRemovals,
    bulkConcurrency,
    federation,
    budget,
    client,
    hasToken,
    identity: new CallerIdentity(identity && new IdentityClient(identity, sharedReads, caller), client),
    loaders: new Loaders(client, loaderStats),
    requestId: caller.requestId,
    listWeights: new Map(),
    rowErrors: [],
    trace: caller.trace,
  };
}

/** Reports rows that were left out of the list that this field returns. */
export function reportRowErrors(
  context: GatewayContext,
  errors: readonly GatewayError[],
  info: GraphQLResolveInfo,
): void {
  for (const error of errors) reportError(context, error, info, []);
}

/**
 * Adds an error to the response without failing the field, if the response may include another one. `below` is the path
 * from the field to the error.
 */
export function reportError(
  context: GatewayContext,
  originalError: GatewayError,
  { path, fieldNodes }: GraphQLResolveInfo,
  below: readonly (string | number)[],
): void {
  if (!context.budget.addError()) return;
  const { message } = originalError;
  context.rowErrors.push(
    new GraphQLError(message, { originalError, nodes: fieldNodes, path: [...toPath(path), ...below] }),
  );
}

function toPath(path: GraphQLResolveInfo['path']): (string | number)[] {
  const keys: (string | number)[] = [];
  for (let at: typeof path | undefined = path; at; at = at.prev) keys.unshift(at.key);
  return keys;
}
