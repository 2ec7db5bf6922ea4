import { createRequire } from 'node:module';
import {
  type DocumentNode,
  type ExecutionResult,
  GraphQLList,
  GraphQLNonNull,
  type GraphQLOutputType,
  GraphQLSchema,
  GraphQLString,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  Kind,
  type NameNode,
  type OperationDefinitionNode,
  OperationTypeNode,
  TypeInfo,
  type VariableNode,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { GatewayContext } from '../context.ts';

const require = createRequire(import.meta.url);

/**
 * Loads the compiler: once the gateway listens, because it slows the start; with `require`, because callers are
 * synchronous.
 */
export function loadCompiler(): typeof import('graphql-jit') {
  return require('graphql-jit');
}

/** Why an operation is not compiled: its code would be too large, or would answer differently from graphql-js. */
export type WhyNotCompiled = 'size' | 'conditions' | 'several writes' | 'variable in a scalar' | 'reserved name';

/**
 * Executes a compiled operation.
 *
 * @param variables valid ones, as sent or as graphql-js coerced them.
 * @returns null, before executing anything, if the compiler treats these variables differently from graphql-js.
 */
export type CompiledOperation = (
  variables: Readonly<Record<string, unknown>>,
  context: GatewayContext,
) => Promise<ExecutionResult> | ExecutionResult | null;

/** Compiles an operation of a valid document to JavaScript, or returns why that would change its response. */
export function compileOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  node: OperationDefinitionNode,
): CompiledOperation | WhyNotCompiled {
  if (isSeveralWrites(node)) return 'several writes';
  const { why, notNull } = examine(schema, document);
  if (why !== undefined) return why;
  const { compileQuery, isCompiledQuery } = loadCompiler();
  const query = asQuery(schema, document, node);
  // Models hold enum values as spelled in the schema, so leaves need no serialisation.
  const compiled = withBuiltInScalars(schema, () =>
    compileQuery(query.schema, query.document, node.name?.value, { disableLeafSerialization: true }),
  );
  if (!isCompiledQuery(compiled))
    throw new Error(`graphql-jit cannot compile a valid operation: ${compiled.errors?.[0]}`);
  return (variables, context) => {
    // The compiler does not check this.
    for (const name of notNull) if (variables[name] === null) return null;
    const result = compiled.query(undefined, context, variables);
    // The compiled code checks the variables again before it executes, and may refuse what graphql-js accepted.
    return 'errors' in result && result.data === undefined ? null : result;
  };
}

/** By schema: the same types, but the query type is the mutation type. */
const mutationSchemas = new WeakMap<GraphQLSchema, GraphQLSchema>();

/**
 * Turns a mutation into a query of the same fields. For a mutation, the compiler creates two functions per execution that
 * make fields wait for each other, which a single field need not. V8 allocates such functions, written where they are
 * assigned to a property, in the old generation, so that all they refer to stays alive until a major garbage collection.
 */
function asQuery(schema: GraphQLSchema, document: DocumentNode, node: OperationDefinitionNode) {
  if (node.operation !== OperationTypeNode.MUTATION) return { schema, document };
  const query = { ...node, operation: OperationTypeNode.QUERY };
  const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  return { schema: toMutationSchema(schema), document: { ...document, definitions: [query, ...fragments] } };
}

function toMutationSchema(schema: GraphQLSchema): GraphQLSchema {
  const known = mutationSchemas.get(schema);
  if (known !== undefined) return known;
  const query = schema.getMutationType();
  const created = new GraphQLSchema({ ...schema.toConfig(), query, mutation: null });
  mutationSchemas.set(schema, created);
  return created;
}

/**
 * Calls `compile` while fields that return a scalar of our own have the type `String` instead. Models hold those as they
 * are answered, too. But the compiler omits serialisation of built-in scalars only; for any other, it creates several
 * arrays and makes two calls per value.
 */
function withBuiltInScalars<T>(schema: GraphQLSchema, compile: () => T): T {
  const fields = Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .flatMap((type) => Object.values(type.getFields()))
    .map((field) => ({ field, type: field.type }));
  for (const { field, type } of fields) field.type = toBuiltIn(type);
  try {
    return compile();
  } finally {
    for (const { field, type } of fields) field.type = type;
  }
}

/** The type, with `String` in place of a scalar of our own. */
function toBuiltIn(type: GraphQLOutputType): GraphQLOutputType {
  if (isNonNullType(type)) return new GraphQLNonNull(toBuiltIn(type.ofType));
  if (isListType(type)) return new GraphQLList(toBuiltIn(type.ofType));
  return isScalarType(type) && !isSpecifiedScalarType(type) ? GraphQLString : type;
}

/**
 * Whether an operation writes more than once. If a write of non-null type fails, GraphQL skips the later ones; compiled
 * code makes them all, and reports only the first failure.
 */
function isSeveralWrites({ operation, selectionSet: { selections } }: OperationDefinitionNode): boolean {
  return operation !== OperationTypeNode.QUERY && (selections.length > 1 || selections[0]?.kind !== Kind.FIELD);
}

/**
 * Finds out why compiled code would answer differently from graphql-js, if so, and which variables must not be null
 * although their own type may allow it. The compiler differs with
 *
 * - `@include` and `@skip`: a condition on one use of a fragment is applied to all others, even in other operations;
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
      // Inside the literal of a scalar, TypeInfo has no type.
      if (!type) why = 'variable in a scalar';
      else if (isNonNullType(type)) notNull.add(name.value);
    },
  };
  visit(document, visitWithTypeInfo(typeInfo, visitor));
  return { why, notNull };
}
