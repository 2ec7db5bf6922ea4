import type { GraphQLHttpRequest } from './execute.ts';

type Json = Readonly<Record<string, unknown>>;

/** What a request asks for, as far as it can be told. What makes no sense is left to Apollo Server to refuse. */
export interface Incoming {
  readonly query: string | undefined;
  /** What a client sends in the place of a document that it expects to be known. */
  readonly documentId: string | undefined;
  readonly operationName: string | undefined;
  readonly variables: unknown;
}

/** Reads a request of either method. Relay says `doc_id`, Apollo `extensions.persistedQuery`, others `documentId`. */
export function readIncoming({ method, search, body }: GraphQLHttpRequest): Incoming {
  const fields = method === 'POST' ? toObject(body) : fromSearch(search);
  const persisted = toObject(toObject(fields['extensions'])['persistedQuery']);
  return {
    query: toText(fields['query']),
    documentId: toText(fields['documentId']) ?? toText(fields['doc_id']) ?? toText(persisted['sha256Hash']),
    operationName: toText(fields['operationName']),
    variables: fields['variables'],
  };
}

/** The same request with this document in the place of an id. */
export function withDocument(request: GraphQLHttpRequest, query: string): GraphQLHttpRequest {
  if (request.method === 'POST') {
    const { extensions: _extensions, ...body } = toObject(request.body);
    return { ...request, body: { ...body, query } };
  }
  const search = new URLSearchParams(request.search);
  search.delete('extensions');
  search.set('query', query);
  return { ...request, search: `?${search}` };
}

function fromSearch(search: string): Json {
  const fields: Record<string, unknown> = {};
  for (const [name, value] of new URLSearchParams(search)) {
    fields[name] = name === 'variables' || name === 'extensions' ? tryJson(value) : value;
  }
  return fields;
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function toObject(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

function toText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** What is to be executed, of a request in which nothing is left for Apollo Server to judge. */
export interface PlainOperation {
  readonly operationName: string | undefined;
  readonly variables: Json;
}

/**
 * Reads a `POST` of one operation, whose document is known to be this.
 *
 * @returns null for anything out of the ordinary: fields of a wrong type, and documents that are to be registered.
 */
export function readPlainOperation({ method, body }: GraphQLHttpRequest, query: string): PlainOperation | null {
  if (method !== 'POST') return null;
  const { query: sent, operationName, variables, extensions, documentId, doc_id: docId } = toObject(body);
  if (!(operationName === undefined || operationName === null || toText(operationName) !== undefined)) return null;
  if (!isAbsentOrObject(variables) || !isAbsentOrObject(extensions)) return null;
  const persisted = extensions?.['persistedQuery'];
  const isPlain =
    persisted === undefined
      ? sent === query
      : sent === undefined && documentId === undefined && docId === undefined && toObject(persisted)['version'] === 1;
  return isPlain ? { operationName: toText(operationName), variables: variables ?? {} } : null;
}

function isAbsentOrObject(value: unknown): value is Json | null | undefined {
  return value === undefined || value === null || (typeof value === 'object' && !Array.isArray(value));
}
