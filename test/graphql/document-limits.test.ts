import { buildSchema, getOperationAST, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { checkCost, checkDocument } from '../../src/graphql/limits/document.ts';
import { parseSettings } from '../../src/settings/parse-settings.ts';
import type { Limits } from '../../src/settings/settings.ts';

const defaults = parseSettings({});
const schema = buildSchema(`
  scalar Any
  union Entity = Item | Member
  interface Group { members: [Member!]! }
  type Query {
    items(first: Int = 20, filter: Any): Page!, plain: [Item!]!, one(id: Any): Item, group: Group
    _entities(representations: [Any!]!, filter: Any): [Entity]!
  }
  type Mutation { write: Item }
  type Page { nodes: [Item!]!, edges: [Edge!]!, count: Int }
  type Edge { node: Item }
  type Item implements Group { name: String, tags: [String!]!, members: [Member!]!, parent: Item, owner: Member }
  type Member { item: Item, status: String }
`);

/** Checks the shape of a document with these limits. */
function check(text: string, limits: Partial<Limits> = {}) {
  return checkDocument(parse(text), schema, { ...defaults, ...limits });
}

function measure(text: string, variables: Readonly<Record<string, unknown>> = {}, limits: Partial<Limits> = {}) {
  const document = parse(text);
  const operation = getOperationAST(document) ?? expect.fail('there is no operation');
  return checkCost(document, schema, { ...defaults, ...limits }, operation, variables);
}

/** The lowest limit that the cost of an operation does not exceed. */
function costOf(text: string, variables: Readonly<Record<string, unknown>> = {}): number {
  let maxCost = 0;
  for (;;) {
    const { refusal } = measure(text, variables, { maxCost });
    if (refusal === null) return maxCost;
    expect(refusal).toMatchObject({ limit: 'maxCost', allowed: maxCost });
    expect(refusal.found).toBeGreaterThan(maxCost);
    maxCost = refusal.found;
  }
}

describe('the cost of an operation', () => {
  it.each([
    ['none for values', '{ __typename }', 0],
    ['each object', '{ one { name parent { name } } }', 2],
    ['each selection of an object, although equal ones are merged', '{ one { name } one { name } }', 2],
    ['ten items for a list of unknown length', '{ plain { name } }', 10],
    ['lists in lists', '{ plain { members { item { name } } } }', 10 + 100 + 100],
    ['no lists of values', '{ one { tags } }', 1],
    ['a page in full, and what is selected of it', '{ items(first: 3) { nodes { name } } }', 3 + 1 + 3],
    ['a page by its edges', '{ items(first: 3) { edges { node { name } } } }', 3 + 1 + 3 + 3],
    ['a page of which nothing is selected', '{ items(first: 3) { count } }', 3 + 1],
    ['a page of the default size', '{ items { nodes { name } } }', 20 + 1 + 20],
    ['a page of at most 1000', '{ items(first: 5000) { nodes { name } } }', 1000 + 1 + 1000],
    ['the largest page', '{ items(first: 1000) { count } }', 1001],
    ['the smallest page', '{ items(first: 1) { count } }', 2],
    ['ten items for a page of no size', '{ items(first: 0) { nodes { name } } }', 10 + 1 + 10],
    ['other arguments not', '{ items(filter: 50, first: 3) { count } }', 4],
    [
      'lists below the items of a page as lists of their own',
      '{ items(first: 3) { nodes { members { status } } } }',
      37,
    ],
    ['the objects of an interface', '{ group { members { status } } }', 1 + 10],
    [
      'the objects of the type in a condition',
      '{ _entities(representations: [1, 2]) { ... on Item { members { status } } } }',
      2 + 20,
    ],
    [
      'the objects in fragments',
      '{ ...F } fragment F on Query { ... { plain { ...G } } } fragment G on Item { members { status } }',
      110,
    ],
    ['the objects of mutations', 'mutation { write { members { status } } }', 11],
    ['the objects of introspection', '{ __schema { types { name } } __type(name: "A") { fields { name } } }', 22],
    ['each entity', '{ _entities(representations: [1, 2, 3]) { __typename ... on Item { owner { status } } } }', 3 + 3],
    ['one entity for a single value', '{ _entities(representations: 5, filter: [1, 2]) { __typename } }', 1],
    ['an unknown field as one object', '{ nothing { one { name } } one { nothing { name } } }', 4],
    ['no unknown fragment', '{ ...Nothing one { name } }', 1],
    ['no arguments that are lists but not representations', '{ one(id: [1, 2, 3]) { name } }', 1],
  ])('counts %s', (_what, text, cost) => {
    expect(costOf(text)).toBe(cost);
  });

  const page = 'query ($n: Int = 7) { items(first: $n) { count } }';
  const entities = 'query ($r: [Any!]! = [1, 2]) { _entities(representations: $r) { __typename } }';
  it.each([
    ['a variable', page, { n: 3 }, 4],
    ['the default of a variable', page, {}, 8],
    ['the default of the argument if a variable is null', page, { n: null }, 21],
    ['the default of the argument if a variable is absent', page.replace(' = 7', ''), {}, 21],
    ['ten items if a variable is no number', page, { n: '5' }, 11],
    ['ten items if a variable is negative', page, { n: -5 }, 11],
    ['a list in a variable', entities, { r: [1, 2, 3] }, 3],
    ['a single value in a variable', entities, { r: {} }, 1],
    ['the default list of a variable', entities, {}, 2],
  ])('is that of %s', (_what, text, variables, cost) => {
    expect(costOf(text, variables)).toBe(cost);
  });

  it('varies if a variable is the size of a page or the list of representations', () => {
    expect([page, entities].map((text) => measure(text).varies)).toEqual([true, true]);
    const fixed = [
      '{ items(first: 3) { count } }',
      'query ($f: Any) { items(filter: $f) { count } one(id: $f) { name } }',
    ];
    expect(fixed.map((text) => measure(text).varies)).toEqual([false, false]);
  });

  it('includes the representations of all fields', () => {
    const text =
      '{ a: _entities(representations: [1, 2]) { __typename } b: _entities(representations: 3) { __typename } }';
    expect(measure(text, {}, { maxRepresentations: 3 }).refusal).toBeNull();
    const refusal = { limit: 'maxRepresentations', allowed: 2, found: 3 };
    expect(measure(text, {}, { maxRepresentations: 2 }).refusal).toEqual(refusal);
  });

  it('tells how often each variable is used, with fragments expanded', () => {
    const text = `query ($a: Any, $b: Int) { one(id: $a) { name } ...F ...F two: one(id: [$a, { a: { b: $a } }, 5]) { name } }
      fragment F on Query { items(first: $b) { count } }`;
    expect(Object.fromEntries(measure(text).variableUses)).toEqual({ a: 3, b: 2 });
  });
});

describe('a document', () => {
  it('is not checked for its cost, which depends on variables', () => {
    expect(
      check('{ plain { name } _entities(representations: [1, 2]) { __typename } }', {
        maxCost: 0,
        maxRepresentations: 0,
      }),
    ).toBeNull();
    const fragmentFirst = 'fragment F on Query { plain { name } } { ...F }';
    expect(check(fragmentFirst, { maxCost: 0 })).toBeNull();
  });

  it.each<[keyof Limits, number, string]>([
    ['maxDefinitions', 3, 'query A { a } query B { b } fragment F on Query { c }'],
    ['maxFields', 7, '{ a b c { d ... { e } } ...Nothing }'],
    ['maxFields', 5, 'query A { a b } query B { c d } fragment F on Query { e }'],
    ['maxDepth', 3, '{ a { ...F } } fragment F on Item { ... { b { c } } }'],
    ['maxDepth', 2, 'fragment Unused on Query { a { b } }'],
    ['maxRootFields', 4, '{ a b ...F ... { d } } fragment F on Query { c { x y z } }'],
    ['maxRootFields', 3, '{ a a a }'],
    ['maxAliases', 4, '{ a: one { b: name c: name } d: nothing name }'],
    ['maxAliases', 3, '{ a: one a: one a: one }'],
    ['maxAliasesPerField', 3, '{ a: one b: one c: one d: two e: two a: one one }'],
    ['maxAliasesPerField', 2, '{ a: one { c: name d: name } b: one { c: name e: name } }'],
    ['maxFieldRepeats', 3, '{ a a { b } ... { a { b c } } c b: a }'],
    ['maxFieldRepeats', 2, '{ a { x } ...F } fragment F on Query { a { x } }'],
    ['maxVariableValues', 4, '{ one(id: [1, { a: 2 }]) { name } }'],
    ['maxVariableValues', 3, 'query A { one(id: 1, b: 2, c: 3) } query B { one(id: 1, b: 2, c: 3) }'],
  ])('is within %s at %i, and refused if fewer are allowed: %s', (limit, count, text) => {
    expect(check(text, { [limit]: count })).toBeNull();
    expect(check(text, { [limit]: count - 1 })).toEqual({ limit, allowed: count - 1, found: count });
  });

  it('may nest four selection sets per level of fields', () => {
    const nest = (sets: number) => `${'{ ... '.repeat(sets)}{ a }${' }'.repeat(sets)}`;
    expect(check(nest(8), { maxDepth: 2 })).toBeNull();
    expect(check(nest(9), { maxDepth: 2 })).toEqual({ limit: 'maxDepth', allowed: 2, found: 3 });
    const fields = `{ one ${nest(8)} }`;
    expect(check(fields, { maxDepth: 2 })).toMatchObject({ limit: 'maxDepth' });
    expect(check(`fragment Unused on Query ${nest(9)}`, { maxDepth: 2 })).toMatchObject({ limit: 'maxDepth' });
  });

  it('may spread a fragment again, and leaves cycles to validation', () => {
    expect(check('{ a { ...F } ...F } fragment F on Query { b }', { maxFields: 6 })).toBeNull();
    expect(check('{ a { ...F } ...F } fragment F on Query { b }', { maxFields: 5 })).toMatchObject({ found: 6 });
    expect(check('{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }')).toBeNull();
  });

  it('may define types, which validation refuses', () => {
    expect(check('type A { b: Int }')).toBeNull();
    expect(check('subscription { a }')).toBeNull();
  });
});
