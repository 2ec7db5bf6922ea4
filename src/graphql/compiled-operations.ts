import {
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
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
import { BoundedCache } from './bounded-cache.ts';
import { estimateCodeSize } from './code-size.ts';
import type { GatewayContext } from './context.ts';

/** An operation that is ready to be executed. */
export interface CompiledOperation {
  readonly type: OperationTypeNode;
  readonly name: string | undefined;
  /**
   * @param variables as the caller gave them.
   * @returns null, with nothing done yet, where only graphql-js knows what to answer to these variables.
   */
  execute(
    variables: Readonly<Record<string, unknown>>,
    context: GatewayContext,
  ): Promise<ExecutionResult> | ExecutionResult | null;
}

/** What is known of a document that may be executed. */
interface Known {
  readonly document: DocumentNode;
  /** About how much memory it takes, compiled operations included. */
  readonly bytes: number;
  /** By the name that was asked for, if any: not compiled yet, or null because it cannot be. */
  readonly operations: Map<string | undefined, CompiledOperation | null | undefined>;
}

/** About how many bytes all documents and their compiled operations may take together, and a single operation. */
const maxBytes = 64_000_000;
const maxOperationBytes = 600_000;
/** Parsed, a document takes about so many bytes for each of its characters. */
const bytesPerCharacter = 100;

/**
 * The operations that were found valid, compiled to JavaScript when they are asked for again. Variables are read by
 * graphql-js: the compiler would forget defaults, and has words of its own for wrong values.
 */
export class CompiledOperations {
  readonly #schema: GraphQLSchema;
  readonly #documents = new BoundedCache<Known>({ maxSize: maxBytes, sizeOf: ({ bytes }) => bytes });

  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
  }

  /** Takes in that this document is valid, and has this operation, asked for by this name or by none. */
  learn(query: string, document: DocumentNode, operation: OperationDefinitionNode, operationName?: string): void {
    const known = this.#documents.peek(query);
    if (known?.operations.has(operationName)) return;
    const codeSize = estimateCodeSize(document, operation);
    const isTooLarge = codeSize > maxOperationBytes;
    const operations = new Map(known?.operations).set(operationName, isTooLarge ? null : undefined);
    const bytes = (known?.bytes ?? query.length * bytesPerCharacter) + (isTooLarge ? 0 : codeSize);
    this.#documents.put(query, { document, bytes, operations });
  }

  /** The operation; null if it is not known to be valid, or cannot be compiled. */
  find(query: string, operationName: string | undefined): CompiledOperation | null {
    const known = this.#documents.peek(query);
    if (known === undefined || !known.operations.has(operationName)) return null;
    let operation = known.operations.get(operationName);
    if (operation === undefined) {
      operation = this.#compile(known.document, operationName);
      known.operations.set(operationName, operation);
    }
    return operation;
  }

  #compile(document: DocumentNode, operationName: string | undefined): CompiledOperation | null {
    const schema = this.#schema;
    const node = getOperationAST(document, operationName);
    const { isPlain, notNull } = examine(schema, document);
    if (!node || !isPlain || !isReadOrSingle(node)) return null;
    // Models hold enums as the schema names them: there is nothing to serialise.
    const compiled = compileQuery(schema, document, operationName, { disableLeafSerialization: true });
    if (!isCompiledQuery(compiled)) return null;
    const definitions = node.variableDefinitions ?? [];
    return {
      type: node.operation,
      name: node.name?.value,
      execute(variables, context) {
        // One error is enough: graphql-js will say which ones there are.
        const { coerced } = getVariableValues(schema, definitions, variables, { maxErrors: 0 });
        if (coerced === undefined) return null;
        // The compiler would not notice.
        for (const name of notNull) if (coerced[name] === null) return null;
        const result = compiled.query(undefined, context, coerced);
        // The compiler reads the variables once more, before anything else: it may refuse what graphql-js took.
        return 'errors' in result && result.data === undefined ? null : result;
      },
    };
  }
}

/**
 * Whether this is no list of writes: where one fails whose answer cannot be null, GraphQL makes none of the others, and the
 * compiler makes them all, though it tells of the first failure only.
 */
function isReadOrSingle({ operation, selectionSet: { selections } }: OperationDefinitionNode): boolean {
  return operation === OperationTypeNode.QUERY || (selections.length === 1 && selections[0]?.kind === Kind.FIELD);
}

/**
 * Whether the compiler makes of a document what graphql-js does, and which variables stand where null cannot, though their
 * own type may allow it. It does not with
 *
 * - `@include` and `@skip`: a condition on one use of a fragment is taken to hold for all others, in other operations too;
 * - a variable inside the literal of a scalar, as in `_entities(representations: [{id: $id, …}])`: it is dropped;
 * - names that every JavaScript object has, such as `__proto__`: they are taken for what they are there.
 */
function examine(schema: GraphQLSchema, document: DocumentNode) {
  const typeInfo = new TypeInfo(schema);
  const notNull = new Set<string>();
  let isPlain = true;
  const visitor = {
    Directive(): void {
      isPlain = false;
    },
    Name({ value }: NameNode): void {
      if (value in Object.prototype) isPlain = false;
    },
    Variable({ name }: VariableNode): void {
      const type = typeInfo.getInputType();
      // Inside a scalar, no type is expected any more.
      if (!type) isPlain = false;
      else if (isNonNullType(type)) notNull.add(name.value);
    },
  };
  visit(document, visitWithTypeInfo(typeInfo, visitor));
  return { isPlain, notNull };
}
