import { expect, it } from 'vitest';
import { Breaker } from '../../src/upstream/breaker.ts';
import { RetryBudget } from '../../src/upstream/retry-budget.ts';

function create(failures = 3) {
  const clock = { now: 0 };
  const changes: boolean[] = [];
  const breaker = new Breaker({
    failures,
    pauseMs: 100,
    now: () => clock.now,
    onChange: (open) => changes.push(open),
  });
  return { breaker, clock, changes };
}

it('opens only after consecutive failures', () => {
  const { breaker, changes } = create();
  for (const outcome of ['failed', 'failed', 'succeeded', 'failed', 'failed'] as const) breaker[outcome]();
  expect([breaker.open, breaker.waitMs()]).toEqual([false, 0]);
  breaker.failed();
  expect([breaker.open, breaker.waitMs()]).toEqual([true, 100]);
  expect(changes).toEqual([true]);
});

it('lets one trial call through after each pause, until one succeeds', () => {
  const { breaker, clock, changes } = create();
  expect(breaker.pass()).toBe('go');
  for (let failure = 0; failure < 3; failure++) breaker.failed();
  clock.now = 99;
  expect([breaker.waitMs(), breaker.pass()]).toEqual([1, 'stop']);
  clock.now = 100;
  expect([breaker.waitMs(), breaker.pass(), breaker.waitMs(), breaker.pass()]).toEqual([0, 'trial', 100, 'stop']);
  breaker.failed();
  expect(breaker.open).toBe(true);
  clock.now = 200;
  expect(breaker.pass()).toBe('trial');
  breaker.succeeded();
  expect([breaker.pass(), breaker.pass()]).toEqual(['go', 'go']);
  expect(changes).toEqual([true, false]);
});

it('does not count a call as the trial until it is made', () => {
  const { breaker, clock } = create();
  for (let failure = 0; failure < 3; failure++) breaker.failed();
  clock.now = 100;
  expect([breaker.waitMs(), breaker.waitMs(), breaker.pass()]).toEqual([0, 0, 'trial']);
});

it('never opens if it is turned off', () => {
  const { breaker } = create(0);
  for (let failure = 0; failure < 1_000; failure++) breaker.failed();
  expect(breaker.waitMs()).toBe(0);
});

it('limits retries to a share of the calls, after a few that are always allowed', () => {
  const budget = new RetryBudget(10);
  let retries = 0;
  for (let call = 0; call < 1_000; call++) {
    budget.call();
    for (let attempt = 0; attempt < 2; attempt++) if (budget.take()) retries++;
  }
  expect(retries).toBeGreaterThanOrEqual(100);
  expect(retries).toBeLessThanOrEqual(110);
  const reserve = new RetryBudget(100);
  expect(Array.from({ length: 11 }, () => reserve.take()).lastIndexOf(true)).toBe(9);
  reserve.call();
  expect([reserve.take(), reserve.take()]).toEqual([true, false]);
  const none = new RetryBudget(0);
  none.call();
  expect(none.take()).toBe(false);
});
