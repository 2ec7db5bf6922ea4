import { GraphQLError, type GraphQLResolveInfo } from 'graphql';
import { GatewayError } from '../errors.ts';
import { IdentityClient } from '../identity/client.ts';
import type { Watch } from '../live/view.ts';
import type { OperationTrace } from '../tracing/tracer.ts';
import { ImagesClient } from '../upstream/images-client.ts';
import type { ClientCaller } from '../upstream/session.ts';
import type { ReadSharing } from '../upstream/shared-reads.ts';
import type { Transport } from '../upstream/transport.ts';
import { CallerIdentity } from './data/caller-identity.ts';
import { type LoaderStats, Loaders } from './data/loaders.ts';
import type { OperationBudget } from './limits/operation-budget.ts';
import { createKnownSelections, type KnownSelections, type ListWeights } from './selection.ts';

/** What a request may ask of the two fields that are there for routers. */
export interface FederationAllowance {
  /** Whether `_service` tells the schema. */
  readonly sdl: boolean;
  /** Whether `_entities` resolves anything. */
  readonly entities: boolean;
}

/** What the resolvers of one request work with. */
export interface GatewayContext {
  /** The Images API as this request's caller sees it: for writes, and for lists that no loader keeps. */
  readonly client: ImagesClient;
  /** Whether there is a token that can be used. */
  readonly hasToken: boolean;
  /** Who the caller is, and what projects are called. */
  readonly identity: CallerIdentity;
  /** The reads of this request. */
  readonly loaders: Loaders;
  /** Whether a removal is read back before it is called done. */
  readonly verifyRemovals: boolean;
  /** How many changes of one bulk mutation run concurrently. */
  readonly bulkConcurrency: number;
  readonly requestId: string;
  /** What the request may ask of the fields for routers. */
  readonly federation: FederationAllowance;
  /** What was found out about what the operation selects. */
  readonly selections: KnownSelections;
  /** What the operation may cost, and has cost so far. */
  readonly budget: OperationBudget;
  /** How many fields the lists of the operation select of each item. */
  readonly listWeights: ListWeights;
  /** Errors of rows that were left out of a list; they are added to the answer beside the list. */
  readonly rowErrors: GraphQLError[];
  /** Undefined: there is none. */
  readonly trace: OperationTrace | undefined;
  /** Follows views for as long as a subscription lasts; undefined where nothing is subscribed to. */
  readonly watch?: Watch<GatewayContext> | undefined;
}

/** What a request may do, by the settings and by who asks. */
export interface ContextOptions
  extends Pick<GatewayContext, 'verifyRemovals' | 'bulkConcurrency' | 'federation' | 'watch'> {
  /** Counts what the loaders do; by default nobody does. */
  readonly loaderStats?: LoaderStats;
  readonly budget: OperationBudget;
}

/** A caller whose trace is told how the operation ended. */
export interface TracedCaller extends ClientCaller {
  readonly trace?: OperationTrace | undefined;
}

/** What all requests reach the Images API and the Identity service through. */
export interface Upstream {
  readonly transport: Transport;
  /** Null: every read is a call of its own. */
  readonly sharedReads: ReadSharing | null;
  /** The way to the Identity service; null where there is none. */
  readonly identity: Transport | null;
}

/** Everything that lives as long as one request. No upstream call happens yet. */
export function createContext(
  { transport, sharedReads, identity }: Upstream,
  caller: TracedCaller,
  { loaderStats, ...options }: ContextOptions,
): GatewayContext {
  const client = new ImagesClient(transport, sharedReads, { ...caller, budget: options.budget });
  return {
    ...options,
    client,
    hasToken: !(caller.token instanceof GatewayError),
    identity: new CallerIdentity(identity && new IdentityClient(identity, sharedReads, caller), client),
    loaders: new Loaders(client, loaderStats),
    requestId: caller.requestId,
    selections: createKnownSelections(),
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

/** Adds an error to the answer without failing the field: `below` is its path from there. */
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
