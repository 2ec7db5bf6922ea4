import { type AttemptAnswer, type AttemptRequest, attempt, type Cancel, UnusableAnswer } from './attempt.ts';
import type { Connections } from './connection-pool.ts';
import { isImagesList, readVersionsList } from './versions-list.ts';

/** Timeout of a probe, in milliseconds. */
const probeTimeoutMs = 2_000;

/** How long a verdict is reused, in milliseconds, so that frequent probes do not become upstream calls. */
const freshMs = 1_000;

const unreachable = 'the Images API cannot be reached';
const wrongAddress = 'there is no Images API at IMAGES_API_URL';

/** Explains to an operator why the Images API cannot be used; null if it can. */
export type Probe = () => Promise<string | null>;

/**
 * Creates a probe that checks, without a token, whether upstream can be reached and whether the base path leads to an
 * Images API. docs/decisions/readiness.md explains the choice of requests.
 *
 * @param basePath ends in `/v2`.
 * @param now returns the current time in milliseconds.
 */
export function createProbe(pool: Connections, basePath: string, now: () => number): Probe {
  let last: { readonly at: number; readonly verdict: Promise<string | null> } | undefined;
  return () => {
    if (last === undefined || now() - last.at > freshMs) last = { at: now(), verdict: probe(pool, basePath) };
    return last.verdict;
  };
}

async function probe(pool: Connections, basePath: string): Promise<string | null> {
  let cancel: Cancel = () => {};
  const timer = setTimeout(() => cancel(new Error('the probe took too long')), probeTimeoutMs);
  const onCancel = (c: Cancel): void => {
    cancel = c;
  };
  try {
    return await judge((path) => attempt(pool, { ...request, path }, onCancel).catch(toAnswer), basePath);
  } catch {
    return unreachable;
  } finally {
    clearTimeout(timer);
  }
}

const request: Omit<AttemptRequest, 'path'> = {
  method: 'GET',
  headers: ['accept', 'application/json', 'accept-encoding', 'identity'],
  body: null,
  maxBodyBytes: 65_536,
};

/** An oversized or binary response comes from another service. @throws if there was no response. */
function toAnswer(error: unknown): AttemptAnswer {
  if (error instanceof UnusableAnswer) return { status: 200, headers: {}, body: '' };
  throw error;
}

type Get = (path: string) => Promise<AttemptAnswer>;

async function judge(get: Get, basePath: string): Promise<string | null> {
  const parent = basePath.slice(0, basePath.lastIndexOf('/'));
  // A proxy may hide either of them.
  for (const path of ['/versions', '/']) {
    const address = readAddress(await get(parent + path), basePath);
    if (address !== null) return address === 'right' ? null : wrongAddress;
  }
  const { status, body } = await get(`${basePath}/images?limit=1`);
  if (status >= 500) return `the Images API answers with HTTP status ${status}`;
  if (status === 404 || status === 410 || status === 405 || (status >= 300 && status < 400)) {
    return `${wrongAddress}: it answers with HTTP status ${status}`;
  }
  if (status === 200 && !isImagesList(body)) return `${wrongAddress}: the response is not a list of images`;
  return (await isBelowAnother(get, parent)) ? `${wrongAddress}: there is one at a shorter path` : null;
}

/** What a version list says about the base path; null if it is not a version list, or does not say. */
function readAddress({ status, body }: AttemptAnswer, basePath: string): 'right' | 'wrong' | null {
  const list = status === 200 || status === 300 ? readVersionsList(body) : null;
  if (list === null) return null;
  if (list.api === 'other') return 'wrong';
  // Glance answers every unknown path with 300 and its version list.
  return status === 200 || list.path?.replace(/\/$/, '') === basePath ? 'right' : null;
}

/** Whether a path like `/v2.15` or `/v2/images` lies within an Images API, which answers 401 at any path. */
async function isBelowAnother(get: Get, parent: string): Promise<boolean> {
  const above = /^(.*?)\/v\d+(?:\.\d+)?(?:\/|$)/.exec(parent)?.[1];
  if (above === undefined) return false;
  const { status, body } = await get(`${above}/versions`);
  return status === 200 && readVersionsList(body)?.api === 'images';
}
