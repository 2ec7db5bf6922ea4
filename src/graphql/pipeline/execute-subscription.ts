import { createSourceEventStream, type ExecutionResult, execute, type GraphQLSchema, OperationTypeNode } from 'graphql';
import { GatewayError } from '../../errors.ts';
import type { Change } from '../../live/view.ts';
import type { ReadSharing } from '../../upstream/shared-reads.ts';
import type { GatewayContext } from '../context.ts';
import type { FoundOperation } from './find-operation.ts';

/** What every view's state has: how payloads that show it read the rest. */
type Source = AsyncGenerator<Change<{ readonly reads: ReadSharing }>>;

/** Executes subscriptions with graphql-js. Source: GraphQL, §6.2.3. */
export interface SubscriptionExecutor {
  /** Begins to follow what the operation subscribes to; an error in its place if that cannot be. */
  subscribe(found: FoundOperation, context: GatewayContext): Promise<Source | ExecutionResult>;
  /** Makes a payload of one change. @throws GatewayError if that is over a limit. */
  toPayload(found: FoundOperation, change: unknown, context: GatewayContext): Promise<ExecutionResult>;
}

export function createSubscriptionExecutor(schema: GraphQLSchema): SubscriptionExecutor {
  const toArguments = ({ document, operationName, variables }: FoundOperation, contextValue: GatewayContext) => ({
    schema,
    document: document.syntaxTree,
    operationName,
    variableValues: variables,
    contextValue,
  });
  return {
    async subscribe(found, context) {
      // The resolvers of all subscription fields return such a generator.
      return (await createSourceEventStream(toArguments(found, context))) as Source | ExecutionResult;
    },
    async toPayload(found, change, context) {
      const payload = await context.budget.wait(execute({ ...toArguments(found, context), rootValue: change }));
      if (payload instanceof GatewayError) throw payload;
      return payload;
    },
  };
}

/** Whether an operation is a subscription. */
export function isSubscription({ operation }: FoundOperation): boolean {
  return operation.node.operation === OperationTypeNode.SUBSCRIPTION;
}
