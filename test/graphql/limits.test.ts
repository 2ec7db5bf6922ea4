import { getIntrospectionQuery } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { Parameters } from '../../src/graphql/pipeline/parameters.ts';
import type { Limits } from '../../src/settings/settings.ts';
import { check, createCheck, defaults, times } from './check-limits.ts';
import { bombs, largest } from './large-documents.ts';

describe.each(Object.entries(bombs))('%s', (_name, [document, limit]) => {
  it(`exceeds ${limit}`, () => {
    const allowed = limit === 'maxAnswerBytes' ? expect.any(Number) : defaults[limit];
    expect(check(document)).toEqual({ limit, allowed, found: expect.any(Number) });
  });
});

describe('a document just within the limits', () => {
  it.each(Object.entries(largest))('is accepted: %s', (_name, document) => {
    expect(check(document)).toBeNull();
  });

  it('may have many introspection queries if only one is requested', () => {
    const document = times(90, (i) => `query Q${i} { __schema { types { name fields { name description } } } }`);
    expect(check(document, { operationName: 'Q1' })).toBeNull();
  });

  it('permits the introspection query of common tools', () => {
    const options = {
      inputValueDeprecation: true,
      specifiedByUrl: true,
      schemaDescription: true,
      directiveIsRepeatable: true,
    };
    expect(check(getIntrospectionQuery(options))).toBeNull();
  });

  it('leaves a fragment cycle to validation', () => {
    expect(check('{ ...A } fragment A on Query { ...B __typename } fragment B on Query { ...A }')).toBeNull();
  });

  it('leaves a syntax error to the parser', () => {
    expect(check('{ "')).toBeNull();
    expect(check(`{ ${'"" '.repeat(5_001)} "`)).toEqual({ limit: 'maxTokens', allowed: 5_000, found: 5_001 });
  });
});

describe('a request exactly at a limit', () => {
  /** For each limit, a request that has as many of what it counts. */
  const requests: Partial<Record<keyof Limits, (count: number) => readonly [string, Partial<Parameters>?]>> = {
    maxDocumentCharacters: (count) => ['{ a }'.padEnd(count)],
    maxTokens: (count) => [`{ ${times(count - 2, (i) => `f${i}`)} }`],
    maxDepth: (count) => ['{ a '.repeat(count) + '}'.repeat(count)],
    maxFields: (count) => [`{ ${times(count, (i) => (i % 2 ? '__typename' : 'images'))} }`],
    maxRootFields: (count) => [`{ ${times(count, (i) => `f${i}`)} }`],
    maxAliases: (count) => [`{ ${times(count, (i) => `a${i}: f${i}`)} }`],
    maxAliasesPerField: (count) => [`{ ${times(count, (i) => `a${i}: __typename`)} }`],
    maxFieldRepeats: (count) => [`{ ${times(count, () => '__typename')} }`],
    maxDirectives: (count) => [`{ __typename ${times(count, () => '@a')} }`],
    maxDefinitions: (count) => [times(count, (i) => `query Q${i} { __typename }`), { operationName: 'Q0' }],
    maxCost: (count) => [`{ ${times(count, (i) => `a${i}: image(id: 1) { id }`)} }`],
    maxRepresentations: (count) => [
      `{ _entities(representations: [${times(count, () => '""', ',')}]) { __typename } }`,
    ],
    maxVariableValues: (count) => ['{ __typename }', { variables: { a: Array(count - 1).fill(1) } }],
    maxVariableCharacters: (count) => ['{ __typename }', { variables: { a: 'x'.repeat(count) } }],
  };

  it.each(Object.entries(requests))('is within %s, and refused with one more', (key, toRequest) => {
    const limit = key as keyof Limits;
    const limits = { [limit]: 8 };
    const checkOf = (count: number) => {
      const [document, parameters] = toRequest(count);
      return check(document, parameters, limits);
    };
    expect(checkOf(8)).toBeNull();
    expect(checkOf(9)).toMatchObject({ limit, allowed: 8 });
  });
});

