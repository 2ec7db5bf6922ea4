import {
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  type OperationDefinitionNode,
  OperationTypeNode,
  type VariableDefinitionNode,
} from 'graphql';
import { GatewayError } from '../../errors.ts';
import type { Limits } from '../../settings/settings.ts';
import type { DocumentStore, KnownDocument } from '../documents/document-store.ts';
import { Operation } from '../documents/operation.ts';
import { toLines } from '../documents/source-lines.ts';
import { InvalidRequest } from '../invalid-request.ts';
import { checkCost } from '../limits/document.ts';
import { toLimitError } from '../limits/refusal.ts';
import { SchemaBytes } from '../limits/schema-bytes.ts';
import { checkVariables } from '../limits/variables.ts';
import type { TrustedDocuments } from '../trusted-documents.ts';
import type { Parameters } from './parameters.ts';

/** An operation that may be executed. */
export interface FoundOperation {
  readonly document: KnownDocument;
  readonly operation: Operation;
  /** The name that the request gave, if any. */
  readonly operationName: string | undefined;
  /** As sent by the caller. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** The variables as sent, if they are certainly valid; else as graphql-js coerced them. */
  readonly validVariables: Readonly<Record<string, unknown>>;
}

/** Which documents are trusted, and how others are treated. */
export interface Trust {
  /** The current manifest; null if there is none. */
  readonly documents: () => TrustedDocuments | null;
  readonly mode: 'off' | 'log' | 'enforce';
  /** Is called for operations whose document is not in the manifest. */
  readonly onUntrusted: (operationName: string | undefined, requestId: string) => void;
}

export interface FindOptions {
  readonly schema: GraphQLSchema;
  readonly limits: Limits;
  readonly store: DocumentStore;
  readonly trust: Trust;
}

/**
 * Finds the requested operation, and checks it against the trusted documents and the limits. No later step chooses the
 * document again.
 *
 * @throws GatewayError if the operation may not be executed.
 */
export type FindOperation = (
  parameters: Parameters,
  sender: { readonly requestId: string; readonly isRouter: boolean },
) => FoundOperation;

/** Maximum number of reported variable errors. */
const maxMistakes = 20;
/** Maximum size of variables of which more than the first error is reported, in characters. */
const maxPrintedCharacters = 10_000;

export function createFindOperation({ schema, limits, store, trust }: FindOptions): FindOperation {
  const schemaBytes = new SchemaBytes(schema);

  /** The text of the requested document, or the document itself if it is already known. */
  function resolve({ query, documentId }: Parameters): string | KnownDocument | undefined {
    if (query !== undefined) return query;
    const id = documentId ?? '';
    return trust.documents()?.byId(id) ?? store.getByHash(id.replace(/^sha256:/, ''));
  }

  function findOperation(document: KnownDocument, name: string | undefined, variables: FoundOperation['variables']) {
    const known = document.operations.get(name);
    if (known?.hasFixedCost) return known;
    const node = known?.node ?? selectOperation(document, name, schema);
    const cost = checkCost(document.syntaxTree, schema, limits, node, variables);
    if (cost.refusal !== null) throw toLimitError(cost.refusal);
    if (known !== undefined) return known;
    const measure = { ...cost, schemaBytes: measureSchemaBytes(document, node) };
    const operation = new Operation(schema, document.syntaxTree, node, measure);
    store.addOperation(document, name, operation);
    return operation;
  }

  function coerce({ text }: KnownDocument, { node }: Operation, variables: FoundOperation['variables']) {
    const { coerced, errors } = coerceVariables(schema, node.variableDefinitions ?? [], variables);
    if (errors !== undefined) throw new InvalidRequest('BAD_USER_INPUT', errors, toLines(text));
    return coerced;
  }

  /** Measures only the requested operation: a document may hold many introspection queries. */
  function measureSchemaBytes({ syntaxTree }: KnownDocument, node: OperationDefinitionNode): number {
    const found = schemaBytes.measure(syntaxTree, node);
    // Without introspection, the maximum need not be measured.
    if (found === 0 || found <= schemaBytes.max) return found;
    const refusal = { limit: 'maxAnswerBytes', allowed: schemaBytes.max, found } as const;
    throw toLimitError(refusal, ' This counts introspection only: request less of it in one operation.');
  }

  return (parameters, { requestId, isRouter }) => {
    const { operationName, variables, sha256 } = parameters;
    const resolved = resolve(parameters);
    // A router generates its documents.
    if (!isRouter) checkTrust(trust, typeof resolved === 'object' ? resolved.text : resolved, operationName, requestId);
    // Clients match this exact message.
    if (resolved === undefined) throw new GatewayError('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound');
    const document = typeof resolved === 'object' ? resolved : store.get(resolved);
    if (sha256 !== undefined && sha256 !== document.sha256) {
      throw new GatewayError('BAD_REQUEST', '"sha256Hash" must be the SHA-256 of "query".');
    }
    const operation = findOperation(document, operationName, variables);
    const overVariables = checkVariables(variables, operation.variableUses, limits);
    if (overVariables !== null) throw toLimitError(overVariables);
    if (parameters.isSafe) checkSafe(operation.node);
    const validVariables = operation.recognises(variables) ? variables : coerce(document, operation, variables);
    return { document, operation, operationName, variables, validVariables };
  };
}

