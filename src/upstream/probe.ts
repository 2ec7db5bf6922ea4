import type { Dispatcher } from 'undici';
import { attempt, type Cancel } from './attempt.ts';

/** How long upstream may take to show that it lives. */
const probeTimeoutMs = 2_000;
/** How long an answer is good for, so that frequent probes of the gateway do not become calls to upstream. */
const freshMs = 1_000;

/**
 * Tells whether the Images API can be reached: whether it answers at all, and not as a proxy before it does that cannot
 * reach it. The probe carries no token, so upstream answers 401 without asking anyone.
 */
export function createProbe(dispatcher: Dispatcher, basePath: string, now: () => number): () => Promise<boolean> {
  let last: { readonly at: number; readonly reachable: Promise<boolean> } | undefined;
  return () => {
    if (last === undefined || now() - last.at > freshMs) {
      last = { at: now(), reachable: probe(dispatcher, basePath) };
    }
    return last.reachable;
  };
}

async function probe(dispatcher: Dispatcher, basePath: string): Promise<boolean> {
  let cancel: Cancel = () => {};
  const timer = setTimeout(() => cancel(new Error('the probe took too long')), probeTimeoutMs);
  const headers = ['accept', 'application/json', 'accept-encoding', 'identity'];
  const request = {
    method: 'GET',
    path: `${basePath}/schemas/image`,
    headers,
    body: null,
    maxBodyBytes: 65_536,
  } as const;
  try {
    const { status } = await attempt(dispatcher, request, (c) => {
      cancel = c;
    });
    return status < 500;
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}
