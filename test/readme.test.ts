import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { errorKinds } from '../src/errors.ts';
import { settingTable } from '../src/settings/settings.ts';

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
    Object.values(settingTable).map(({ name, defaultText, takes, meaning }) => [
      `\`${name}\``,
      defaultText,
      takes,
      meaning,
    ]),
  );
});

it('the error codes of README are those of the gateway', () => {
  expect(table('Errors')).toEqual(Object.entries(errorKinds).map(([code, { meaning }]) => [`\`${code}\``, meaning]));
});
