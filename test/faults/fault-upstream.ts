import { createServer, type Socket } from 'node:net';
import { type Listening, listen } from '../support/listen.ts';

/** A request as received from the socket. */
export interface RawRequest {
  readonly method: string;
  readonly target: string;
  readonly token: string;
  readonly head: string;
  readonly body: string;
}

/** Applies the fault of a table row to the socket; `number` counts the requests of this token, from 1. */
export type Fault = (socket: Socket, request: RawRequest, number: number) => void;

/** An upstream message that must not appear in any output. */
export const canaryWords = 'canary-words-of-upstream';
/** The token that must not appear in any output. */
export const canaryToken = 'canary-token-3f1c9a';
/** The router secret, which must not appear in any output, or in requests to upstream. */
export const canarySecret = 'canary-secret-7b20de';
export const otherToken = 'token-of-someone-else';

export const imageId = '00000000-0000-4000-8000-000000000001';
export const memberId = 'a'.repeat(32);

export const imageRow = {
  id: imageId,
  name: 'an image',
  status: 'active',
  visibility: 'shared',
  owner: '1'.repeat(32),
  os_hidden: false,
  protected: false,
  created_at: '2026-11-21T03:23:00Z',
  updated_at: '2026-11-21T03:23:00Z',
  tags: [],
};

export const memberRow = {
  image_id: imageId,
  member_id: memberId,
  status: 'accepted',
  created_at: '2026-11-21T03:23:00Z',
  updated_at: '2026-11-21T03:23:00Z',
  schema: '/v2/schemas/member',
};

/** The bytes of an answer; `headers` replace default headers of the same name, and null removes one. */
export function answer(status: number, body: string | object, headers: Readonly<Record<string, string | null>> = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const all: Record<string, string | null> = {
    'Content-Type': typeof body === 'string' ? 'text/html; charset=UTF-8' : 'application/json',
    'Content-Length': String(Buffer.byteLength(text)),
    'X-Openstack-Request-Id': 'req-of-upstream',
    'X-Internal': canaryWords,
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}`]));
  return `HTTP/1.1 ${status} ${canaryWords}\r\n${lines.join('\r\n')}\r\n\r\n${text}`;
}

/** The answer of a healthy upstream. */
export function healthy({ method, target }: Pick<RawRequest, 'method' | 'target'>): string {
  const path = target.replace(/\?.*$/, '');
  if (method === 'DELETE') return 'HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n';
  const id = decodeURIComponent(path.split('/')[3] ?? imageId);
  const member = { ...memberRow, image_id: id };
  if (path.endsWith('/members')) {
    return answer(200, method === 'POST' ? { ...member, status: 'pending' } : { members: [member] });
  }
  if (path.includes('/members/')) return answer(200, member);
  return path === '/v2/images' ? answer(200, { images: [imageRow] }) : answer(200, { ...imageRow, id });
}

/** An upstream whose answers are determined byte for byte by a table row. */
export interface FaultUpstream extends Listening {
  /** The requests with the canary token. */
  readonly received: readonly RawRequest[];
  /** Resolves when this many of them have arrived. */
  arrived(count: number): Promise<void>;
}

/** Starts it: `fault` applies to requests with the canary token; all others are answered correctly. */
export async function startFaultUpstream(fault: Fault): Promise<FaultUpstream> {
  const received: RawRequest[] = [];
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  const server = createServer((socket) => {
    let buffer = '';
    socket.on('data', (chunk) => {
      buffer += chunk.toString('latin1');
      for (;;) {
        const end = buffer.indexOf('\r\n\r\n');
        if (end < 0) return;
        const head = buffer.slice(0, end);
        const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
        if (buffer.length < end + 4 + length) return;
        const body = buffer.slice(end + 4, end + 4 + length);
        buffer = buffer.slice(end + 4 + length);
        const [method = '', target = ''] = head.split(' ', 2);
        const token = /^x-auth-token: *(.*)$/im.exec(head)?.[1]?.trim() ?? '';
        const request = { method, target, token, head, body };
        if (token !== canaryToken) {
          socket.write(healthy(request));
          continue;
        }
        const number = received.push(request);
        for (const { count, resolve } of waiting) if (received.length >= count) resolve();
        fault(socket, request, number);
      }
    });
  });
  return {
    ...(await listen(server)),
    received,
    arrived: (count) =>
      new Promise((resolve) => {
        if (received.length >= count) resolve();
        else waiting.push({ count, resolve });
      }),
  };
}
