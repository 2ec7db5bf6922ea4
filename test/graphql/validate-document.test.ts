import { buildSchema, parse, specifiedRules, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { validateDocument } from '../../src/graphql/documents/validate-document.ts';

const schema = buildSchema(`
  type Query { name(id: ID!, like: Like): String, self: Query, animal: Animal, list(of: [Int!]): Int }
  type Subscription { one: Int, two: Int }
  input Like { a: Int!, b: [Like!] }
  interface Animal { legs: Int }
  type Dog implements Animal { legs: Int, bark: String }
  type Cat implements Animal { legs: Int, bark: Int }
`);

/** Invalid documents, each of which violates a different rule. */
const documents = [
  '{ self { name(id: 1) } } fragment A on Query { self { ...A } }',
  'query A { self { list } } query A { list } { list }',
  'type T { a: Int } { list }',
  'subscription { one two }',
  'query ($a: Nothing, $b: Query, $c: Int = "x") { list(of: [$a]) }',
  'query ($a: Int, $a: Int, $b: String) { list(of: $a) name(id: $b, like: { a: $undefined }) }',
  '{ ...Missing self { ...A ...B } } fragment A on Int { a } fragment B on Dog { legs } fragment B on Query { list }',
  '{ self { ... on Dog { legs } animal { ...C } } } fragment C on Query { list }',
  '{ list { a } self nothing animal { bark ... on Dog { bark @skip } ... on Cat { bark } } }',
  '{ name name(id: 1, id: 2, no: 3) name(id: {}, like: { a: 1, a: 2, c: 3 }) list(of: [1.5, null]) }',
  '{ list @nothing @skip(if: true) @skip(if: false) @include(if: 3) } query @skip(if: true) { list }',
  'fragment Only on Query { list }',
  '{ ...A ...B } fragment A on Missing @nothing { list } fragment B on Query { nothing list(of: "x") }',
  'query ($a: [Missing], $b: Int @nothing) { list(of: [$b]) }',
  '{ ...A @nothing ... @skip { list } ... on Missing { list } } fragment A on Query { list }',
  'query ($a: [Int!]!, $b: [Missing!]!) { list(of: $a) a: name(id: 1, like: { a: 1, b: [{ a: "x", b: [] }] }) }',
  'query ($a: Missing!) { list(of: [$a]) }',
  '{ name(id: 1, like: { a: $nothing }) list(of: [$nothing]) }',
  '{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }',
  'query ($a: [Int], $b: Int!) { list(of: $a) a: list(of: [$b]) self { x: list y: self { list(of: $b) } } }',
];

describe('validation without names', () => {
  it.each(documents)('finds the same errors in %s as graphql-js', (text) => {
    const document = parse(text);
    const found = validateDocument(schema, document, specifiedRules, 100);
    expect(found.length).toBeGreaterThan(0);
    expect(found.map((mistake) => mistake.toJSON())).toEqual(validate(schema, document).map((one) => one.toJSON()));
  });

  it('is tested with all rules', () => {
    const untried = specifiedRules.filter((rule) =>
      documents.every((text) => validate(schema, parse(text), [rule]).length === 0),
    );
    expect(untried.map(({ name }) => name)).toEqual([]);
  });

  it('ends at the maximum number of errors', () => {
    const document = parse(`{ ${'nothing '.repeat(30)} }`);
    expect(validateDocument(schema, document, specifiedRules, 20).map(({ message }) => message)).toEqual(
      validate(schema, document, specifiedRules, { maxErrors: 20 }).map(({ message }) => message),
    );
  });

  it('passes on what a rule throws', () => {
    const broken = (): never => {
      throw new Error('a defect');
    };
    expect(() => validateDocument(schema, parse('{ list }'), [broken], 20)).toThrow('a defect');
    expect(() => validateDocument(schema, parse('{ list }'), [() => ({ Field: broken })], 20)).toThrow('a defect');
  });
});
