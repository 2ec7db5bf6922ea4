import type { Dispatcher } from 'undici';
import { type AttemptAnswer, type AttemptRequest, attempt, type Cancel, UnusableAnswer } from './attempt.ts';
import { isImagesList, readVersionsList } from './versions-list.ts';

/** How long upstream may take to show that it is there, in milliseconds. */
const probeTimeoutMs = 2_000;

/** How long an answer is good for, so that frequent probes of the gateway do not become calls to upstream. */
const freshMs = 1_000;

const unreachable = 'the Images API cannot be reached';
const wrongAddress = 'there is no Images API at IMAGES_API_URL';

/** Tells in words for an operator why the Images API cannot be asked; null if it can. */
export type Probe = () => Promise<string | null>;

/**
 * Makes a probe that tells whether the Images API is there: whether it can be reached, and whether the base path leads to
 * one. It asks without a token. Why it asks what it asks is told in docs/decisions/readiness.md.
 *
 * @param basePath ends in `/v2`.
 * @param now gives milliseconds.
 */
export function createProbe(dispatcher: Dispatcher, basePath: string, now: () => number): Probe {
  let last: { readonly at: number; readonly verdict: Promise<string | null> } | undefined;
  return () => {
    if (last === undefined || now() - last.at > freshMs) last = { at: now(), verdict: probe(dispatcher, basePath) };
    return last.verdict;
  };
}

async function probe(dispatcher: Dispatcher, basePath: string): Promise<string | null> {
  let cancel: Cancel = () => {};
  const timer = setTimeout(() => cancel(new Error('the probe took too long')), probeTimeoutMs);
  const onCancel = (c: Cancel): void => {
    cancel = c;
  };
  try {
    return await judge((path) => attempt(dispatcher, { ...request, path }, onCancel).catch(toAnswer), basePath);
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

/** An answer that is too large or not text is one of somebody else. @throws where there was none. */
function toAnswer(error: unknown): AttemptAnswer {
  if (error instanceof UnusableAnswer) return { status: 200, headers: {}, body: '' };
  throw error;
}

type Get = (path: string) => Promise<AttemptAnswer>;

async function judge(get: Get, basePath: string): Promise<string | null> {
  const parent = basePath.slice(0, basePath.lastIndexOf('/'));
  // A front end may hide the one or the other.
  for (const path of ['/versions', '/']) {
    const address = readAddress(await get(parent + path), basePath);
    if (address !== null) return address === 'right' ? null : wrongAddress;
  }
  const { status, body } = await get(`${basePath}/images?limit=1`);
  if (status >= 500) return `the Images API answers with HTTP status ${status}`;
  if (status === 404 || status === 410 || status === 405 || (status >= 300 && status < 400)) {
    return `${wrongAddress}: it answers with HTTP status ${status}`;
  }
  if (status === 200 && !isImagesList(body)) return `${wrongAddress}: it answers with something else than images`;
  return (await isBelowAnother(get, parent)) ? `${wrongAddress}: there is one above it` : null;
}

/** What a list of versions tells of the base path; null for what is no such list, or leaves it open. */
function readAddress({ status, body }: AttemptAnswer, basePath: string): 'right' | 'wrong' | null {
  const list = status === 200 || status === 300 ? readVersionsList(body) : null;
  if (list === null) return null;
  if (list.api === 'other') return 'wrong';
  // Glance shows its versions with 300 at every path that it does not know.
  return status === 200 || list.path?.replace(/\/$/, '') === basePath ? 'right' : null;
}

/** Whether a path like `/v2.15` or `/v2/images` lies within an Images API, which asks for a token wherever it is asked. */
async function isBelowAnother(get: Get, parent: string): Promise<boolean> {
  const above = /^(.*?)\/v\d+(?:\.\d+)?(?:\/|$)/.exec(parent)?.[1];
  if (above === undefined) return false;
  const { status, body } = await get(`${above}/versions`);
  return status === 200 && readVersionsList(body)?.api === 'images';
}
