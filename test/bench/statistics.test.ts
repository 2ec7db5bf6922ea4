import { expect, it } from 'vitest';
import { median, withSpread } from '../../bench/measure/statistics.ts';

it('the median of an even number of values lies between the two in the middle', () => {
  expect(median([4, 1, 3, 2])).toBe(2.5);
});

it('the median of an odd number of values is the one in the middle', () => {
  expect(median([3, 1, 2])).toBe(2);
});

it('there is no median of nothing', () => {
  expect(median([])).toBeNaN();
});

it('a spread shows the median, the lowest and the highest value', () => {
  expect(withSpread([1.5, 1.25, 2], 2)).toBe('1.50 (1.25–2.00)');
});
