import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { OperationCost } from '../limits/document.ts';
import { estimateCodeSize } from './code-size.ts';
import { type CompiledOperation, compileOperation, type WhyNotCompiled } from './compile-operation.ts';
import { createVariableCheck, type VariableCheck } from './variable-check.ts';

/** Maximum memory of a single compiled operation, approximately, in bytes. */
const maxCompiledBytes = 600_000;

/** What is known about an operation before it is executed. */
export interface OperationMeasure extends Omit<OperationCost, 'refusal'> {
  /** Maximum number of response bytes that are introspection. */
  readonly schemaBytes: number;
}

/** One operation of a known document. It is compiled at its second use. */
export class Operation {
  readonly node: OperationDefinitionNode;
  /** Number of uses of each variable, with fragments expanded. */
  readonly variableUses: ReadonlyMap<string, number>;
  /** Whether its cost does not depend on variables, and so is known to be within the limit. */
  readonly hasFixedCost: boolean;
  readonly schemaBytes: number;
  /** Approximate memory once compiled, in bytes; 0 if it is never compiled. */
  readonly compiledBytes: number;
  readonly recognises: VariableCheck;
  readonly #compile: () => CompiledOperation | WhyNotCompiled;
  #executable: CompiledOperation | WhyNotCompiled | 'first use' | undefined;

  constructor(schema: GraphQLSchema, document: DocumentNode, node: OperationDefinitionNode, measure: OperationMeasure) {
    const bytes = estimateCodeSize(document, node);
    this.node = node;
    this.variableUses = measure.variableUses;
    this.hasFixedCost = !measure.varies;
    this.schemaBytes = measure.schemaBytes;
    this.compiledBytes = bytes > maxCompiledBytes ? 0 : bytes;
    this.recognises = createVariableCheck(schema, node);
    this.#compile = () => (this.compiledBytes === 0 ? 'size' : compileOperation(schema, document, node));
  }

  /** How to execute the operation this time: the compiled code, or the reason to interpret it. */
  use(): CompiledOperation | WhyNotCompiled | 'first use' {
    if (this.#executable === undefined) this.#executable = 'first use';
    else if (this.#executable === 'first use') this.#executable = this.#compile();
    return this.#executable;
  }
}
