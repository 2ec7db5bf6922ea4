import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';
import type { GatewayContext } from './context.ts';

/** A validated operation and what it is executed with. */
export interface ExecutionRequest {
  readonly document: DocumentNode;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>> | undefined;
  readonly context: GatewayContext;
}

export type Executor = (request: ExecutionRequest) => Promise<ExecutionResult>;

/** How often a document must have been asked for before it is worth compiling. */
const compileAfter = 2;

/** What is known of one operation of a document. */
interface Known {
  uses: number;
  /** Null: to be interpreted, because it cannot be compiled. */
  compiled: CompiledQuery | null | undefined;
}

/**
 * Executes operations: compiled to JavaScript once they are asked for again, interpreted by graphql-js until then. What
 * is compiled lives as long as Apollo Server keeps the parsed document.
 */
export function createExecutor(schema: GraphQLSchema): Executor {
  const documents = new WeakMap<DocumentNode, Map<string, Known>>();

  function lookUp(document: DocumentNode, operationName: string): Known {
    const operations = documents.get(document) ?? new Map<string, Known>();
    const known = operations.get(operationName) ?? { uses: 0, compiled: undefined };
    if (known.uses === 0) documents.set(document, operations.set(operationName, known));
    known.uses++;
    return known;
  }

  function compile(document: DocumentNode, operationName: string | null): CompiledQuery | null {
    if (hasVariableInScalar(schema, document)) return null;
    const compiled = compileQuery(schema, document, operationName ?? undefined);
    return isCompiledQuery(compiled) ? compiled : null;
  }

  /** graphql-js reads the variables: the compiler would forget defaults, and has words of its own for wrong values. */
  function run(
    { query }: CompiledQuery,
    { document, operationName, variables, context }: ExecutionRequest,
  ): Promise<ExecutionResult> | ExecutionResult {
    const definitions = getOperationAST(document, operationName)?.variableDefinitions ?? [];
    const { coerced, errors } = getVariableValues(schema, definitions, variables ?? {});
    return errors ? { errors } : query(undefined, context, coerced);
  }

  return async (request) => {
    const { document, operationName, variables, context } = request;
    const known = lookUp(document, operationName ?? '');
    if (known.compiled === undefined && known.uses >= compileAfter) known.compiled = compile(document, operationName);
    if (known.compiled) return run(known.compiled, request);
    return execute({ schema, document, operationName, variableValues: variables, contextValue: context });
  };
}

/**
 * Whether a variable stands inside the literal of a scalar, as in `_entities(representations: [{id: $id, …}])`: the
 * compiler would drop it.
 */
function hasVariableInScalar(schema: GraphQLSchema, document: DocumentNode): boolean {
  const typeInfo = new TypeInfo(schema);
  let found = false;
  const visitor = {
    Variable(): void {
      // Inside a scalar, no type is expected any more.
      found ||= !typeInfo.getInputType();
    },
  };
  visit(document, visitWithTypeInfo(typeInfo, visitor));
  return found;
}
