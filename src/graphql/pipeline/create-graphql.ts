import type { GraphQLSchema } from 'graphql';
import type { CallSignal } from '../../call-abort.ts';
import type { Settings } from '../../settings/settings.ts';
import type { ReadSharing } from '../../upstream/shared-reads.ts';
import { createContext, type GatewayContext, type TracedCaller, type Upstream } from '../context.ts';
import type { LoaderStats } from '../data/loaders.ts';
import { DocumentStore } from '../documents/document-store.ts';
import { createPrepare } from '../documents/prepare-document.ts';
import { MemoryPool } from '../limits/memory-pool.ts';
import { OperationBudget } from '../limits/operation-budget.ts';
import type { TrustedDocuments } from '../trusted-documents.ts';
import { AnswerWriter } from './answer.ts';
import { startApollo } from './apollo-executor.ts';
import { createExecuteOperation, type ExecuteOperation } from './execute-operation.ts';
import { createFindOperation, type FindOperation } from './find-operation.ts';

export interface GraphqlOptions {
  readonly schema: GraphQLSchema;
  readonly settings: Settings;
  readonly upstream: Upstream;
  /** Returns the current manifest; null if there is none. */
  readonly trustedDocuments: () => TrustedDocuments | null;
  readonly loaderStats: LoaderStats;
  /** The memory of the process. */
  readonly memory: { readonly isShort: boolean };
  /** Reads the memory limits of the process and of its heap, in bytes. */
  readonly memorySource: { read(): { readonly available: number; readonly heapLimit: number } };
  /** Is called for operations whose document is not in the manifest. */
  readonly onUntrusted: (operationName: string | undefined, requestId: string) => void;
  /** Is called with unexpected errors. */
  readonly onDefect: (error: unknown, requestId?: string) => void;
}

/** The sender of a request. */
export interface ContextCaller extends Pick<TracedCaller, 'requestId' | 'token'> {
  /** Whether the sender authenticated as the router. */
  readonly isRouter: boolean;
}

/** How a subscription makes its calls. */
export interface PacedReads {
  /** Null: every read is a call of its own. */
  readonly sharedReads: ReadSharing | null;
  /** Resolves when the next call may be made. */
  readonly pace: () => Promise<void>;
}

/** The GraphQL steps of the pipeline and of subscriptions. */
export interface Graphql {
  readonly schema: GraphQLSchema;
  readonly find: FindOperation;
  readonly createContext: (caller: ContextCaller, signal: CallSignal, trace: TracedCaller['trace']) => GatewayContext;
  /** The same for one read of a subscription: nothing is tried again, because the view is read again anyway. */
  readonly createPacedContext: (caller: ContextCaller, signal: AbortSignal, reads: PacedReads) => GatewayContext;
  readonly execute: ExecuteOperation;
  readonly answers: AnswerWriter;
  /** The memory that all operations share. */
  readonly workingMemory: MemoryPool;
  close(): Promise<void>;
}

/** Creates the steps that find, execute and answer operations. */
export async function createGraphql(options: GraphqlOptions): Promise<Graphql> {
  const { schema, settings, upstream, memory, onDefect } = options;
  const workingMemory = new MemoryPool(settings.maxWorkingBytes || toWorkingBytes(options.memorySource));
  const apollo = await startApollo({
    schema,
    federatedTracing: settings.federatedTracing,
  });
  const isGuarded = settings.routerSecrets !== null;
  const fromRouter = { sdl: true, entities: true };
  const fromOthers = { sdl: settings.introspection && !isGuarded, entities: !isGuarded };
  function contextOf(from: Upstream, isRouter: boolean, caller: Omit<TracedCaller, 'deadlineAt'>): GatewayContext {
    return createContext(
      from,
      { ...caller, deadlineAt: performance.now() + settings.operationDeadlineMs },
      {
        verifyRemovals: settings.verifyRemovals,
        bulkConcurrency: settings.bulkConcurrency,
        loaderStats: options.loaderStats,
        federation: isRouter ? fromRouter : fromOthers,
        budget: new OperationBudget(settings, workingMemory.open(), memory),
      },
    );
  }
  return {
    schema,
    find: createFindOperation({
      schema,
      limits: settings,
      store: new DocumentStore(createPrepare({ schema, limits: settings, introspection: settings.introspection })),
      trust: { documents: options.trustedDocuments, mode: settings.trustedDocuments, onUntrusted: options.onUntrusted },
    }),
    createContext: ({ requestId, token, isRouter }, signal, trace) =>
      contextOf(upstream, isRouter, { requestId, token, signal, trace }),
    createPacedContext: ({ requestId, token, isRouter }, signal, { sharedReads, pace }) =>
      contextOf({ ...upstream, sharedReads }, isRouter, { requestId, token, signal, pace, mayRetry: () => false }),
    execute: createExecuteOperation({
      apollo,
      directExecution: settings.directExecution,
      federatedTracing: settings.federatedTracing,
    }),
    answers: new AnswerWriter({ showsSchema: settings.introspection, onDefect }),
    workingMemory,
    close: () => apollo.stop(),
  };
}

/** A quarter of the heap limit, or an eighth of the available memory, whichever is less. */
function toWorkingBytes(source: GraphqlOptions['memorySource']): number {
  const { available, heapLimit } = source.read();
  return Math.min(available / 2, heapLimit) / 4;
}
