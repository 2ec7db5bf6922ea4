import { buildSchema, execute, type GraphQLScalarType, getIntrospectionQuery, getOperationAST, parse } from 'graphql';
import { expect, it } from 'vitest';
import { CompiledOperations } from '../../src/graphql/compiled-operations.ts';
import type { GatewayContext } from '../../src/graphql/context.ts';
import { createSchema } from '../../src/graphql/schema.ts';

/** Answers its arguments. */
const echo = (_root: unknown, args: unknown): unknown => args;

const schema = buildSchema(`
  enum Size { SMALL LARGE }
  input Order { field: String!, size: Size! = LARGE, count: Int = 2 }
  scalar Anything
  scalar Once
  type Query {
    name: String
    echo(value: Anything, values: [Anything], word: String, flag: Boolean): Anything
    once(values: [Once]): Anything
    query: Query
  }
`);
Object.assign(schema.getQueryType()?.getFields()['echo'] ?? {}, { resolve: echo });
Object.assign(schema.getQueryType()?.getFields()['query'] ?? {}, { resolve: () => ({}) });

/** The operation as it is found once it was found valid. */
function learn(operations: CompiledOperations, document: string, name?: string) {
  const source = parse(document);
  const operation = getOperationAST(source, name);
  if (operation) operations.learn(document, source, operation, name);
  return operations.find(document, name);
}

it.each([
  { document: 'query ($order: Order) { name @include(if: true) }', variables: { order: { field: 'a' } }, wrong: false },
  { document: 'query ($size: Size! = SMALL) { name }', variables: {}, wrong: false },
  { document: 'query ($count: Int = 3) { name }', variables: { count: null }, wrong: false },
  { document: 'query ($size: Size! = SMALL) { name }', variables: { size: null }, wrong: true },
  { document: 'query ($size: Size) { name }', variables: { size: 'HUGE' }, wrong: true },
  { document: 'query ($order: Order!) { name }', variables: {}, wrong: true },
  { document: 'query ($order: Order) { name }', variables: { order: { size: 'SMALL' } }, wrong: true },
  { document: 'query ($order: Order) { name }', variables: { order: { field: 'a', other: 1 } }, wrong: true },
  { document: 'query ($id: String) { echo(value: { id: $id }) }', variables: { id: 'a' }, wrong: false },
  {
    document: 'query ($id: String) { echo(values: [[$id], { id: { id: $id } }]) }',
    variables: { id: 'a' },
    wrong: false,
  },
  { document: 'query ($value: Anything) { echo(value: $value) }', variables: { value: { id: 'a' } }, wrong: false },
  { document: 'query ($constructor: String) { echo(word: $constructor) }', variables: {}, wrong: false },
  { document: 'query ($__proto__: String = "a") { echo(word: $__proto__) }', variables: {}, wrong: false },
  { document: 'query ($toString: Boolean = true) { name @skip(if: $toString) }', variables: {}, wrong: false },
  {
    document:
      'query ($no: Boolean = false) { a: query { ...F @include(if: $no) } b: query { ...F } } fragment F on Query { name }',
    variables: {},
    wrong: false,
  },
  { document: '{ a: name __proto__: name query { __proto__: name } }', variables: {}, wrong: false },
  { document: '{ echo(value: { __proto__: { a: 1 } }) }', variables: {}, wrong: false },
])(
  '$document with $variables is answered as graphql-js does, or left to it',
  async ({ document, variables, wrong }) => {
    const source = parse(document);
    const expected = await execute({ schema, document: source, variableValues: variables });
    const operation = learn(new CompiledOperations(schema), document);
    const result = (await operation?.execute(variables, {} as GatewayContext)) ?? null;
    if (wrong) expect([expected.errors?.length, result]).toEqual([1, null]);
    else expect(JSON.stringify(result ?? expected)).toBe(JSON.stringify(expected));
  },
);

it('what was not found valid is not executed, nor another operation of the same document', () => {
  const operations = new CompiledOperations(schema);
  const document = 'query A { name } query B { name }';
  expect(operations.find(document, 'A')).toBeNull();
  expect(learn(operations, document, 'A')).toMatchObject({ type: 'query', name: 'A' });
  expect(operations.find(document, 'B')).toBeNull();
  expect(operations.find(document, undefined)).toBeNull();
});

it('what takes much memory once it is compiled is not compiled, however short it is', () => {
  const operations = new CompiledOperations(schema);
  const [long, many] = ['a'.repeat(50_000), Array.from({ length: 100 }, (_, index) => index)];
  const variables = many.map((index) => `$v${index}: Order`).join(' ');
  for (const document of [
    `{ ${long}: query { ${many.map((index) => `a${index}: name`).join(' ')} } }`,
    `{ query { ${many.map((index) => `a${index}: query { ...F }`).join(' ')} } }
     fragment F on Query { a: name b: name c: name d: name e: name }`,
    `query (${variables}) { name }`,
  ]) {
    expect(learn(operations, document)).toBeNull();
  }
  expect(learn(operations, `{ query { ${many.map((index) => `a${index}: name`).join(' ')} } }`)).not.toBeNull();
});

it('the operations of one document count as much as those of many: old ones are forgotten', () => {
  const operations = new CompiledOperations(schema);
  learn(operations, '{ name }');
  const below = Array.from({ length: 250 }, (_, index) => `a${index}: name`).join(' ');
  const names = Array.from({ length: 150 }, (_, index) => `O${index}`);
  const document = `${names.map((name) => `query ${name} { ...F }`).join(' ')} fragment F on Query { ${below} }`;
  const source = parse(document);
  for (const name of names) {
    const operation = getOperationAST(source, name);
    if (operation) operations.learn(document, source, operation, name);
  }
  expect(operations.find('{ name }', undefined)).toBeNull();
});

it('a list of wrong values is given up at the first one, for graphql-js to say what is wrong', () => {
  const operations = new CompiledOperations(schema);
  let parsed = 0;
  const refuse = () => {
    parsed++;
    throw new Error('no');
  };
  Object.assign(schema.getType('Once') as GraphQLScalarType, { parseValue: refuse });
  const operation = learn(operations, 'query ($values: [Once]) { once(values: $values) }');
  expect(operation?.execute({ values: Array(1000).fill(1) }, {} as GatewayContext)).toBeNull();
  expect(parsed).toBe(1);
});

it('what the compiler does not take for a value, though graphql-js does, is left to graphql-js', () => {
  const operations = new CompiledOperations(schema);
  const wrap = (value: unknown) => {
    if (typeof value !== 'string') throw new Error('no');
    return { value };
  };
  Object.assign(schema.getType('Once') as GraphQLScalarType, { parseValue: wrap });
  const operation = learn(operations, 'query ($values: [Once]) { once(values: $values) }');
  expect(operation?.execute({ values: ['a'] }, {} as GatewayContext)).toBeNull();
});

it('introspection is compiled: tools ask for it again and again', () => {
  expect(learn(new CompiledOperations(createSchema()), getIntrospectionQuery())).not.toBeNull();
});
