import { describe, expect, it } from 'vitest';
import { foldId, IdIndex, mayBeSameId } from '../../src/upstream/same-id.ts';

describe('two ids', () => {
  it.each([
    ['abc', 'abc'],
    ['abc', 'ABC'],
    ['abc', 'abc '],
    ['ABC  ', 'abc'],
    ['projé', 'proje'],
    ['projé', 'PROJE'],
    ['proje', 'projé'],
    ['ÿ', 'y'],
    ['İ', 'i'],
    ['ı', 'I'],
    ['\u212a', 'k'],
    ['strase', 'straße'],
    ['strasse', 'straße'],
    ['a\u00adb', 'ab'],
    ['abc\u0001', 'abc'],
    ['ａbc', 'abc'],
    ['é', 'ü'],
  ])('%j and %j may be the same on some database', (one, other) => {
    expect(mayBeSameId(one, other)).toBe(true);
    expect(mayBeSameId(other, one)).toBe(true);
  });

  it.each([
    ['abc', 'abd'],
    ['abc', ' abc'],
    ['abc', 'abc.'],
    ['abc', 'ab'],
    ['a-b', 'ab'],
    ['a b', 'ab'],
    ['1e1', '10'],
    ['projé', 'project'.replace('proj', 'prog')],
    ['projé', 'xproje'],
    ['éproj', 'eprox'],
    ['', 'a'],
  ])('%j and %j are different on every database', (one, other) => {
    expect(mayBeSameId(one, other)).toBe(false);
    expect(mayBeSameId(other, one)).toBe(false);
  });
});

describe('an id among rows', () => {
  const match = (id: string, ...rows: string[]) => new IdIndex(rows, (row) => row).match(id);

  it('matches the row in its own spelling, whatever other spellings there are', () => {
    expect(match('abc', 'ABC', 'abc', 'abc ')).toEqual({ row: 'abc', inDoubt: false });
  });

  it('is ambiguous if there are only other spellings', () => {
    expect(match('abc', 'x', 'ABC')).toEqual({ row: undefined, inDoubt: true });
    expect(match('proje', 'x', 'projé')).toEqual({ row: undefined, inDoubt: true });
    expect(match('projé', 'x', 'proje')).toEqual({ row: undefined, inDoubt: true });
  });

  it('matches no row if none can be the same id', () => {
    expect(match('abc', 'x', 'y')).toEqual({ row: undefined, inDoubt: false });
    expect(match('abc', 'projé')).toEqual({ row: undefined, inDoubt: false });
    expect(match('abc')).toEqual({ row: undefined, inDoubt: false });
  });
});

it('all spellings of an ASCII id fold to the same string', () => {
  expect(['abc', 'ABC', 'aBc  '].map(foldId)).toEqual(['abc', 'abc', 'abc']);
  expect(foldId(' abc')).not.toBe('abc');
});
