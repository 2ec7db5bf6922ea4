import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Environment } from '../../src/settings/parse-settings.ts';
import { startCollector } from '../support/collector.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';
import {
  canarySecret,
  canaryToken,
  canaryWords,
  type Fault,
  type FaultUpstream,
  imageId,
  memberId,
  otherToken,
  startFaultUpstream,
} from './fault-upstream.ts';

/** A gateway in front of a faulty upstream, with all of its output. */
export interface Surroundings extends AsyncDisposable {
  readonly gateway: Gateway;
  readonly upstream: FaultUpstream;
  /** Checks the invariants of every row; `seen` is the answer to the caller, including headers. */
  check(seen: string): Promise<void>;
}

/** Settings with which every row ends quickly. */
export const settings: Environment = {
  ROUTER_SECRET: canarySecret,
  UPSTREAM_DEADLINE_MS: '400',
  UPSTREAM_RETRIES: '1',
  UPSTREAM_MAX_BODY_BYTES: '100000',
  MAX_REQUEST_BYTES: '100000',
};

/** The open resources, which a row must not change. */
function openHandles(): number {
  return process.getActiveResourcesInfo().filter((name) => /^(Timeout|TCPSocketWrap|TCPServerWrap)$/.test(name)).length;
}

export async function start(fault: Fault, environment: Environment = {}): Promise<Surroundings> {
  const before = openHandles();
  const upstream = await startFaultUpstream(fault);
  const collector = await startCollector();
  const gateway = await startGateway(upstream.url, {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    ...settings,
    ...environment,
  });
  let open = true;
  async function close(): Promise<void> {
    if (!open) return;
    open = false;
    await gateway[Symbol.asyncDispose]();
    await upstream[Symbol.asyncDispose]();
    await collector[Symbol.asyncDispose]();
  }
  return {
    gateway,
    upstream,
    async check(seen) {
      const elsewhere = { 'x-forwarded-for': '192.0.2.2' };
      const other = await gateway.query(otherToken, `{ image(id: "${imageId}") { name } }`, {}, elsewhere);
      expect(other).toMatchObject({ status: 200, data: { image: { name: 'an image' } }, errors: undefined });
      const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
      await close();
      const targets = upstream.received.map(({ target }) => target).join('\n');
      for (const place of [seen, gateway.log.join(''), metrics, collector.received.join(''), targets, other.raw]) {
        expect(place).not.toContain(canaryToken);
        expect(place).not.toContain(canarySecret);
        expect(place).not.toContain(canaryWords);
        expect(place).not.toMatch(/ECONN|UND_ERR|node:|\.ts:/);
      }
      // Traces say where upstream is: they are for operators alone.
      for (const place of [seen, gateway.log.join(''), metrics, targets, other.raw]) {
        expect(place).not.toContain('127.0.0.1');
      }
      for (const { head } of upstream.received) expect(head).not.toContain(canarySecret);
      expect(collector.received.length).toBeGreaterThan(0);
      const writes = upstream.received.filter(({ method }) => method !== 'GET');
      expect(new Set(writes.map(({ method, target }) => `${method} ${target}`)).size).toBe(writes.length);
      // Connections take some turns of the event loop to close.
      const patience = performance.now() + 3_000;
      while (openHandles() > before && performance.now() < patience) await nextTurn();
      expect(openHandles()).toBeLessThanOrEqual(before);
    },
    [Symbol.asyncDispose]: close,
  };
}

/** The value of one of the gateway's series: a name, with its labels if it has any. */
export async function metric(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const line = text.split('\n').find((candidate) => candidate.startsWith(`image_gateway_${name} `));
  return Number(line?.split(' ').at(-1));
}

/** The operations of the rows. */
export const operations = {
  image: `{ image(id: "${imageId}") { name properties } }`,
  images: '{ images(first: 5) { nodes { name } } }',
  members: `{ image(id: "${imageId}") { members { memberId status } } }`,
  update: `mutation { updateMemberStatus(input: { imageId: "${imageId}", memberId: "${memberId}", status: ACCEPTED }) {
    imageMember { status } userErrors { code } } }`,
  create: `mutation { createImageMember(input: { imageId: "${imageId}", memberId: "${memberId}" }) {
    imageMember { status } userErrors { code } } }`,
  delete: `mutation { deleteImageMember(input: { imageId: "${imageId}", memberId: "${memberId}" }) {
    deletedImageMemberId userErrors { code } } }`,
} as const;

/** An answer must be GraphQL over HTTP: JSON with data, errors or both, and each error with its message and code. */
export function checkAnswer(raw: string, type: string | null): { data?: unknown; errors?: { extensions: Codes }[] } {
  expect(type).toMatch(/^application\/(?:graphql-response\+)?json; charset=utf-8$/);
  const answer = JSON.parse(raw) as { data?: unknown; errors?: { message: string; extensions: Codes }[] };
  expect(answer.data !== undefined || answer.errors !== undefined).toBe(true);
  for (const { message, extensions } of answer.errors ?? []) {
    expect(message).toMatch(/\S/);
    expect(extensions.code).toMatch(/^[A-Z_]+$/);
  }
  if (answer.errors) expect(answer.errors.length).toBeGreaterThan(0);
  return answer;
}

interface Codes {
  readonly code: string;
  readonly outcome?: string;
}
