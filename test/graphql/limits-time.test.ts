import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/errors.ts';
import { createPrepare } from '../../src/graphql/documents/prepare-document.ts';
import { createCheck, defaults, schema } from './check-limits.ts';
import { bombs, largest } from './large-documents.ts';

/**
 * The CPU time of a function, which is the time it blocks the event loop on an idle machine: the lowest average of several
 * batches, because other processes can only slow it down. Stops after the first batch below `enoughMs`.
 */
function leastCpuMs(enoughMs: number, run: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  run();
  for (let batch = 0; batch < 10 && least >= enoughMs; batch++) {
    const start = process.threadCpuUsage();
    for (let left = runsPerBatch; left > 0; left--) run();
    const { user, system } = process.threadCpuUsage(start);
    least = Math.min(least, (user + system) / 1000 / runsPerBatch);
  }
  return least;
}

/** Enough to average out the ticks of up to 10 ms in which CPU time is counted. */
const runsPerBatch = 20;
/** How long one request without a token may block the event loop: 20 ms, and twice as long on a busy machine. */
const maxMs = 40;

const prepare = createPrepare({ schema, limits: defaults, introspection: true });

/** The cost of preparing a document, whether it is refused or not. */
function prepareMs(document: string): number {
  return leastCpuMs(maxMs, () => {
    try {
      prepare(document);
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
    }
  });
}

it.each(Object.entries(bombs))('%s take little CPU time to refuse', (_name, [document]) => {
  expect(prepareMs(document)).toBeLessThan(maxMs);
});

it.each(Object.entries(largest))('%s, just within the limits, take little CPU time to prepare', (_name, document) => {
  expect(prepareMs(document)).toBeLessThan(maxMs);
});

describe('variables', () => {
  const list = 'query ($a: ImageFilter) { images(filter: $a) { nodes { id } } }';
  const filter = (fields: number, value: unknown) =>
    Object.fromEntries(Array.from({ length: fields }, (_, index) => [`field${index}`, value]));

  it.each([
    ['of many fields', filter(15_000, 1)],
    ['of long texts', filter(100, 'x'.repeat(9_000))],
    ['of many objects', filter(100, filter(100, 1))],
    ['of many lists', filter(100, Array(190).fill('x'))],
  ])('that are invalid are refused quickly: objects %s', (_what, a) => {
    const again = createCheck();
    expect(leastCpuMs(maxMs, () => void again(list, { variables: { a } }))).toBeLessThan(maxMs);
  });
});
