import { afterEach, expect, it, vi } from 'vitest';
import { Load } from '../../src/http/load.ts';

const load = new Load({ maxConcurrent: 128, maxEventLoopDelayMs: 50, memory: { isShort: false } });
afterEach(() => load.stop());

function block(): void {
  const until = performance.now() + 400;
  while (performance.now() < until);
}

it('is overloaded after the event loop was late, but not because of what came before its start', async () => {
  block();
  load.start();
  expect(load.overloaded).toBeNull();
  block();
  await vi.waitFor(() => expect(load.overloaded).toBe('event loop'), { timeout: 20_000, interval: 1 });
  await vi.waitFor(() => expect(load.overloaded).toBeNull(), { timeout: 20_000 });
});
