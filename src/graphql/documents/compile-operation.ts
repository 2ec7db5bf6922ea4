import {
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
  isNonNullType,
  Kind,
  type NameNode,
  type OperationDefinitionNode,
  OperationTypeNode,
  TypeInfo,
  type VariableNode,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import type { GatewayContext } from '../context.ts';

/** Why an operation is not compiled: what the compiler would answer otherwise than graphql-js does. */
export type WhyNotCompiled = 'size' | 'conditions' | 'several writes' | 'variable in a scalar' | 'reserved name';

/**
 * Executes a compiled operation.
 *
 * @param variables as graphql-js coerced them.
 * @returns null, with nothing executed yet, where the compiler reads these variables otherwise than graphql-js.
 */
export type CompiledOperation = (
  variables: Readonly<Record<string, unknown>>,
  context: GatewayContext,
) => Promise<ExecutionResult> | ExecutionResult | null;

/** Compiles an operation of a valid document to JavaScript, or tells why that would change its answer. */
export function compileOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  node: OperationDefinitionNode,
): CompiledOperation | WhyNotCompiled {
  if (isSeveralWrites(node)) return 'several writes';
  const { why, notNull } = examine(schema, document);
  if (why !== undefined) return why;
  // Models hold enums as the schema names them: there is nothing to serialise.
  const compiled = compileQuery(schema, document, node.name?.value, { disableLeafSerialization: true });
  if (!isCompiledQuery(compiled))
    throw new Error(`graphql-jit cannot compile a valid operation: ${compiled.errors?.[0]}`);
  return (variables, context) => {
    // The compiler would not notice.
    for (const name of notNull) if (variables[name] === null) return null;
    const result = compiled.query(undefined, context, variables);
    // The compiler reads the variables once more, before anything else: it may refuse what graphql-js took.
    return 'errors' in result && result.data === undefined ? null : result;
  };
}

/**
 * Whether an operation writes more than once. Where one write fails whose answer cannot be null, GraphQL makes none of
 * the later ones; the compiler makes them all, and reports the first failure only.
 */
function isSeveralWrites({ operation, selectionSet: { selections } }: OperationDefinitionNode): boolean {
  return operation !== OperationTypeNode.QUERY && (selections.length > 1 || selections[0]?.kind !== Kind.FIELD);
}

/**
 * Why the compiler would not answer as graphql-js does, if so, and which variables stand where null cannot, though their
 * own type may allow it. The compiler differs with
 *
 * - `@include` and `@skip`: a condition on one use of a fragment is taken to hold for all others, in other operations too;
 * - a variable inside the literal of a scalar, as in `_entities(representations: [{id: $id, …}])`: it is dropped;
 * - names that every JavaScript object has, such as `__proto__`.
 */
function examine(schema: GraphQLSchema, document: DocumentNode) {
  const typeInfo = new TypeInfo(schema);
  const notNull = new Set<string>();
  let why: WhyNotCompiled | undefined;
  const visitor = {
    Directive(): void {
      why = 'conditions';
    },
    Name({ value }: NameNode): void {
      if (value in Object.prototype) why = 'reserved name';
    },
    Variable({ name }: VariableNode): void {
      const type = typeInfo.getInputType();
      // Inside a scalar, no type is expected any more.
      if (!type) why = 'variable in a scalar';
      else if (isNonNullType(type)) notNull.add(name.value);
    },
  };
  visit(document, visitWithTypeInfo(typeInfo, visitor));
  return { why, notNull };
}
