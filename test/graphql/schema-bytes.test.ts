import {
  buildSchema,
  execute,
  GraphQLSchema,
  getIntrospectionQuery,
  getOperationAST,
  parse,
  printSchema,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { SchemaBytes } from '../../src/graphql/limits/schema-bytes.ts';

const schema = buildSchema(`
  "A query." type Query { items(first: Int = 5, old: Int @deprecated(reason: "no")): [Item!]!, _service: Service }
  "An item." type Item { id: ID!, name: String @deprecated(reason: "Use another name.") }
  enum Kind { BIG SMALL @deprecated(reason: "Too small.") }
  interface Named { name: String }
  type Service { sdl: String! }
`);

function measure(text: string, name?: string, of = schema): number {
  const document = parse(text);
  const operation = getOperationAST(document, name) ?? expect.fail('there is no such operation');
  return new SchemaBytes(of).measure(document, operation);
}

const max = () => new SchemaBytes(schema).max;

/** The bytes of the response, as JSON. */
async function answered(text: string, variableValues = {}): Promise<number> {
  const { data } = await execute({ schema, document: parse(text), variableValues });
  return JSON.stringify(data).length;
}

/** Names of fields, with fragments and aliases. */
const type = '{ kind name fields(includeDeprecated: true) { name type { name } args { name defaultValue } } }';

describe('the introspection in a response', () => {
  it.each([
    `{ __schema { types { name kind description } } }`,
    `{ __schema { types ${type} } }`,
    `{ a: __schema { t: types { theNameOfTheType: name enumValues(includeDeprecated: true) { name } } } }`,
    `{ __schema { ...S } } fragment S on __Schema { types { ... { name } ...T } queryType { name } }
     fragment T on __Type { __typename possibleTypes { name } interfaces { name } }`,
    `{ __type(name: "Item") ${type} }`,
    `{ __type(name: "Nothing") ${type} a: __type(name: "Kind") { enumValues(includeDeprecated: true) { name } } }`,
    `{ __schema { types { __typename again: __typename } } }`,
    `{ __schema { types { fields { type { kind name ofType { kind name } } } } } }`,
    `{ __schema { types { fields { deprecationReason theReasonOfDeprecation: deprecationReason } } } }`,
    getIntrospectionQuery(),
  ])('is estimated near the size of its JSON: %s', async (text) => {
    const size = await answered(text);
    expect(measure(text)).toBeGreaterThan(size * 0.75);
    expect(measure(text)).toBeLessThan(size * 1.25);
  });

  it('is none for other fields', () => {
    expect(measure('{ items { id name } __typename }')).toBe(0);
  });

  it.each([null, undefined])('is none below a type that is %s', (mutation) => {
    const readOnly = new GraphQLSchema({ ...schema.toConfig(), mutation });
    const [one, two] = ['name', 'name kind'].map((fields) =>
      measure(`{ __schema { mutationType { ${fields} } } }`, undefined, readOnly),
    );
    expect(two).toBe(one);
  });

  it('counts each alias', () => {
    const one = measure('{ a: __schema { types { name } } }');
    expect(measure('{ a: __schema { types { name } } b: __schema { types { name } } }')).toBe(2 * one);
  });

  it('is that of the operation that is executed', () => {
    const text = 'query A { __schema { types { name } } } query B { items { id } }';
    expect(measure(text, 'B')).toBe(0);
    expect(measure(text, 'A')).toBeGreaterThan(0);
  });

  it('counts deprecated fields, which a variable may ask for', () => {
    const of = (value: string) => `query ($all: Boolean) { __type(name: "Item") { fields${value} { name } } }`;
    expect(measure(of('(includeDeprecated: $all)'))).toBe(measure(of('(includeDeprecated: true)')));
  });

  it('counts every type if a variable names the type', () => {
    const all = measure('{ a: __schema { types { name } } }') - measure('{ a: __schema { __typename } }');
    const any = measure('query ($n: String!) { a: __type(name: $n) { name } }');
    expect(any).toBeGreaterThan(all * 0.8);
  });
});

describe('the maximum', () => {
  it('permits one full introspection, with the SDL beside it', () => {
    const full = getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true, schemaDescription: true });
    expect(measure(full.replace('{', '{ _service { sdl }'))).toBeLessThan(max());
  });

  it('is one full introspection, a quarter more for tools that ask for more, and one SDL', () => {
    const options = { inputValueDeprecation: true, specifiedByUrl: true, directiveIsRepeatable: true, oneOf: true };
    const full = measure(getIntrospectionQuery({ ...options, schemaDescription: true }));
    expect(Math.abs(max() - printSchema(schema).length - 1.25 * full)).toBeLessThan(2);
  });

  it('ends the counting', () => {
    const aliases = Array.from({ length: 90 }, (_, index) => `a${index}: description`).join(' ');
    const one = `__schema { types { fields { name args { ${aliases} } } } }`;
    expect(measure(`{ ${'abcdefghij'.replace(/./g, (name) => `${name}: ${one} `)} }`)).toBeLessThan(1.5 * max());
  });

  it('is exceeded by any field below one that reaches it', () => {
    const schemaKey = (characters: number) => `{ ${'x'.repeat(characters)}: __schema { description } }`;
    const below = measure('{ __schema { description description } }') - measure('{ __schema { description } }');
    const others = measure(schemaKey(1)) - 1 - below;
    expect(measure(schemaKey(max() - others))).toBe(max() + below);
  });

  it('does not permit two full introspections', () => {
    const twice = getIntrospectionQuery().replace(/\{\s*__schema \{/, '{ ...S again: __schema { ...T } x: __schema {');
    const text = `${twice} fragment S on Query { y: __schema { ...T } } fragment T on __Schema { types { ...FullType } }`;
    expect(measure(text)).toBeGreaterThan(max());
  });
});

describe('the SDL in a response', () => {
  it('counts once, however often the same field is selected', () => {
    const one = measure('{ _service { sdl } }');
    expect(one).toBeGreaterThan(100);
    expect(measure('{ _service { sdl sdl ... { sdl } } }')).toBe(one);
    expect(one).toBeLessThan(max());
    expect(measure('{ _service { __typename } }')).toBeLessThan(20);
  });

  it.each(['{ _service { sdl again: sdl } }', '{ _service { sdl } again: _service { sdl } }'])(
    'exceeds the maximum if it is there twice: %s',
    (text) => {
      expect(measure(text)).toBeGreaterThan(max());
    },
  );
});
