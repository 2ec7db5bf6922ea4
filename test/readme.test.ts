import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { settings } from '../src/config.ts';
import { errorKinds } from '../src/errors.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

/** The rows of the first table below a heading, without its head. */
function table(heading: string): string[][] {
  const [, section = ''] = readme.split(new RegExp(`^## ${heading}$`, 'm'));
  const rows = section.split(/^## /m, 1)[0]?.match(/^\|.*\|$/gm) ?? [];
  return rows.slice(2).map((row) =>
    row
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
}

it('the settings of README are those of the gateway', () => {
  expect(table('Settings')).toEqual(
    settings.map((setting) => [`\`${setting.name}\``, setting.default, setting.takes, setting.meaning]),
  );
});

it('the error codes of README are those of the gateway', () => {
  expect(table('Errors')).toEqual(Object.entries(errorKinds).map(([code, { meaning }]) => [`\`${code}\``, meaning]));
});
