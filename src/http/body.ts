import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { CollectedBytes } from '../collected-bytes.ts';
import { type ErrorCode, GatewayError } from '../errors.ts';

/** A request that cannot be taken, with the status that says so. */
export class RequestError extends GatewayError {
  override readonly name = 'RequestError';

  constructor(
    status: 400 | 406 | 408 | 413 | 415 | 429 | 503,
    message: string,
    { code = 'BAD_REQUEST', retryAfter }: { readonly code?: ErrorCode; readonly retryAfter?: number } = {},
  ) {
    super(code, message, { status, retryAfter });
  }
}

/** Counts what all bodies hold together while they are received. */
export interface Reception {
  /** So many bytes came, of a body that now has `size`. @returns why there is no room for them, or null. */
  receive(bytes: number, size: number): RequestError | null;
  /** So many bytes are not being received any more. */
  release(bytes: number): void;
}

/**
 * Reads a JSON body; undefined for every other media type, an absent one too, which is then for GraphQL to refuse. A
 * page of another origin can send those without a preflight, so they are never read.
 *
 * @throws RequestError for another encoding, a body that is too large, one that is no JSON, and where there is no room.
 */
export async function readJson(request: IncomingMessage, maxBytes: number, reception: Reception): Promise<unknown> {
  if (!isJson(request.headers['content-type'] ?? '')) return undefined;
  if (request.headers['content-encoding'] !== undefined) {
    throw new RequestError(415, 'The request body must not be compressed.');
  }
  const body = await readBody(request, maxBytes, reception);
  if (!isUtf8(body)) throw new RequestError(400, 'The request body is not UTF-8.');
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new RequestError(400, 'Invalid JSON: the request body cannot be parsed.');
  }
}

/** @throws RequestError for JSON in another encoding. */
function isJson(contentType: string): boolean {
  if (contentType === 'application/json') return true;
  const [type, ...parameters] = contentType.split(';').map((part) => part.trim());
  if (type?.toLowerCase() !== 'application/json') return false;
  if (parameters.every((parameter) => /^(?:charset="?utf-8"?)?$/i.test(parameter))) return true;
  throw new RequestError(415, 'The request body must be sent as "Content-Type: application/json", in UTF-8.');
}

function readBody(request: IncomingMessage, maxBytes: number, reception: Reception): Promise<Buffer> {
  const tooLarge = (): RequestError => new RequestError(413, `The request body is larger than ${maxBytes} bytes.`);
  return new Promise((resolve, reject) => {
    if (Number(request.headers['content-length']) > maxBytes) return reject(tooLarge());
    let bytes: CollectedBytes | null = new CollectedBytes();
    function end(refusal: RequestError | null): void {
      if (bytes === null) return;
      reception.release(bytes.size);
      if (refusal === null) resolve(bytes.take());
      else reject(refusal);
      bytes = null;
    }
    request.on('data', (chunk: Buffer) => {
      if (bytes === null) return;
      const size = bytes.size + chunk.length;
      if (size > maxBytes) return end(tooLarge());
      const refusal = reception.receive(chunk.length, size);
      if (refusal !== null) return end(refusal);
      bytes.add(chunk);
    });
    request.on('end', () => end(null));
    const cutOff = (): void => {
      if (!request.complete) end(new RequestError(400, 'The request body did not arrive whole.'));
    };
    request.on('error', cutOff);
    request.on('close', cutOff);
  });
}