describe('the cost of lists', () => {
  const page = 'query ($n: Int) { images(first: $n) { nodes { members { image { name } } } } }';
  const cost = { maxCost: 2_000 };

  it('depends on the page size, wherever it is set', () => {
    expect(check(page, { variables: { n: 50 } }, cost)).toBeNull();
    expect(check(page, { variables: { n: 500 } }, cost)).toMatchObject({ limit: 'maxCost' });
    expect(check(page.replace('Int', 'Int = 500'), {}, cost)).toMatchObject({ limit: 'maxCost' });
    expect(check(page.replace('Int', 'Int = 500'), { variables: { n: 5 } }, cost)).toBeNull();
    expect(check('{ images(first: 500) { edges { node { members { image { id } } } } } }', {}, cost)).not.toBeNull();
    expect(check('{ images { edges { node { members { image { id } } } } } }', {}, cost)).toBeNull();
  });

  it('is checked again for every use of a document', () => {
    const again = createCheck(cost);
    const ask = (n: number) => again(page, { variables: { n } });
    expect([50, 500, 50, 500].map((n) => ask(n)?.limit)).toEqual([undefined, 'maxCost', undefined, 'maxCost']);
  });

  it('depends on the number of representations', () => {
    const entities = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Image { members { status } } } }';
    const r = Array.from({ length: 300 }, () => ({ __typename: 'Image', id: '1' }));
    expect(check(entities, { variables: { r } }, cost)?.limit).toBe('maxCost');
    expect(check(entities, { variables: { r: r.slice(0, 100) } }, cost)).toBeNull();
  });

  it.each([
    ['in a variable', 'query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }', { r: ['', '', ''] }],
    [
      'in the default of one',
      'query ($r: [_Any!]! = ["", "", ""]) { _entities(representations: $r) { __typename } }',
      {},
    ],
    ['in the document', '{ _entities(representations: ["", "", ""]) { __typename } }', {}],
    [
      'one by one',
      `query ($r: [_Any!]!) { ${times(3, (i) => `a${i}: _entities(representations: $r) { __typename }`)} }`,
      { r: { id: 1 } },
    ],
  ])('representations are counted %s', (_where, document, variables) => {
    const found = { limit: 'maxRepresentations', allowed: 2, found: 3 };
    expect(check(document, { variables }, { maxRepresentations: 2 })).toEqual(found);
    expect(check(document, { variables }, { maxRepresentations: 3 })).toBeNull();
  });

  it('is that of the requested operation', () => {
    const document = `query Small { images(first: 1) { nodes { id } } } query Large { images(first: 1000) { nodes { members { status } } } }`;
    expect(check(document, { operationName: 'Small' }, cost)).toBeNull();
    expect(check(document, { operationName: 'Large' }, cost)).toMatchObject({ limit: 'maxCost' });
  });
});

describe('variables', () => {
  it('are counted at any depth', () => {
    const nested = (depth: number): unknown => {
      let value: unknown = 1;
      for (let at = 0; at < depth; at++) value = [value];
      return value;
    };
    const found = { limit: 'maxVariableValues', allowed: 20_000, found: 20_001 };
    expect(check('{ __typename }', { variables: { a: Array(20_000).fill(1) } })).toEqual(found);
    expect(check('{ __typename }', { variables: { a: nested(30_000) } })).toEqual(found);
    expect(check('{ __typename }', { variables: { a: Array(19_999).fill(1) } })).toBeNull();
  });

  const list = 'query ($a: ImageFilter) { images(filter: $a) { nodes { id } } }';
  const filter = (fields: number, value: unknown) =>
    Object.fromEntries(Array.from({ length: fields }, (_, index) => [`field${index}`, value]));

  it('have objects of at most a hundred fields', () => {
    const found = { limit: 'maxVariableValues', allowed: 100, found: 101 };
    expect(check(list, { variables: { a: filter(101, 1) } })).toEqual(found);
    expect(check(list, { variables: { a: [[filter(101, 1)]] } })).toEqual(found);
    expect(check(list, { variables: { a: filter(100, 1) } })).toBeNull();
  });
});