function checkTrust(trust: Trust, text: string | undefined, name: string | undefined, requestId: string): void {
  if (trust.mode === 'off' || (text !== undefined && trust.documents()?.has(text))) return;
  if (trust.mode === 'enforce') {
    const message = 'The document is not in the manifest of trusted documents. Register it there first.';
    throw new GatewayError('DOCUMENT_NOT_TRUSTED', message);
  }
  trust.onUntrusted(name, requestId);
}

/** Refuses operations that may change something. */
function checkSafe({ operation }: OperationDefinitionNode): void {
  if (operation !== OperationTypeNode.MUTATION) return;
  const message = 'GET does not execute mutations. Send the mutation by POST.';
  throw new GatewayError('BAD_REQUEST', message, { status: 405, allow: 'POST' });
}

/** Reports every error only in small variables: for each one, graphql-js prints the whole value that contains it. */
function coerceVariables(
  schema: GraphQLSchema,
  definitions: readonly VariableDefinitionNode[],
  variables: FoundOperation['variables'],
): ReturnType<typeof getVariableValues> {
  const found = getVariableValues(schema, definitions, variables, { maxErrors: 1 });
  if (found.errors === undefined || !isShort(variables)) return found;
  return getVariableValues(schema, definitions, variables, { maxErrors: maxMistakes });
}

/** Whether variables can be printed for each of their errors. Does not recurse: a value can be nested thousands of levels deep. */
function isShort(variables: FoundOperation['variables']): boolean {
  let characters = 0;
  const open: unknown[] = [variables];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== 'object' || value === null) characters += String(value).length;
    else if (Array.isArray(value)) for (const item of value) open.push(item);
    else {
      for (const [key, inner] of Object.entries(value)) {
        characters += key.length;
        open.push(inner);
      }
    }
  }
  return characters <= maxPrintedCharacters;
}

function selectOperation({ syntaxTree }: KnownDocument, name: string | undefined, schema: GraphQLSchema) {
  const node = getOperationAST(syntaxTree, name);
  if (!node) {
    const why =
      name === undefined
        ? 'The document has several operations, or none. Choose one by "operationName".'
        : 'The document has no operation with this name. Check "operationName".';
    throw new GatewayError('OPERATION_RESOLUTION_FAILURE', why);
  }
  if (!schema.getRootType(node.operation)) {
    throw new GatewayError('GRAPHQL_VALIDATION_FAILED', `The schema has no ${node.operation} type.`);
  }
  return node;
}
