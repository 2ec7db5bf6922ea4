import type { ExecutionResult } from 'graphql';
import type { GatewayContext } from '../context.ts';
import type { WhyNotCompiled } from '../documents/compile-operation.ts';
import type { ApolloExecutor } from './apollo-executor.ts';
import type { FoundOperation } from './find-operation.ts';

/**
 * How an operation was executed: `compiled`, without Apollo Server, or else the reason why Apollo Server executed it.
 * See docs/decisions/execution.md.
 */
export type Execution = 'compiled' | WhyNotCompiled | 'first use' | 'variables' | 'field tracing' | 'turned off';

/** An operation that is being executed, or already was. */
export interface Executed {
  readonly execution: Execution;
  readonly result: ExecutionResult | Promise<ExecutionResult>;
}

export interface ExecuteOptions {
  readonly apollo: ApolloExecutor;
  /** Whether repeated operations are compiled and executed without Apollo Server. */
  readonly directExecution: boolean;
  /** Whether routers may request the timing of all fields, which only graphql-js measures. */
  readonly federatedTracing: boolean;
}

/** Executes an operation; `ftv1` is the header with which a router requests the timing of all fields. */
export type ExecuteOperation = (found: FoundOperation, context: GatewayContext, ftv1?: string) => Executed;

/** Creates the function that chooses between compiled execution and Apollo Server for each operation. */
export function createExecuteOperation(options: ExecuteOptions): ExecuteOperation {
  const { apollo, directExecution, federatedTracing } = options;
  const always = federatedTracing ? 'field tracing' : directExecution ? null : 'turned off';
  return (found, context, ftv1) => {
    const compiled = always ?? found.operation.use();
    if (typeof compiled === 'string') return { execution: compiled, result: apollo.execute(found, context, ftv1) };
    const result = compiled(found.validVariables, context);
    if (result === null) return { execution: 'variables', result: apollo.execute(found, context) };
    return { execution: 'compiled', result };
  };
}

/**
 * Drops what an answered operation has read. While it waited for upstream, its promises may have moved to the old
 * generation. They would keep the rows alive until a major garbage collection, and minor ones would copy them until then.
 */
export function dropData({ data, errors }: ExecutionResult, { loaders }: Pick<GatewayContext, 'loaders'>): void {
  // After an error, some resolvers may still be running, and would read again what they had read already.
  if (!data || errors !== undefined) return;
  for (const field of Object.keys(data)) data[field] = null;
  loaders.startOver();
}
