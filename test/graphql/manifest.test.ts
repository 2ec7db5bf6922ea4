import { describe, expect, it } from 'vitest';
import { ManifestError, parseTrustedDocuments } from '../../src/graphql/trusted-documents.ts';

const first = 'query First { a }';
const second = 'mutation Second { b }';
const anonymous = '{ c }';
const apollo = { format: 'apollo-persisted-query-manifest', version: 1 };

describe('a manifest', () => {
  it.each([
    ['Relay', { '1a': first, '2b': second, '3c': anonymous }],
    ['GraphQL Code Generator', { 'sha256:1a': first, 'sha1:2b': second, '3c': anonymous }],
    [
      'Apollo',
      {
        ...apollo,
        operations: [
          { id: '1a', body: first, name: 'First', type: 'query' },
          { id: 'sha256:2b', body: second },
          { id: '3c', body: anonymous },
        ],
      },
    ],
  ])('of %s has its documents by id, with or without the algorithm, and by their text', (_tool, manifest) => {
    const { byId, has, operationNames } = parseTrustedDocuments(JSON.stringify(manifest));
    const ids = ['1a', 'sha256:1a', 'sha1:1a', '2b', 'sha256:2b', '3c'];
    expect(ids.map((id) => byId(id))).toEqual([first, first, first, second, second, anonymous]);
    expect(['4d', '', 'md5:1a', 'x-sha256:1a', '1asha256:'].map((id) => byId(id))).toEqual(Array(5).fill(undefined));
    expect([first, second, anonymous].every((text) => has(text))).toBe(true);
    expect([` ${first}`, 'query First { b }', '1a', ''].some((text) => has(text))).toBe(false);
    // Operations without a name have none in the metrics.
    expect(operationNames).toEqual(new Set(['First', 'Second']));
  });

  it('may be empty', () => {
    const { byId, operationNames } = parseTrustedDocuments('{}');
    expect([byId('1a'), operationNames.size]).toEqual([undefined, 0]);
  });

  it('may have fragments beside its operation', () => {
    const { byId } = parseTrustedDocuments(JSON.stringify({ a: 'query A { ...F } fragment F on Query { b }' }));
    expect(byId('a')).toContain('fragment F');
  });

  it.each([
    ['no JSON', '{', 'is not a JSON object'],
    ['a list', '[]', 'is not a JSON object'],
    ['nothing', 'null', 'is not a JSON object'],
    ['a text', '"a"', 'is not a JSON object'],
    ['a value that is not a string', { a: 1 }, 'is not a map of ids to documents'],
    [
      'another format',
      { ...apollo, format: 'other', version: '1', operations: [] },
      'is not a map of ids to documents',
    ],
    ['no operations', apollo, 'has no operations'],
    ['operations that are no list', { ...apollo, operations: { a: first } }, 'has no operations'],
    ['an entry that is no operation', { ...apollo, operations: [null] }, 'is not a map of ids to documents'],
    ['an entry without an id', { ...apollo, operations: [{ body: first }] }, 'is not a map of ids to documents'],
    ['an entry without a body', { ...apollo, operations: [{ id: 'a' }] }, 'is not a map of ids to documents'],
    ['an invalid document', { good: first, bad: '{ image(' }, 'one operation per document, but "bad" does not'],
    ['a document of two operations', { two: `${first} ${second}` }, 'one operation per document, but "two" does not'],
    ['a document without operations', { none: 'fragment F on Query { a }' }, 'but "none" does not'],
    ['a bad document with a long id', { ['i'.repeat(1_000)]: '{' }, `but "${'i'.repeat(100)}" does not`],
    ['a bad document with an id of two lines', { 'a\nb': '{' }, 'but "a\\nb" does not'],
  ])('that holds %s is refused in one line, with the reason', (_name, manifest, reason) => {
    const parse = () => parseTrustedDocuments(typeof manifest === 'string' ? manifest : JSON.stringify(manifest));
    expect(parse).toThrow(ManifestError);
    expect(parse).toThrow(expect.objectContaining({ name: 'ManifestError' }));
    expect(parse).toThrow(/^.*$/);
    expect(parse).toThrow(reason);
  });
});
