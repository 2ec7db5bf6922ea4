import { readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { type Change, CriticalityLevel, diff } from '@graphql-inspector/core';
import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { printSubgraphSchema } from '../../src/graphql/schema.ts';

const folder = new URL('../../schema/release/', import.meta.url);
const released = readFileSync(new URL('subgraph.graphql', folder), 'utf8');
/** Coordinates of the breaking changes in the next release, each with instructions for users. */
const declared: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(new URL('breaking-changes.json', folder), 'utf8'),
);

/** Changes that break clients, and changes of keys and shared types, which break other subgraphs. */
function isBreaking({ criticality, type, path = '' }: Change): boolean {
  if (criticality.level === CriticalityLevel.Breaking) return true;
  return /\.@(?:key|shareable)\b/.test(path) && /^DIRECTIVE_USAGE_\w+_REMOVED$/.test(type);
}

async function breaks(before: string, after: string): Promise<string[]> {
  const [old, current] = [before, after].map((sdl) => buildSubgraphSchema(parse(sdl)));
  if (!old || !current) throw new Error('two schemas are compared');
  return (await diff(old, current)).filter(isBreaking).map(({ path = '' }) => path);
}

describe('the schema, compared with the one of the last release', () => {
  it('has no breaking changes except those declared in schema/release/breaking-changes.json', async () => {
    expect(new Set(await breaks(released, printSubgraphSchema()))).toEqual(new Set(Object.keys(declared)));
  });

  it('has instructions for each breaking change', () => {
    for (const advice of Object.values(declared)) expect(advice.length).toBeGreaterThan(20);
  });

  it.each([
    ['a field is removed', 'virtualSize: SafeInt', 'sizeOfDisk: SafeInt', 'Image.virtualSize'],
    ['a field becomes nullable', 'createdAt: DateTime!', 'createdAt: DateTime', 'ImageMember.createdAt'],
    [
      'an enum value is removed',
      'COMMUNITY\n  "Images of every',
      'ALIEN\n  "Images of every',
      'ImageVisibilityFilter.COMMUNITY',
    ],
    ['an argument becomes required', 'after: String\n', 'after: String!\n', 'Query.images.after'],
    ['a key changes', 'type Image @key(fields: "id")', 'type Image @key(fields: "name")', 'Image.@key.fields'],
    ['a type is no longer shared', 'PageInfo @shareable', 'PageInfo', 'PageInfo.@shareable'],
  ])('is found to be incompatible if %s', async (_, before, after, path) => {
    expect(released.split(before)).toHaveLength(2);
    expect(await breaks(released, released.replace(before, after))).toEqual([path]);
  });
});
