import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { ByteBuffer } from '../collections/byte-buffer.ts';
import { type ErrorCode, GatewayError } from '../errors.ts';
import { parseContentType } from './media-type.ts';

interface RequestErrorDetails {
  readonly code?: ErrorCode;
  /** Seconds to wait before a retry. */
  readonly retryAfter?: number | undefined;
  readonly reason?: string;
}

/** An HTTP request that is refused with this status. */
export class RequestError extends GatewayError {
  override readonly name = 'RequestError';
  /** The limit of the gateway that was reached, for the log; undefined if the message is enough. */
  readonly reason: string | undefined;

  constructor(
    status: 400 | 406 | 408 | 413 | 415 | 429 | 503,
    message: string,
    { code = 'BAD_REQUEST', retryAfter, reason }: RequestErrorDetails = {},
  ) {
    super(code, message, { status, retryAfter });
    this.reason = reason;
  }
}

/** Counts the bytes of all request bodies that are being received. */
export interface Reception {
  /** Counts received bytes of a body that now has `size`. @returns the refusal if there is no room, or null. */
  receive(bytes: number, size: number): RequestError | null;
  /** Subtracts the bytes of a body that was received or dropped. */
  release(bytes: number): void;
}

/**
 * Reads a JSON body. Returns undefined for any other or missing media type, which GraphQL then refuses: a page of
 * another origin can send those without a preflight, so they are never read.
 *
 * @throws RequestError for an encoded, oversized or invalid body, and when there is no room for it.
 */
export async function readJson(request: IncomingMessage, maxBytes: number, reception: Reception): Promise<unknown> {
  if (!isJson(request.headers['content-type'] ?? '')) return undefined;
  if (!isIdentity(request.headers['content-encoding'])) {
    throw new RequestError(415, 'The request body must not be compressed.');
  }
  const body = takeBody(request, maxBytes, reception) ?? (await readBody(request, maxBytes, reception));
  if (!isUtf8(body)) throw new RequestError(400, 'The request body is not UTF-8.');
  const text = body.toString('utf8');
  try {
    // A parser may ignore a byte order mark before JSON (RFC 8259 §8.1); `JSON.parse` does not.
    return JSON.parse(text.charCodeAt(0) === byteOrderMark ? text.slice(1) : text);
  } catch {
    throw new RequestError(400, 'Invalid JSON: the request body cannot be parsed.');
  }
}

const byteOrderMark = 0xfeff;

/** @throws RequestError for JSON in another character set. */
function isJson(contentType: string): boolean {
  if (contentType === 'application/json') return true;
  const { type, charset } = parseContentType(contentType);
  if (type !== 'application/json') return false;
  if (charset === undefined || charset === 'utf-8' || charset === 'utf8') return true;
  throw new RequestError(415, 'The request body must be sent as "Content-Type: application/json", in UTF-8.');
}

/** Whether a body with this `Content-Encoding` is not encoded. Source: RFC 9110 §8.4. */
function isIdentity(contentEncoding: string | undefined): boolean {
  return (
    contentEncoding === undefined || contentEncoding.split(',').every((coding) => /^\s*(?:identity)?\s*$/i.test(coding))
  );
}

/** Maximum number of unread body bytes that are read and dropped. */
const maxDroppedBytes = 65_536;

/**
 * Whether so much of an answered request's body is still unread that its connection should be closed. A short rest is
 * read and dropped instead, so that the connection can serve the next request.
 */
export function hasLongRest({ complete, headers }: Pick<IncomingMessage, 'complete' | 'headers'>): boolean {
  if (complete) return false;
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length']) > maxDroppedBytes;
}

/**
 * Takes a body that has arrived already, as most have by the time their request continues; null for all others, for an
 * empty one, and for one that is too large.
 *
 * @throws RequestError if there is no room for it.
 */
function takeBody(request: IncomingMessage, maxBytes: number, reception: Reception): Buffer | null {
  const size = request.readableLength;
  if (!request.complete || request.destroyed || size > maxBytes) return null;
  const refusal = reception.receive(size, size);
  if (refusal !== null) throw refusal;
  reception.release(size);
  return request.read();
}

function readBody(request: IncomingMessage, maxBytes: number, reception: Reception): Promise<Buffer> {
  const tooLarge = (): RequestError => new RequestError(413, `The request body is larger than ${maxBytes} bytes.`);
  const incomplete = (): RequestError => new RequestError(400, 'The request body is incomplete.');
  return new Promise((resolve, reject) => {
    if (Number(request.headers['content-length']) > maxBytes) return reject(tooLarge());
    if (request.destroyed) return reject(incomplete());
    let bytes: ByteBuffer | null = new ByteBuffer();
    function end(refuse: (() => RequestError) | null): void {
      if (bytes === null) return;
      reception.release(bytes.size);
      if (refuse === null) resolve(bytes.take());
      else reject(refuse());
      bytes = null;
    }
    request.on('data', (chunk: Buffer) => {
      if (bytes === null) return;
      const size = bytes.size + chunk.length;
      if (size > maxBytes) return end(tooLarge);
      const refusal = reception.receive(chunk.length, size);
      if (refusal !== null) return end(() => refusal);
      bytes.add(chunk);
    });
    request.on('end', () => end(null));
    request.on('close', () => end(incomplete));
  });
}
