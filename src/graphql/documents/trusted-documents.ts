import { getOperationAST, type OperationDefinitionNode, parse } from 'graphql';

/** The documents of a manifest. */
export interface TrustedDocuments {
  /** The document with this id. */
  byId(id: string): string | undefined;
  /** Whether the manifest holds this very text. */
  has(document: string): boolean;
  /** The names of its operations. */
  readonly operationNames: ReadonlySet<string>;
}

/**
 * Reads a manifest: an object of ids and documents, as the compiler of Relay and GraphQL Code Generator write it
 * (`persisted-documents.json`), or the operation manifest of Apollo (`apollo-persisted-query-manifest`).
 *
 * @throws Error that says in one line what is wrong with it.
 */
export function parseTrustedDocuments(manifest: string): TrustedDocuments {
  const documents = new Map(toEntries(parseJson(manifest)));
  const texts = new Set(documents.values());
  const names = [...documents].map(([id, document]) => readOperation(id, document).name?.value ?? '');
  return {
    byId: (id) => documents.get(stripAlgorithm(id)),
    has: (document) => texts.has(document),
    operationNames: new Set(names.filter((name) => name !== '')),
  };
}

function toEntries(manifest: object): [string, string][] {
  if ('format' in manifest && manifest.format === 'apollo-persisted-query-manifest') {
    const operations: unknown = 'operations' in manifest ? manifest.operations : undefined;
    if (!Array.isArray(operations)) throw mistake('has no operations');
    return operations.map(({ id, body }: { readonly id?: unknown; readonly body?: unknown }) => toEntry(id, body));
  }
  return Object.entries(manifest).map(([id, document]) => toEntry(id, document));
}

function toEntry(id: unknown, document: unknown): [string, string] {
  if (typeof id !== 'string' || typeof document !== 'string') throw mistake('is no map of ids and documents');
  return [stripAlgorithm(id), document];
}

/** Ids may say how they were made: `sha256:…`. */
function stripAlgorithm(id: string): string {
  return id.replace(/^sha(?:1|256):/, '');
}

function readOperation(id: string, document: string): OperationDefinitionNode {
  try {
    const operation = getOperationAST(parse(document));
    if (operation) return operation;
  } catch {
    // Said below.
  }
  throw mistake(`holds under "${id.slice(0, 100)}" what is no document of one operation`);
}

function parseJson(manifest: string): object {
  try {
    const json: unknown = JSON.parse(manifest);
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json;
  } catch {
    // Said below.
  }
  throw mistake('is no JSON object');
}

function mistake(what: string): Error {
  return new Error(`TRUSTED_DOCUMENTS_FILE ${what}.`);
}
