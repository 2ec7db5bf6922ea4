import { getOperationAST, type OperationDefinitionNode, parse } from 'graphql';

/** The documents of a manifest. */
export interface TrustedDocuments {
  /** The document with this id. */
  byId(id: string): string | undefined;
  /** Whether the manifest holds exactly this text. */
  has(document: string): boolean;
  /** The names of its operations. */
  readonly operationNames: ReadonlySet<string>;
}

/** Thrown for an invalid manifest; its message is the end of a sentence, on one line. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';
}

/**
 * Parses a manifest: an object of ids and documents, as written by Relay's compiler and GraphQL Code Generator
 * (`persisted-documents.json`), or Apollo's operation manifest (`apollo-persisted-query-manifest`).
 *
 * @throws ManifestError.
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
    if (!Array.isArray(operations)) throw new ManifestError('has no operations');
    return operations.map((operation: { readonly id?: unknown; readonly body?: unknown } | null) =>
      toEntry(operation?.id, operation?.body),
    );
  }
  return Object.entries(manifest).map(([id, document]) => toEntry(id, document));
}

function toEntry(id: unknown, document: unknown): [string, string] {
  if (typeof id !== 'string' || typeof document !== 'string')
    throw new ManifestError('is not a map of ids to documents');
  return [stripAlgorithm(id), document];
}

/** Removes the hash algorithm that may precede an id: `sha256:…`. */
function stripAlgorithm(id: string): string {
  return id.replace(/^sha(?:1|256):/, '');
}

function readOperation(id: string, document: string): OperationDefinitionNode {
  try {
    const operation = getOperationAST(parse(document));
    if (operation) return operation;
  } catch {
    // Reported below.
  }
  throw new ManifestError(`must hold one operation per document, but ${JSON.stringify(id.slice(0, 100))} does not`);
}

function parseJson(manifest: string): object {
  try {
    const json: unknown = JSON.parse(manifest);
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json;
  } catch {
    // Reported below.
  }
  throw new ManifestError('is not a JSON object');
}
