import type { ServerResponse } from 'node:http';
import { type Received, startUpstream, type Upstream } from './upstream.ts';

/** The answer of upstream. */
export interface Forwarded {
  readonly status: number;
  /** Undefined if there can be none. */
  readonly body: string | undefined;
}

/** Answers a call; it reaches upstream only if `forward` is called. */
export type Handle = (response: ServerResponse, forward: () => Promise<Forwarded>) => void | Promise<void>;

/** Returns the handler for a call; without one, the call is forwarded. */
export type Disturb = (request: Received) => Handle | undefined;

/** An HTTP proxy in front of upstream that can lose a call before upstream receives it, or its answer afterwards. */
export function startProxy(upstreamUrl: string, disturb: Disturb): Promise<Upstream> {
  return startUpstream((response, request) => {
    const handle = disturb(request) ?? pass;
    run(handle, response, () => forward(upstreamUrl, request)).catch(() => response.destroy());
  });
}

/** Forwards a call. */
export async function pass(response: ServerResponse, forward: () => Promise<Forwarded>): Promise<void> {
  const { status, body } = await forward();
  response.writeHead(status, { 'content-type': 'application/json' }).end(body);
}

/** Async, so that a synchronous exception in a handler becomes a rejection too. */
async function run(handle: Handle, ...exchange: Parameters<Handle>): Promise<void> {
  await handle(...exchange);
}

async function forward(url: string, { method, target, headers, body }: Received): Promise<Forwarded> {
  const own = headers.filter(([name]) => name.startsWith('x-') || name.startsWith('content-type') || name === 'accept');
  const init = { method, headers: own.map(([name, value]): [string, string] => [name, value]) };
  const response = await fetch(url + target, body === '' ? init : { ...init, body });
  return { status: response.status, body: response.status === 204 ? undefined : await response.text() };
}
