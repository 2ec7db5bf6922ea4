import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { referencePages } from '../../docs/reference/write.ts';

it.each(Object.entries(referencePages))('docs/reference/%s matches the output of `npm run docs`', (name, text) => {
  expect(readFileSync(new URL(`../../docs/reference/${name}`, import.meta.url), 'utf8')).toBe(text);
});
