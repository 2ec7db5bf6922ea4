import {
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  isNonNullType,
  type OperationTypeNode,
  TypeInfo,
  type VariableNode,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import { BoundedCache } from './bounded-cache.ts';
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
  readonly characters: number;
  /** By the name that was asked for, if any: not compiled yet, or null because it cannot be. */
  readonly operations: Map<string | undefined, CompiledOperation | null | undefined>;
}

/** How much text of documents is kept, in characters. Parsed, a document takes about a hundred times as much memory. */
const maxCharacters = 300_000;

/**
 * The operations that were found valid, compiled to JavaScript when they are asked for again. Variables are read by
 * graphql-js: the compiler would forget defaults, and has words of its own for wrong values.
 */
export class CompiledOperations {
  readonly #schema: GraphQLSchema;
  readonly #documents = new BoundedCache<Known>({ maxSize: maxCharacters, sizeOf: ({ characters }) => characters });

  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
  }

  /** Takes in that this document is valid, and has an operation of this name, or a single one if none is given. */
  learn(query: string, document: DocumentNode, operationName: string | undefined): void {
    const known = this.#documents.peek(query);
    if (known?.operations.has(operationName)) return;
    if (known) known.operations.set(operationName, undefined);
    else {
      const operations = new Map([[operationName, undefined]]);
      this.#documents.put(query, { document, characters: query.length, operations });
    }
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
    const { inScalar, notNull } = readVariables(schema, document);
    if (!node || inScalar) return null;
    // Models hold enums as the schema names them: there is nothing to serialise.
    const compiled = compileQuery(schema, document, operationName, { disableLeafSerialization: true });
    if (!isCompiledQuery(compiled)) return null;
    const definitions = node.variableDefinitions ?? [];
    return {
      type: node.operation,
      name: node.name?.value,
      execute(variables, context) {
        const { coerced } = getVariableValues(schema, definitions, variables);
        if (coerced === undefined) return null;
        // The compiler would not notice.
        for (const name of notNull) if (coerced[name] === null) return null;
        return compiled.query(undefined, context, coerced);
      },
    };
  }
}

/**
 * Where the variables of a document stand: whether one is inside the literal of a scalar, as in
 * `_entities(representations: [{id: $id, …}])`, which the compiler would drop; and those that stand where null cannot,
 * though their own type may allow it.
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
