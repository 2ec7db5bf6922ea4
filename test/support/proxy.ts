import type { ServerResponse } from 'node:http';
import { type Received, startUpstream, type Upstream } from './upstream.ts';

/** What upstream answered. */
export interface Forwarded {
  readonly status: number;
  /** Undefined where there can be none. */
  readonly body: string | undefined;
}

/** Answers a call; upstream learns of it, and carries it out, when `forward` is called. */
export type Handle = (response: ServerResponse, forward: () => Promise<Forwarded>) => void | Promise<void>;

/** Decides what becomes of a call; what it leaves alone passes. */
export type Disturb = (request: Received) => Handle | undefined;

/** An HTTP proxy before upstream that can lose a call before it was carried out, or its answer afterwards. */
export function startProxy(upstreamUrl: string, disturb: Disturb): Promise<Upstream> {
  return startUpstream((response, request) => {
    const handle = disturb(request) ?? pass;
    run(handle, response, () => forward(upstreamUrl, request)).catch(() => response.destroy());
  });
}

/** Lets a call pass. */
export async function pass(response: ServerResponse, forward: () => Promise<Forwarded>): Promise<void> {
  const { status, body } = await forward();
  response.writeHead(status, { 'content-type': 'application/json' }).end(body);
}

/** Async, so that what a handler throws at once is a rejection as well. */
async function run(handle: Handle, ...exchange: Parameters<Handle>): Promise<void> {
  await handle(...exchange);
}

async function forward(url: string, { method, target, headers, body }: Received): Promise<Forwarded> {
  const own = headers.filter(([name]) => name.startsWith('x-') || name.startsWith('content-type') || name === 'accept');
  const init = { method, headers: own.map(([name, value]): [string, string] => [name, value]) };
  const response = await fetch(url + target, body === '' ? init : { ...init, body });
  return { status: response.status, body: response.status === 204 ? undefined : await response.text() };
}
