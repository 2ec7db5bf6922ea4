import { connect } from 'node:net';

/** One answer as received over the wire. */
export interface RawAnswer {
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

/** Builds a request without adding anything, because HTTP clients normalise the unusual addresses of these tests. */
export function spellRequest(request: {
  readonly method: string;
  readonly target: string;
  readonly version?: string;
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string | Uint8Array;
}): Buffer {
  const { method, target, version = '1.1', headers = [], body = '' } = request;
  if (version === '0.9') return Buffer.from(`${method} ${target}\r\n\r\n`, 'latin1');
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const head = Buffer.from(`${method} ${target} HTTP/${version}\r\n${lines}\r\n`, 'latin1');
  return Buffer.concat([head, Buffer.from(body)]);
}

function parseAnswer(bytes: Buffer, hasNoBody: boolean): RawAnswer | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [statusLine = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const [, code = '', reason = ''] = /^HTTP\/1\.1 (\d{3}) ?(.*)$/.exec(statusLine) ?? [];
  if (code === '100') return parseAnswer(bytes.subarray(end + 4), hasNoBody);
  const headers = lines.map((line): [string, string] => {
    const at = line.indexOf(': ');
    return [line.slice(0, at), line.slice(at + 2)];
  });
  const length = headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1] ?? '0';
  const body = bytes.subarray(end + 4);
  if (!hasNoBody && body.length < Number(length)) return undefined;
  return { status: Number(code), reason, headers, body: body.toString('utf8') };
}

/** Sends bytes on a new connection and reads one answer; rejects if the connection ends before the answer is complete. */
export function exchangeRaw(url: string, request: Buffer): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const isHead = request.subarray(0, 5).toString() === 'HEAD ';
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    let received = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      const answer = parseAnswer(received, isHead);
      if (answer === undefined) return;
      resolve(answer);
      socket.destroy();
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`closed after ${received.length} bytes`)));
    socket.write(request);
  });
}
