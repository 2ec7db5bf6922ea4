import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/errors.ts';
import { MemoryPool } from '../../src/graphql/limits/memory-pool.ts';
import { OperationBudget } from '../../src/graphql/limits/operation-budget.ts';
import { parseSettings } from '../../src/settings/parse-settings.ts';
import type { Limits } from '../../src/settings/settings.ts';

const defaults = parseSettings({});

/** A budget of an operation; another operation, which is older, holds `held` of the `maxBytes` of memory. */
function createBudget(limits: Partial<Limits> = {}, { isShort = false, maxBytes = 1e9, held = 1 } = {}) {
  const pool = new MemoryPool(maxBytes);
  pool.open().take(held);
  const budget = new OperationBudget({ ...defaults, ...limits }, pool.open(), { isShort });
  return { budget, memory: () => pool.bytes - held };
}

/** What a function throws. */
function thrownBy(run: () => void): GatewayError {
  try {
    run();
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  return expect.fail('nothing was thrown');
}

/** The limit that an operation has exceeded, and null if it has exceeded none. */
function exceeded(budget: OperationBudget) {
  if (!budget.isExceeded) {
    budget.throwIfExceeded();
    return null;
  }
  const { code, details } = thrownBy(() => budget.throwIfExceeded());
  return details.limit ?? code;
}

describe('an operation', () => {
  it('makes as many calls as allowed, and exceeds the limit with the next', () => {
    const { budget } = createBudget({ maxUpstreamCalls: 2 });
    budget.startCall('GET');
    budget.startCall('POST');
    expect(exceeded(budget)).toBeNull();
    budget.startCall('POST');
    expect(exceeded(budget)).toEqual({ name: 'MAX_UPSTREAM_CALLS', allowed: 2, found: 3 });
  });

  it('receives as many bytes as allowed, in all', () => {
    const { budget } = createBudget({ maxUpstreamBytes: 100 });
    budget.receive(60);
    budget.receive(40);
    expect(exceeded(budget)).toBeNull();
    budget.receive(1);
    expect(exceeded(budget)).toEqual({ name: 'MAX_UPSTREAM_BYTES', allowed: 100, found: 101 });
  });

  it('resolves as many fields as allowed, in all, and no more lists from then on', () => {
    const { budget } = createBudget({ maxAnswerFields: 100 });
    expect([budget.charge(60), budget.charge(40)]).toEqual([true, true]);
    expect(exceeded(budget)).toBeNull();
    expect([budget.charge(1), budget.charge(0)]).toEqual([false, false]);
    expect(exceeded(budget)).toEqual({ name: 'MAX_ANSWER_FIELDS', allowed: 100, found: 101 });
  });

  it('has room for as many more fields as are left', () => {
    const { budget } = createBudget({ maxAnswerFields: 100 });
    budget.charge(60);
    budget.checkRoom(40);
    const { details } = thrownBy(() => budget.checkRoom(41));
    expect(details.limit).toEqual({ name: 'MAX_ANSWER_FIELDS', allowed: 100, found: 101 });
    // The check is made before anything is written, so the operation can go on.
    expect(exceeded(budget)).toBeNull();
  });

  it('changes as many pairs as allowed, in all, with calls for each in addition to its own', () => {
    const { budget } = createBudget({ maxUpstreamCalls: 1, bulkMaxChanges: 3 });
    expect([budget.takeChanges(2), budget.takeChanges(2), budget.takeChanges(1)]).toEqual([true, false, true]);
    // To change each, to verify it, and to explain a refusal.
    for (let call = 1; call <= 1 + 3 * 3; call++) budget.startCall('POST');
    expect(exceeded(budget)).toBeNull();
    for (let call = 1; call <= 100; call++) budget.startCall('POST');
    expect(exceeded(budget)).toMatchObject({ name: 'MAX_UPSTREAM_CALLS' });
  });

  it('has exceeded the limit that it exceeds first', async () => {
    const { budget } = createBudget({ maxUpstreamBytes: 1, maxUpstreamCalls: 0 });
    budget.receive(2);
    budget.startCall('GET');
    expect(exceeded(budget)).toMatchObject({ name: 'MAX_UPSTREAM_BYTES' });
    expect(await budget.wait(new Promise(() => {}))).toBe(thrownBy(() => budget.throwIfExceeded()));
  });

  it('is waited for until it ends or exceeds a limit, whichever is first', async () => {
    expect(await createBudget({}).budget.wait(Promise.resolve('done'))).toBe('done');
    await expect(createBudget({}).budget.wait(Promise.reject(new Error('failed')))).rejects.toThrow('failed');

    const { budget } = createBudget({ maxUpstreamCalls: 0 });
    let fail = (_error: Error): void => {};
    const waiting = budget.wait(
      new Promise((_resolve, reject) => {
        fail = reject;
      }),
    );
    budget.startCall('GET');
    expect(await waiting).toBe(thrownBy(() => budget.throwIfExceeded()));
    // Nobody waits for this any more; a rejection without a handler would fail the test.
    fail(new Error('too late'));
  });

  it('does not wait for work that is done', () => {
    expect(createBudget({}).budget.wait('done')).toBe('done');
    const { budget } = createBudget({ maxUpstreamCalls: 0 });
    budget.startCall('GET');
    expect(budget.wait('done')).toBe(thrownBy(() => budget.throwIfExceeded()));
  });

  it('resolves no more lists once it has exceeded any limit', () => {
    const { budget } = createBudget({ maxUpstreamCalls: 0 });
    budget.startCall('GET');
    expect(budget.charge(1)).toBe(false);
  });

  it('makes no more calls once upstream has refused its token, with the first refusal as the reason', () => {
    const { budget } = createBudget();
    const [first, second] = [new GatewayError('UNAUTHENTICATED', 'a'), new GatewayError('FORBIDDEN', 'b')];
    expect(budget.refusal).toBeNull();
    budget.refuseToken(first);
    budget.refuseToken(second);
    expect(thrownBy(() => budget.startCall('GET'))).toBe(first);
    expect(budget.refusal).toBe(first);
  });
});

describe('the limits of an operation are lower until upstream accepts its token', () => {
  const lower = 'Send a valid token';

  it('for the bytes of its answer', () => {
    const { budget } = createBudget({ maxAnswerBytes: 100_000 });
    budget.checkAnswer(65_536);
    const { budget: another } = createBudget({ maxAnswerBytes: 100_000 });
    const { message, details } = thrownBy(() => another.checkAnswer(65_537));
    expect(details.limit).toEqual({ name: 'MAX_ANSWER_BYTES', allowed: 65_536, found: 65_537 });
    expect(message).toContain(lower);
    budget.acceptToken();
    budget.checkAnswer(100_000);
    expect(thrownBy(() => budget.checkAnswer(100_001)).message).toMatch(/the limit is 100000 bytes\.$/);
  });

  it('unless the setting is even lower', () => {
    const { budget } = createBudget({ maxAnswerBytes: 1_000 });
    expect(budget.maxAnswerBytes).toBe(1_000);
    expect(thrownBy(() => budget.checkAnswer(1_001)).message).not.toContain(lower);
  });

  it('for its fields', () => {
    const { budget } = createBudget();
    expect([budget.isVerified, budget.charge(5_000), budget.charge(1)]).toEqual([false, true, null]);
    budget.acceptToken();
    expect([budget.isVerified, budget.charge(1)]).toEqual([true, true]);
    const { budget: refused } = createBudget();
    refused.charge(5_001);
    refused.refuseFields();
    expect(exceeded(refused)).toEqual({ name: 'MAX_ANSWER_FIELDS', allowed: 5_000, found: 5_001 });
    expect(thrownBy(() => refused.throwIfExceeded()).message).toContain(lower);
  });

  it.each([
    { accepted: false, most: 100 },
    { accepted: true, most: 1_000 },
  ])('for its errors: $most if accepted is $accepted', ({ accepted, most }) => {
    const { budget } = createBudget();
    if (accepted) budget.acceptToken();
    for (let count = 1; count <= most; count++) expect(budget.addError()).toBe(true);
    expect(budget.droppedErrors).toBe(0);
    expect([budget.addError(), budget.addError()]).toEqual([false, false]);
    expect(budget.droppedErrors).toBe(2);
  });
});

describe('the memory of an operation', () => {
  it('grows with calls, received bytes and fields, and is returned at the end', () => {
    const { budget, memory } = createBudget();
    const taken = [
      () => budget.startCall('GET'),
      () => budget.receive(1_000),
      () => void budget.charge(1_000),
      () => budget.close(),
    ].map((step) => {
      const before = memory();
      step();
      return memory() - before;
    });
    // Rows take more memory than their text, and fields more than a byte.
    const [call = 0, answer = 0, fields = 0, end = 0] = taken;
    expect([call > 0, answer > 1_000, fields > 1_000, end < 0]).toEqual([true, true, true, true]);
    expect(memory()).toBe(0);
  });

  it('is that of the answer once there is one', () => {
    const { budget, memory } = createBudget();
    budget.receive(1_000);
    budget.hold(500);
    expect(memory()).toBe(500);
  });

  it('stays returned when the caller is gone, whatever the operation still does', () => {
    const { budget, memory } = createBudget();
    budget.receive(1_000);
    budget.close();
    budget.startCall('GET');
    budget.receive(1_000);
    budget.charge(1_000);
    budget.hold(500);
    expect(memory()).toBe(0);
    expect(budget.isExceeded).toBe(false);
  });

  it.each<[string, (budget: OperationBudget) => unknown]>([
    ['a read', (budget) => budget.startCall('GET')],
    ['an answer from upstream', (budget) => budget.receive(1)],
    ['fields', (budget) => expect(budget.charge(1)).toBe(false)],
    ['its own answer', (budget) => expect(thrownBy(() => budget.hold(1)).code).toBe('OVERLOADED')],
  ])('has no room for %s while others use it up', async (_what, use) => {
    const { budget } = createBudget({}, { maxBytes: 100, held: 100 });
    use(budget);
    expect(exceeded(budget)).toBe('OVERLOADED');
    // The caller can try again.
    const { message, details } = (await budget.wait(new Promise(() => {}))) as GatewayError;
    expect([message, details]).toEqual([expect.stringContaining('Try again later.'), { retryAfter: 1 }]);
  });

  it('does not stop writes, so that a mutation that has started can finish', () => {
    for (const shortage of [{ maxBytes: 100, held: 100 }, { isShort: true }]) {
      const { budget } = createBudget({}, shortage);
      budget.startCall('DELETE');
      expect(exceeded(budget)).toBeNull();
    }
  });

  it('has no room for a read if that of the process is short', () => {
    const { budget } = createBudget({}, { isShort: true });
    budget.startCall('GET');
    expect(exceeded(budget)).toBe('OVERLOADED');
  });
});
