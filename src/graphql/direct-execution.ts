import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { Admitted } from './admission.ts';
import { type Answers, readClient } from './answers.ts';
import { BoundedCache } from './bounded-cache.ts';
import { CompiledOperations } from './compiled-operations.ts';
import type { GatewayContext } from './context.ts';
import { type GraphQLHttpAnswer, type GraphQLHttpRequest, readMediaType } from './execute.ts';
import { readPlainOperation } from './incoming.ts';

/** How many values of `Accept` are remembered, and of what length. */
const maxAccepts = 100;
const maxAcceptCharacters = 300;

/**
 * Executes what Apollo Server need not judge again: operations that it has found valid, for callers who accept what
 * others accepted before. Why is told in docs/decisions/execution.md.
 */
export class DirectExecution {
  readonly #operations: CompiledOperations;
  /** The media type that Apollo Server chose, by what was accepted. */
  readonly #mediaTypes = new BoundedCache<string>({ maxSize: maxAccepts, sizeOf: () => 1 });
  readonly #answers: Answers;

  constructor(schema: GraphQLSchema, answers: Answers) {
    this.#operations = new CompiledOperations(schema);
    this.#answers = answers;
  }

  /** Takes in an operation that Apollo Server has found valid: see `CompiledOperations`. */
  learn(query: string, document: DocumentNode, operation: OperationDefinitionNode, operationName?: string): void {
    this.#operations.learn(query, document, operation, operationName);
  }

  /** Takes in an answer of Apollo Server: it chooses the media type of every operation that it executes alike. */
  learnMediaType({ method, headers }: GraphQLHttpRequest, answer: GraphQLHttpAnswer): void {
    if (method !== 'POST' || answer.status !== 200) return;
    const accept = headers.get('accept') ?? '';
    const isNews = accept.length <= maxAcceptCharacters && this.#mediaTypes.peek(accept) === undefined;
    if (isNews) this.#mediaTypes.put(accept, readMediaType(answer));
  }

  /** @returns null, with nothing done yet, for what Apollo Server has to judge. */
  execute({ request, query }: Admitted, context: GatewayContext): Promise<GraphQLHttpAnswer> | null {
    const plain = query === undefined ? null : readPlainOperation(request, query);
    const mediaType = this.#mediaTypes.peek(request.headers.get('accept') ?? '');
    if (query === undefined || plain === null || mediaType === undefined) return null;
    const startedAt = performance.now();
    const operation = this.#operations.find(query, plain.operationName);
    const result = operation?.execute(plain.variables, context);
    if (!operation || !result) return null;
    const client = readClient(request.headers.get('apollographql-client-name'));
    const answered = { type: operation.type, name: operation.name, client, startedAt };
    return this.#answers.toHttp(result, mediaType, answered, context);
  }
}
