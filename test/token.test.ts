import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { Token } from '../src/token.ts';

it('is identified by its id, and revealed only on request', () => {
  const token = new Token('gAAAA-secret');
  expect(token.id).toBe(new Token('gAAAA-secret').id);
  expect(token.id).not.toBe(new Token('gAAAA-other').id);
  expect(token.id).toMatch(/^[A-Za-z0-9+/]{43}=$/);
  expect(token.reveal()).toBe('gAAAA-secret');
});

it('does not show the token when it is printed, serialised or copied', () => {
  const token = new Token('gAAAA-secret');
  const shown = [String(token), JSON.stringify(token), inspect(token, { showHidden: true }), inspect({ ...token })];
  for (const text of shown) expect(text).not.toContain('gAAAA-secret');
});
