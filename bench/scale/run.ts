/**
 * A fleet of gateways before a region of Glance workers, in virtual time:
 *
 *   node bench/scale/run.ts                            every scenario, from ten to a hundred thousand callers
 *   node bench/scale/run.ts --callers 10000            every scenario and every set of settings, for so many callers
 *   node bench/scale/run.ts MAX_CONCURRENT_OPERATIONS=32   every scenario with these settings
 *   node bench/scale/run.ts --scenario slow --seed 2   only this one, with other chances
 *
 * Each row is one run. Goodput is that of ten seconds after ten seconds, from the beginning of the disturbance on: what was
 * answered without error within five seconds, as a share of what was asked, or of what Glance could have answered where that
 * is less; `–` where nothing was asked.
 */
import { parseArgs } from 'node:util';
import type { Environment } from '../../src/settings/parse-settings.ts';
import { VirtualClock } from './clock.ts';
import { type Scenario, simulate } from './simulate.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    callers: { type: 'string' },
    scenario: { type: 'string' },
    gateways: { type: 'string' },
    seed: { type: 'string', default: '1' },
  },
});

const scenarios = (['none', 'restart', 'slow', 'crowd'] as const satisfies readonly Scenario[]).filter(
  (scenario) => values.scenario === undefined || values.scenario === scenario,
);

/** Settings to compare: the defaults first. */
const variants: readonly Environment[] = [
  {},
  { UPSTREAM_QUEUE: '50' },
  { UPSTREAM_DEADLINE_MS: '3000' },
  { MAX_CONCURRENT_OPERATIONS: '128' },
  { MAX_CONCURRENT_OPERATIONS: '32' },
  { UPSTREAM_CONNECTIONS: '4' },
  { UPSTREAM_CONNECTIONS: '4', MAX_CONCURRENT_OPERATIONS: '32' },
  { UPSTREAM_CONNECTIONS: '128' },
  { UPSTREAM_RETRIES: '5', UPSTREAM_RETRY_PERCENT: '100' },
  { UPSTREAM_BREAKER_FAILURES: '0' },
  { SHARE_READS: 'false' },
];

const given: Environment = Object.fromEntries(positionals.map((setting) => setting.split('=', 2)));
const sizes = values.callers ? [Number(values.callers)] : [10, 100, 1_000, 10_000, 100_000];
const runs =
  values.callers && positionals.length === 0
    ? variants.map((environment) => ({ callers: Number(values.callers), environment }))
    : sizes.map((callers) => ({ callers, environment: given }));
for (const scenario of scenarios) {
  process.stdout.write(`\n${scenario}\n\n| callers | settings | gateways | workers | goodput, % | p50 | p99 |\n`);
  process.stdout.write(`| --- | --- | --- | --- | --- | --- | --- |\n`);
  for (const { callers, environment } of runs) {
    // Each run has a clock of its own, so that none depends on those before.
    const own = new VirtualClock(Number(values.seed));
    own.install();
    const gateways = values.gateways === undefined ? null : Number(values.gateways);
    const outcome = await simulate({ clock: own, callers, scenario, environment, gateways });
    const settings = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
    const goodput = outcome.goodput.map((share) => (Number.isNaN(share) ? '–' : (share * 100).toFixed(0))).join(' ');
    const { gateways: size, workers, p50, p99 } = outcome;
    process.stdout.write(
      `| ${callers} | ${settings.join(' ') || 'defaults'} | ${size} | ${workers} | ${goodput} | ${p50.toFixed(0)} ms | ${p99.toFixed(0)} ms |\n`,
    );
  }
}
