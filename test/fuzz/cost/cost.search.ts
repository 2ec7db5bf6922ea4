import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSchema } from '../../../src/graphql/schema.ts';
import { seed } from '../runs.ts';
import { type Meter, startMeter } from './measure.ts';
import { type Finding, Search, type Seed } from './search.ts';

/** How long to search, in seconds. */
const seconds = Number(process.env['FUZZ_SECONDS'] ?? 60);

/** The worst cases found so far, one per line. */
const seeds = readFileSync(new URL('seeds.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line): Seed => JSON.parse(line));

const schema = createSchema();
let meter: Meter | undefined;
let search: Search;

beforeAll(async () => {
  meter = await startMeter();
  search = new Search(meter, schema, seed);
}, 300_000);

afterAll(async () => {
  await meter?.[Symbol.asyncDispose]();
  if (meter !== undefined) process.stderr.write(`${search.evaluations} requests\n${search.closest.join('\n')}\n`);
});

/** Describes a request that exceeds a bound, with a line that can be added to the seeds. */
function describeFinding({ objective, standing, measured, ratio, request }: Finding): string {
  const found = `${objective} ${measured.figures[objective]} is ${ratio.toFixed(2)} times its bound ${standing}`;
  return [found, measured.outcomes.join(' / '), JSON.stringify({ name: '', request })].join('\n');
}

it.each(seeds)('$name stays within its cost bounds', { timeout: 120_000 }, async ({ request }) => {
  const findings = await search.evaluate(request);
  expect(findings.map(describeFinding)).toEqual([]);
});

it('no request found by the search exceeds its cost bounds', { timeout: (seconds + 300) * 1000 }, async () => {
  const findings = new Map<string, Finding>();
  for (const end = performance.now() + seconds * 1000; performance.now() < end; ) {
    for (const finding of await search.step()) findings.set(finding.key, finding);
  }
  expect([...findings.values()].map(describeFinding)).toEqual([]);
});
