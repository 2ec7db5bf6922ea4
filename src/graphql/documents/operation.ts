import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { OperationCost } from '../limits/document.ts';
import { estimateCodeSize } from './code-size.ts';
import { type CompiledOperation, compileOperation, type WhyNotCompiled } from './compile-operation.ts';

/** Approximately how many bytes a single compiled operation may take. */
const maxCompiledBytes = 600_000;

/** What is known of an operation before it is executed. */
export interface OperationMeasure extends Omit<OperationCost, 'refusal'> {
  /** How many bytes of its answer describe the schema, at most. */
  readonly schemaBytes: number;
}

/** One operation of a known document, compiled when it is asked for again. */
export class Operation {
  readonly node: OperationDefinitionNode;
  /** How often it uses each variable, with every use of a fragment counted. */
  readonly variableUses: ReadonlyMap<string, number>;
  /** Whether its cost is the same with any variables, and so within the limit. */
  readonly hasFixedCost: boolean;
  readonly schemaBytes: number;
  /** Approximately how many bytes it takes once it is compiled; 0 where it never is. */
  readonly compiledBytes: number;
  readonly #compile: () => CompiledOperation | WhyNotCompiled;
  #executable: CompiledOperation | WhyNotCompiled | 'first use' | undefined;

  constructor(schema: GraphQLSchema, document: DocumentNode, node: OperationDefinitionNode, measure: OperationMeasure) {
    const bytes = estimateCodeSize(document, node);
    this.node = node;
    this.variableUses = measure.variableUses;
    this.hasFixedCost = !measure.varies;
    this.schemaBytes = measure.schemaBytes;
    this.compiledBytes = bytes > maxCompiledBytes ? 0 : bytes;
    this.#compile = () => (this.compiledBytes === 0 ? 'size' : compileOperation(schema, document, node));
  }

  /** How to execute the operation this time: compiled, or interpreted for this reason. */
  use(): CompiledOperation | WhyNotCompiled | 'first use' {
    if (this.#executable === undefined) this.#executable = 'first use';
    else if (this.#executable === 'first use') this.#executable = this.#compile();
    return this.#executable;
  }
}
