import { describe, expect, it } from 'vitest';
import { checkSource } from '../../src/graphql/limits/source.ts';
import { checkVariables } from '../../src/graphql/limits/variables.ts';
import { parseSettings } from '../../src/settings/parse-settings.ts';
import type { Limits } from '../../src/settings/settings.ts';

const defaults = parseSettings({});
const check = (source: string, limits: Partial<Limits> = {}) => checkSource(source, { ...defaults, ...limits });

describe('the text of a document', () => {
  it('may have as many characters as allowed', () => {
    const limits = { maxDocumentCharacters: 20 };
    expect(check(' '.repeat(20), limits)).toBeNull();
    expect(check(' '.repeat(21), limits)).toEqual({ limit: 'maxDocumentCharacters', allowed: 20, found: 21 });
  });

  it.each([
    ['names', 'a '],
    ['numbers', '1 '],
    ['comments', '#\n'],
    ['brackets', '{}'.repeat(1), 2],
    ['strings', '"a{@" '],
  ])('may have as many tokens as allowed: %s', (_kind, token, each = 1) => {
    const limits = { maxTokens: 8 };
    // The last name is one, and only a comment before another token counts.
    const within = token.repeat(8 / each - 1);
    expect(check(`${within}${each === 1 ? 'a' : 'a b'}`, limits)).toBeNull();
    expect(check(`${within}a b c`, limits)).toEqual({ limit: 'maxTokens', allowed: 8, found: 9 });
  });

  it.each(['\n', '\r'])('may have as many line breaks as tokens: %j', (lineBreak) => {
    const limits = { maxTokens: 8 };
    expect(check(`a${lineBreak.repeat(8)}`, limits)).toBeNull();
    expect(check(`a${lineBreak.repeat(9)}`, limits)).toEqual({ limit: 'maxTokens', allowed: 8, found: 9 });
  });

  describe.each(['{}', '[]', '()'])('with brackets %s', ([open = '', close = '']) => {
    it('may be nested up to 200 levels', () => {
      expect(check(open.repeat(200))).toBeNull();
      expect(check(open.repeat(201))).toEqual({ limit: 'maxDepth', allowed: defaults.maxDepth, found: 201 });
    });

    it('may have any number of them that are closed', () => {
      expect(check((open.repeat(150) + close.repeat(150)).repeat(3))).toBeNull();
      expect(check((open.repeat(150) + close.repeat(149)).repeat(16), { maxTokens: 10_000 })).toBeNull();
      expect(check((open.repeat(150) + close.repeat(149)).repeat(60), { maxTokens: 20_000 })).toMatchObject({
        limit: 'maxDepth',
      });
    });

    it('may have any number of them in strings', () => {
      expect(check(`"${open.repeat(1_000)}"`)).toBeNull();
    });
  });

  it('may have as many directives as allowed, and any number of at signs in strings', () => {
    const limits = { maxDirectives: 3 };
    expect(check('a @b @c @d', limits)).toBeNull();
    expect(check('a @b @c @d @e', limits)).toEqual({ limit: 'maxDirectives', allowed: 3, found: 4 });
    expect(check('a @b @c @d "@@@"', limits)).toBeNull();
    expect(check('@@@@', limits)).toEqual({ limit: 'maxDirectives', allowed: 3, found: 4 });
  });

  it('is left to the parser after an invalid token', () => {
    expect(check(`${'a '.repeat(7)} ; b c`, { maxTokens: 8 })).toBeNull();
  });
});

describe('variables', () => {
  const checkUsed = (variables: Record<string, unknown>, uses: Record<string, number>, limits: Partial<Limits>) =>
    checkVariables(variables, new Map(Object.entries(uses)), { ...defaults, ...limits });

  it('count each value, in lists and objects of any depth', () => {
    const limits = { maxVariableValues: 6 };
    // The object, the list, the string, the number, null, and the boolean.
    expect(checkUsed({ a: { b: ['x', 1, null] }, c: true }, {}, limits)).toBeNull();
    expect(checkUsed({ a: { b: ['x', 1, null] }, c: [true] }, {}, limits)).toEqual({
      limit: 'maxVariableValues',
      allowed: 6,
      found: 7,
    });
  });

  it('count the characters of strings and of the names of fields', () => {
    const limits = { maxVariableCharacters: 10 };
    expect(checkUsed({ a: { four: '4444' }, b: ['22'] }, {}, limits)).toBeNull();
    const found = { limit: 'maxVariableCharacters', allowed: 10, found: 11 };
    expect(checkUsed({ a: { four: '4444' }, b: ['333'] }, {}, limits)).toEqual(found);
    expect(checkUsed({ a: { fiver: '4444' }, b: ['22'] }, {}, limits)).toEqual(found);
  });

  it('count once per use, and once if they are not used', () => {
    const a = { bb: 'xx' };
    expect(checkUsed({ a }, { a: 3 }, { maxVariableValues: 6, maxVariableCharacters: 12 })).toBeNull();
    expect(checkUsed({ a }, { a: 3 }, { maxVariableValues: 5 })).toMatchObject({ found: 6 });
    expect(checkUsed({ a }, { a: 3 }, { maxVariableCharacters: 11 })).toMatchObject({ found: 12 });
    expect(checkUsed({ a }, { b: 3 }, { maxVariableValues: 2, maxVariableCharacters: 4 })).toBeNull();
  });

  it('may have strings of 10,000 characters, and objects of 100 fields', () => {
    expect(checkUsed({ a: 'x'.repeat(10_000) }, {}, {})).toBeNull();
    expect(checkUsed({ a: 'x'.repeat(10_001) }, {}, {})).toEqual({
      limit: 'maxVariableCharacters',
      allowed: 10_000,
      found: 10_001,
    });
    const fields = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [index, 1]));
    expect(checkUsed({ a: fields(100) }, {}, {})).toBeNull();
    expect(checkUsed({ a: fields(101) }, {}, {})).toEqual({ limit: 'maxVariableValues', allowed: 100, found: 101 });
  });
});
