import { setImmediate as endOfTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Metrics } from '../src/http/metrics.ts';
import { createRegistry } from '../src/http/registry.ts';
import { createLogger } from '../src/logging/log.ts';
import { createObserver } from '../src/observer.ts';

const operation = { type: 'query', name: 'Q', client: undefined, codes: [], execution: undefined, durationMs: 1 };
const attempt = { operation: 'getImage', method: 'GET', failure: undefined, durationMs: 1, attempt: 1 };

function observe() {
  const registry = createRegistry();
  const lines: string[] = [];
  const log = createLogger('info', 'iso', (line) => lines.push(line));
  return {
    observer: createObserver(log, new Metrics(registry, '1.0.0')),
    logged: () => lines.map((line) => (JSON.parse(line) as { readonly requestId: string }).requestId),
    counted: async () => /^image_gateway_operations_total.* (\d+)$/m.exec(await registry.metrics())?.[1],
  };
}

it('reports operations and calls together, in the order in which they came', async () => {
  const { observer, logged, counted } = observe();
  const { observe: onAttempt } = observer.ofUpstream({ label: 'images' } as never);
  onAttempt({ ...attempt, status: 503, requestId: 'call' });
  for (const requestId of ['one', 'two']) observer.onOperation({ ...operation, requestId });
  expect(logged()).toEqual([]);
  await endOfTurn();
  expect(logged()).toEqual(['call', 'one', 'two']);
  observer.onOperation({ ...operation, requestId: 'three' });
  await endOfTurn();
  expect(logged()).toEqual(['call', 'one', 'two', 'three']);
  expect(await counted()).toBe('3');
});

it('reports what is still waiting as soon as it is flushed, and only once', async () => {
  const { observer, logged } = observe();
  observer.onOperation({ ...operation, requestId: 'last' });
  observer.flush();
  expect(logged()).toEqual(['last']);
  observer.flush();
  await endOfTurn();
  expect(logged()).toEqual(['last']);
});
