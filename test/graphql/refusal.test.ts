import { expect, it } from 'vitest';
import { refuseOver, toLimitError } from '../../src/graphql/limits/refusal.ts';
import { parseSettings } from '../../src/settings/parse-settings.ts';

it('an amount is refused if it is above its limit', () => {
  const limits = { ...parseSettings({}), maxTokens: 3 };
  expect([2, 3].map((found) => refuseOver(limits, 'maxTokens', found))).toEqual([null, null]);
  expect(refuseOver(limits, 'maxTokens', 4)).toEqual({ limit: 'maxTokens', allowed: 3, found: 4 });
});

it.each([
  ['maxTokens', 'MAX_TOKENS', '3.'],
  ['maxAnswerBytes', 'MAX_ANSWER_BYTES', '3 bytes.'],
] as const)('the error for %s names the setting, the limit with its unit, and what was found', (limit, name, max) => {
  const { code, message, details } = toLimitError({ limit, allowed: 3, found: 4 });
  expect(code).toBe('LIMIT_EXCEEDED');
  expect(details).toEqual({ limit: { name, allowed: 3, found: 4 } });
  expect(message).toBe(`The operation exceeds ${name}: it has at least 4, but the limit is ${max}`);
  expect(toLimitError({ limit, allowed: 3, found: 4 }, ' Ask for less.').message).toBe(`${message} Ask for less.`);
});
