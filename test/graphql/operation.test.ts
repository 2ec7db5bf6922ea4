import {
  buildSchema,
  execute,
  type GraphQLScalarType,
  getIntrospectionQuery,
  getOperationAST,
  getVariableValues,
  parse,
} from 'graphql';
import { expect, it } from 'vitest';
import type { GatewayContext } from '../../src/graphql/context.ts';
import { estimateCodeSize } from '../../src/graphql/documents/code-size.ts';
import type { CompiledOperation } from '../../src/graphql/documents/compile-operation.ts';
import { Operation } from '../../src/graphql/documents/operation.ts';
import { createSchema } from '../../src/graphql/schema.ts';

/** Returns its arguments. */
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
    sized(size: Size! = LARGE): Anything
    query: Query
  }
  type Mutation { write: String }
`);
Object.assign(schema.getQueryType()?.getFields()['echo'] ?? {}, { resolve: echo });
Object.assign(schema.getQueryType()?.getFields()['query'] ?? {}, { resolve: () => ({}) });

/** An operation of a document. */
function createOperation(document: string, name?: string, of = schema): Operation {
  const syntaxTree = parse(document);
  const node = getOperationAST(syntaxTree, name) ?? expect.fail();
  return new Operation(of, syntaxTree, node, { varies: false, variableUses: new Map(), schemaBytes: 0 });
}

/** How a repeated operation is executed. */
function useAgain(operation: Operation): CompiledOperation | string {
  expect(operation.use()).toBe('first use');
  return operation.use();
}

/** Coerces variables as the pipeline does before anything is executed. */
function coerce({ node }: Operation, variables: Readonly<Record<string, unknown>>) {
  return getVariableValues(schema, node.variableDefinitions ?? [], variables).coerced ?? expect.fail();
}

it.each([
  { document: 'query ($count: Int = 3) { name }', variables: { count: null } },
  { document: 'query ($order: Order) { echo(value: $order) }', variables: { order: { field: 'a' } } },
  { document: 'query ($size: Size! = SMALL) { echo(value: $size) }', variables: {} },
  { document: 'query ($value: Anything) { echo(value: $value) }', variables: { value: { id: 'a' } } },
  { document: '{ a: name one: query { name } }', variables: {} },
])(
  '$document with $variables is compiled and gets the same answer as from graphql-js',
  async ({ document, variables }) => {
    const expected = await execute({ schema, document: parse(document), variableValues: variables });
    const operation = createOperation(document);
    const compiled = useAgain(operation);
    if (typeof compiled === 'string') expect.fail(compiled);
    const result = await compiled(coerce(operation, variables), {} as GatewayContext);
    expect(JSON.stringify(result)).toBe(JSON.stringify(expected));
  },
);

it.each([
  ['query ($order: Order) { name @include(if: true) }', 'conditions'],
  ['query ($no: Boolean = true) { name @skip(if: $no) }', 'conditions'],
  ['query ($id: String) { echo(value: { id: $id }) }', 'variable in a scalar'],
  ['query ($id: String) { echo(values: [[$id], { id: { id: $id } }]) }', 'variable in a scalar'],
  ['query ($constructor: String) { echo(word: $constructor) }', 'reserved name'],
  ['query ($__proto__: String = "a") { echo(word: $__proto__) }', 'reserved name'],
  ['{ a: name __proto__: name query { __proto__: name } }', 'reserved name'],
  ['{ echo(value: { __proto__: { a: 1 } }) }', 'reserved name'],
  ['mutation { a: write b: write }', 'several writes'],
  ['mutation { ...W } fragment W on Mutation { write }', 'several writes'],
  [
    'query ($no: Boolean = false) { a: query { ...F @include(if: $no) } b: query { ...F } } fragment F on Query { name }',
    'conditions',
  ],
])('%s is not compiled: %s', (document, why) => {
  expect(useAgain(createOperation(document))).toBe(why);
});

it('an operation is interpreted the first time and compiled from then on', () => {
  const operation = createOperation('query A { name } query B { query { name } }', 'B');
  expect([operation.use(), typeof operation.use(), typeof operation.use()]).toEqual([
    'first use',
    'function',
    'function',
  ]);
});

it('an operation that takes much memory once compiled is not compiled, however short it is', () => {
  const [long, many] = ['a'.repeat(50_000), Array.from({ length: 100 }, (_, index) => index)];
  const variables = many.map((index) => `$v${index}: Order`).join(' ');
  for (const document of [
    `{ ${long}: query { ${many.map((index) => `a${index}: name`).join(' ')} } }`,
    `{ query { ${many.map((index) => `a${index}: query { ...F }`).join(' ')} } }
     fragment F on Query { a: name b: name c: name d: name e: name }`,
    `query (${variables}) { name }`,
  ]) {
    expect(useAgain(createOperation(document))).toBe('size');
  }
  expect(useAgain(createOperation(`{ query { ${many.map((index) => `a${index}: name`).join(' ')} } }`))).not.toBe(
    'size',
  );
});

it('the estimated memory of an operation counts its fields, wherever they are, its variables, and long paths', () => {
  const size = (text: string) => {
    const document = parse(text);
    return estimateCodeSize(document, getOperationAST(document) ?? expect.fail());
  };
  const one = size('{ a }');
  const field = size('{ a b }') - one;
  expect(size('   { a }')).toBe(one);
  expect(size('query ($v: Int) { a }')).toBeGreaterThan(one + field);
  // A fragment is no field, but its fields are compiled wherever it is spread.
  expect(size('{ ... { a } }')).toBeLessThan(one + field);
  expect(size('{ ...F ...F } fragment F on Query { a b }')).toBeGreaterThan(2 * (one + field));
  expect(size('{ ...F ...F } fragment F on Query { a b }')).toBeLessThan(3 * (one + field));
  // The code of each of the two fields below repeats the longer name, and so does that of the field itself.
  const long = size(`{ ${'q'.repeat(1_001)} { a b } }`) - size('{ q { a b } }');
  expect(long).toBe(3 * (size(`{ ${'a'.repeat(1_001)} }`) - one));
  const spread = (name: string) => size(`{ ...${name} } fragment ${name} on Query { a }`);
  expect(spread('F'.repeat(1_001)) - spread('F')).toBe(long / 3);
});

it('the estimated memory of an operation without locations counts its fields', () => {
  const size = (text: string) => {
    const document = parse(text, { noLocation: true });
    return estimateCodeSize(document, getOperationAST(document) ?? expect.fail());
  };
  expect(size('{ a b }')).toBe(2 * size('{ longer }'));
});

it('the code of an operation is made once', () => {
  const operation = createOperation('{ name }');
  const compiled = useAgain(operation);
  expect(compiled).toBeTypeOf('function');
  expect(operation.use()).toBe(compiled);
});

it('compiled code returns values as resolvers return them, because models hold them as the schema spells them', async () => {
  const spelled = buildSchema('enum Size { SMALL } type Query { size: Size }');
  const size = spelled.getType('Size');
  const serialize = () => expect.fail('the value was serialised');
  Object.assign(size ?? {}, { serialize });
  Object.assign(spelled.getQueryType()?.getFields()['size'] ?? {}, { resolve: () => 'SMALL' });
  const compiled = useAgain(createOperation('{ size }', undefined, spelled));
  if (typeof compiled === 'string') expect.fail(compiled);
  expect(await compiled({}, {} as GatewayContext)).toMatchObject({ data: { size: 'SMALL' } });
});

it('a single write is compiled', () => {
  expect(useAgain(createOperation('mutation { write }'))).toBeTypeOf('function');
});

it('the cost of an operation is fixed unless it varies', () => {
  const document = parse('{ name }');
  const node = getOperationAST(document) ?? expect.fail();
  const fixed = [true, false].map((varies) => {
    const measure = { varies, variableUses: new Map<string, number>(), schemaBytes: 0 };
    return new Operation(schema, document, node, measure).hasFixedCost;
  });
  expect(fixed).toEqual([false, true]);
});

it('a failed field is part of the answer of a compiled operation', async () => {
  const failing = buildSchema('type Query { a: Int, b: Int! }');
  const fail = () => {
    throw new Error('no');
  };
  for (const name of ['a', 'b']) Object.assign(failing.getQueryType()?.getFields()[name] ?? {}, { resolve: fail });
  for (const [text, data] of [
    ['{ a }', { a: null }],
    ['{ b }', null],
  ] as const) {
    const compiled = useAgain(createOperation(text, undefined, failing));
    if (typeof compiled === 'string') expect.fail(compiled);
    const result = await compiled({}, {} as GatewayContext);
    expect(result).toMatchObject({ data, errors: [{ message: 'no' }] });
  }
});

it('a null variable in a non-null position is left to graphql-js', () => {
  const operation = createOperation('query ($size: Size = SMALL) { sized(size: $size) }');
  const compiled = useAgain(operation);
  if (typeof compiled === 'string') expect.fail(compiled);
  expect(compiled({ size: null }, {} as GatewayContext)).toBeNull();
});

it('a value that graphql-js accepts but the compiler does not is left to graphql-js', () => {
  const wrap = (value: unknown) => {
    if (typeof value !== 'string') throw new Error('no');
    return { value };
  };
  Object.assign(schema.getType('Once') as GraphQLScalarType, { parseValue: wrap });
  const operation = createOperation('query ($values: [Once]) { once(values: $values) }');
  const compiled = useAgain(operation);
  if (typeof compiled === 'string') expect.fail(compiled);
  expect(compiled(coerce(operation, { values: ['a'] }), {} as GatewayContext)).toBeNull();
});

it('introspection is compiled, because tools repeat it', () => {
  expect(useAgain(createOperation(getIntrospectionQuery(), undefined, createSchema()))).toBeTypeOf('function');
});
