import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  isNonNullType,
  TypeInfo,
  type VariableDefinitionNode,
  type VariableNode,
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
  compiled: Compiled | null | undefined;
}

interface Compiled extends Pick<CompiledQuery, 'query'> {
  /** The variables of the operation. */
  readonly definitions: readonly VariableDefinitionNode[];
  /** The variables that stand where null cannot, though their own type may allow it. */
  readonly notNull: ReadonlySet<string>;
}

/**
 * Executes operations: compiled to JavaScript once they are asked for again, interpreted by graphql-js until then. What
 * is compiled lives as long as Apollo Server keeps the parsed document.
 */
export function createExecutor(schema: GraphQLSchema): Executor {
  const documents = new WeakMap<DocumentNode, Map<string | null, Known>>();

  function lookUp(document: DocumentNode, operationName: string | null): Known {
    const operations = documents.get(document) ?? new Map<string | null, Known>();
    const known = operations.get(operationName) ?? { uses: 0, compiled: undefined };
    if (known.uses === 0) documents.set(document, operations.set(operationName, known));
    known.uses++;
    return known;
  }

  function compile(document: DocumentNode, operationName: string | null): Compiled | null {
    // No operation has an empty name; the compiler would take it for none.
    if (operationName === '') return null;
    const { inScalar, notNull } = readVariables(schema, document);
    if (inScalar) return null;
    // Models hold enums as the schema names them: there is nothing to serialise.
    const compiled = compileQuery(schema, document, operationName ?? undefined, { disableLeafSerialization: true });
    if (!isCompiledQuery(compiled)) return null;
    const definitions = getOperationAST(document, operationName)?.variableDefinitions ?? [];
    return { query: compiled.query, definitions, notNull };
  }

  /**
   * graphql-js reads the variables: the compiler would forget defaults, and has words of its own for wrong values. Where
   * one is null that cannot be, in spite of a default, graphql-js executes all, because the compiler would not notice.
   */
  function run(
    { query, definitions, notNull }: Compiled,
    request: ExecutionRequest,
  ): Promise<ExecutionResult> | ExecutionResult {
    const { variables, context } = request;
    const { coerced, errors } = getVariableValues(schema, definitions, variables ?? {});
    if (errors) return { errors };
    for (const name in coerced) if (coerced[name] === null && notNull.has(name)) return interpret(request);
    return query(undefined, context, coerced);
  }

  function interpret({ document, operationName, variables, context }: ExecutionRequest) {
    return execute({ schema, document, operationName, variableValues: variables, contextValue: context });
  }

  return async (request) => {
    const { document, operationName } = request;
    const known = lookUp(document, operationName);
    if (known.compiled === undefined && known.uses >= compileAfter) known.compiled = compile(document, operationName);
    return known.compiled ? run(known.compiled, request) : interpret(request);
  };
}

/**
 * Where the variables of a document stand: whether one is inside the literal of a scalar, as in
 * `_entities(representations: [{id: $id, …}])`, which the compiler would drop; and those that stand where null cannot.
 */
function readVariables(schema: GraphQLSchema, document: DocumentNode) {
  const typeInfo = new TypeInfo(schema);
  const notNull = new Set<string>();
  let inScalar = false;
  const visitor = {
    Variable({ name }: VariableNode): void {
      const type = typeInfo.getInputType();
      // Inside a scalar, no type is expected any more.
      if (!type) inScalar = true;
      else if (isNonNullType(type)) notNull.add(name.value);
    },
  };
  visit(document, visitWithTypeInfo(typeInfo, visitor));
  return { inScalar, notNull };
}
