import type { ExecutionResult } from 'graphql';
import type { GatewayContext } from '../context.ts';
import type { WhyNotCompiled } from '../documents/compile-operation.ts';
import type { ApolloExecutor } from './apollo-executor.ts';
import type { FoundOperation } from './find-operation.ts';

/**
 * How an operation was executed: compiled, without Apollo Server; or by Apollo Server, and why.
 * See docs/decisions/execution.md.
 */
export type Execution = 'compiled' | WhyNotCompiled | 'first use' | 'variables' | 'field tracing' | 'turned off';

/** What came of executing an operation. */
export interface Executed {
  readonly execution: Execution;
  readonly result: ExecutionResult;
}

export interface ExecuteOptions {
  readonly apollo: ApolloExecutor;
  /** Whether operations that are asked for again are compiled and executed without Apollo Server. */
  readonly directExecution: boolean;
  /** Whether routers may ask for the times of all fields, which only graphql-js takes. */
  readonly federatedTracing: boolean;
}

/** Executes an operation that was found; `ftv1` is the header by which a router asks for the times of all fields. */
export type ExecuteOperation = (found: FoundOperation, context: GatewayContext, ftv1?: string) => Promise<Executed>;

/** Decides for each operation by which of the two ways it is executed. */
export function createExecuteOperation(options: ExecuteOptions): ExecuteOperation {
  const { apollo, directExecution, federatedTracing } = options;
  const always = federatedTracing ? 'field tracing' : directExecution ? null : 'turned off';
  return async (found, context, ftv1) => {
    const compiled = always ?? found.operation.use();
    if (typeof compiled === 'string') {
      return { execution: compiled, result: await apollo.execute(found, context, ftv1) };
    }
    const result = compiled(found.coerced, context);
    if (result === null) return { execution: 'variables', result: await apollo.execute(found, context) };
    return { execution: 'compiled', result: await result };
  };
}
