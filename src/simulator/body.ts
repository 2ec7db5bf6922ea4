import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { ReceivedBody } from './call.ts';

/**
 * Reads a request body to its end, even without a valid token, so that the connection stays usable. An upload is
 * counted and hashed but never held in memory. Rejects when the client disconnects.
 */
export async function readBody(request: IncomingMessage, isUpload: boolean): Promise<ReceivedBody> {
  const chunks: Uint8Array[] = [];
  const md5 = createHash('md5');
  const sha512 = createHash('sha512');
  let size = 0;
  for await (const chunk of request) {
    if (!(chunk instanceof Uint8Array)) continue;
    size += chunk.length;
    if (isUpload) {
      md5.update(chunk);
      sha512.update(chunk);
    } else {
      chunks.push(chunk);
    }
  }
  return { bytes: Buffer.concat(chunks), size, md5: md5.digest('hex'), sha512: sha512.digest('hex') };
}
