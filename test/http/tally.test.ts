import { expect, it } from 'vitest';
import { createRegistry } from '../../src/http/registry.ts';
import { createTally } from '../../src/http/tally.ts';

it('shows a series for each combination of values', async () => {
  const registry = createRegistry();
  const tally = createTally('meals_total', 'Meals.', ['dish', 'side'], registry);
  const readSeries = async () => (await registry.getSingleMetric('meals_total')?.get())?.values;
  expect(await readSeries()).toEqual([]);

  for (let n = 0; n < 3; n++) tally.of('fish').of('rice').add();
  tally.of('fish').of('chips').add();
  tally.of('rice').of('fish').add();
  const series = [
    { labels: { dish: 'fish', side: 'rice' }, value: 3 },
    { labels: { dish: 'fish', side: 'chips' }, value: 1 },
    { labels: { dish: 'rice', side: 'fish' }, value: 1 },
  ];
  expect(await readSeries()).toEqual(series);
  // Reading counts nothing twice.
  expect(await readSeries()).toEqual(series);
});
