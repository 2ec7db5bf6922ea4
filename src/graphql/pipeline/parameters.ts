import { GatewayError } from '../../errors.ts';

type Json = Readonly<Record<string, unknown>>;

/** The parameters of a GraphQL request over HTTP. */
export interface Parameters {
  /** The text of the document; undefined if `documentId` names it. */
  readonly query: string | undefined;
  /** The id of a known document: its id in the manifest, or its SHA-256. */
  readonly documentId: string | undefined;
  /** The SHA-256 of `query` that the client sent with it, as for a persisted query. */
  readonly sha256: string | undefined;
  readonly operationName: string | undefined;
  /** As sent by the caller. */
  readonly variables: Json;
  /** Whether only queries may be executed, because the request is a `GET`. */
  readonly isSafe: boolean;
}

/**
 * Reads the parameters of a `POST` from its JSON body.
 *
 * @throws GatewayError `BAD_REQUEST` for a parameter that violates GraphQL over HTTP.
 */
export function readPostParameters(body: unknown): Parameters {
  if (Array.isArray(body)) throw badRequest('Batches of operations are not supported. Send one operation per request.');
  if (!isObject(body)) {
    throw badRequest('The body must be a JSON object, sent as "Content-Type: application/json".');
  }
  return toParameters(body, false);
}

/** Reads the parameters of a `GET` from the query of its URL, `?` included. @throws GatewayError `BAD_REQUEST`. */
export function readGetParameters(search: string): Parameters {
  const fields: Record<string, unknown> = {};
  for (const [name, value] of new URLSearchParams(search)) {
    if (!isParameter(name)) continue;
    if (name in fields) throw badRequest(`The parameter "${name}" was sent more than once. Send it once.`);
    if (value !== '') fields[name] = name === 'variables' || name === 'extensions' ? parseJson(name, value) : value;
  }
  return toParameters(fields, true);
}

const names = ['query', 'documentId', 'doc_id', 'operationName', 'variables', 'extensions'] as const;

function isParameter(name: string): boolean {
  return (names as readonly string[]).includes(name);
}

function toParameters(fields: Json, isSafe: boolean): Parameters {
  const query = toText(fields, 'query');
  const persisted = readPersistedQuery(toObject(fields, 'extensions')['persistedQuery']);
  // Relay says `doc_id`, Apollo sends an extension, others say `documentId`.
  const ids = [toText(fields, 'documentId'), toText(fields, 'doc_id'), query === undefined ? persisted : undefined];
  const documentId = ids.find((id) => id !== undefined);
  if (ids.some((id) => id !== undefined && id !== documentId)) {
    throw badRequest('The request names several documents. Send one id, or the document itself.');
  }
  if (query === undefined && documentId === undefined) {
    throw badRequest('The request has no document. Send "query", or the id of a known document.');
  }
  return {
    query,
    documentId,
    sha256: query === undefined ? undefined : persisted,
    operationName: toText(fields, 'operationName'),
    variables: toObject(fields, 'variables'),
    isSafe,
  };
}

/** The hash in the `persistedQuery` extension; undefined if there is none. */
function readPersistedQuery(extension: unknown): string | undefined {
  if (extension === undefined || extension === null) return undefined;
  const { version, sha256Hash } = isObject(extension) ? extension : {};
  if (version === 1 && typeof sha256Hash === 'string' && sha256Hash !== '') return sha256Hash;
  throw badRequest('"extensions.persistedQuery" must have "version": 1 and a "sha256Hash".');
}

/** An empty string counts as absent. */
function toText(fields: Json, name: (typeof names)[number]): string | undefined {
  const value = fields[name];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') throw badRequest(`"${name}" must be a string.`);
  return value;
}

function toObject(fields: Json, name: 'variables' | 'extensions'): Json {
  const value = fields[name];
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw badRequest(`"${name}" must be a JSON object.`);
  return value;
}

function parseJson(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest(`The parameter "${name}" must be a JSON object.`);
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function badRequest(message: string): GatewayError {
  return new GatewayError('BAD_REQUEST', message);
}
