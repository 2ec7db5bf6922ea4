import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import {
  buildSchema,
  type GraphQLScalarType,
  getOperationAST,
  type OperationDefinitionNode,
  parse,
  printSchema,
} from 'graphql';
import { expect, it } from 'vitest';
import type { GatewayContext } from '../../src/graphql/context.ts';
import { compileOperation } from '../../src/graphql/documents/compile-operation.ts';

const sdl = 'scalar Time type Query { one: Time all: [Time!]! text: String }';
const context = {} as GatewayContext;

/** A schema whose own scalar must not be serialised. */
function createSchema() {
  const schema = buildSchema(sdl);
  const scalar = schema.getType('Time') as GraphQLScalarType;
  scalar.serialize = () => expect.fail('serialised');
  const { one, all, text } = schema.getQueryType()?.getFields() ?? {};
  for (const [field, value] of [
    [one, 1],
    [all, [1, '2', { three: 3 }]],
    [text, '4'],
  ] as const) {
    if (field) field.resolve = () => value;
  }
  return schema;
}

function compile(schema: ReturnType<typeof createSchema>, query: string, node = getOperationAST(parse(query))) {
  return compileOperation(schema, parse(query), node as OperationDefinitionNode);
}

it('answers scalars of the schema as the models hold them', async () => {
  const compiled = compile(createSchema(), '{ one all text }');
  if (typeof compiled === 'string') expect.fail(compiled);
  expect(await compiled({}, context)).toEqual({ data: { one: 1, all: [1, '2', { three: 3 }], text: '4' } });
});

it('leaves the schema as it was, also if an operation cannot be compiled', async () => {
  const schema = createSchema();
  const before = printSchema(schema);
  const compiled = compile(schema, '{ one __type(name: "Query") { fields { name type { name } } } }');
  expect(printSchema(schema)).toBe(before);
  if (typeof compiled === 'string') expect.fail(compiled);
  const answer = await compiled({}, context);
  expect(answer).toMatchObject({ data: { __type: { fields: [{ name: 'one', type: { name: 'Time' } }, {}, {}] } } });

  const missing = getOperationAST(parse('query Missing { one }'));
  expect(() => compile(schema, 'query Other { one }', missing)).toThrow(/Missing/);
  expect(printSchema(schema)).toBe(before);
});

it('compiles a mutation, also with fragments and beside other operations', async () => {
  const schema = buildSchema(
    'type Query { a: Int } type Mutation { write(to: Int): Written! } type Written { a: Int b: Int }',
  );
  const { write } = schema.getMutationType()?.getFields() ?? {};
  if (write) write.resolve = async (_source, { to }) => (to < 0 ? null : { a: to, b: 2 });
  const document = parse(`
    query Q { a }
    fragment B on Written { b }
    mutation M($to: Int) { written: write(to: $to) { a ...B __typename } }
  `);
  const compiled = compileOperation(schema, document, getOperationAST(document, 'M') as OperationDefinitionNode);
  if (typeof compiled === 'string') expect.fail(compiled);
  expect(await compiled({ to: 7 }, context)).toEqual({ data: { written: { a: 7, b: 2, __typename: 'Written' } } });
  expect(await compiled({ to: -1 }, context)).toMatchObject({ data: null, errors: [{ path: ['written'] }] });
});

it('leaves nothing of a mutation in the old generation', async () => {
  const program = `
    import { buildSchema, parse } from 'graphql';
    import { getHeapSpaceStatistics } from 'node:v8';
    import { compileOperation } from '${new URL('../../src/graphql/documents/compile-operation.ts', import.meta.url)}';
    const schema = buildSchema('type Query { a: Int } type Mutation { write: Int }');
    schema.getMutationType().getFields().write.resolve = async () => 1;
    const document = parse('mutation { write }');
    const compiled = compileOperation(schema, document, document.definitions[0]);
    const old = () => getHeapSpaceStatistics().find(({ space_name }) => space_name === 'old_space').space_used_size;
    gc();
    const before = old();
    for (let n = 0; n < 2_000; n++) await compiled({}, { weight: new Array(1_000).fill(n) });
    gc({ type: 'minor' });
    gc({ type: 'minor' });
    console.log((old() - before) / 2_000);
  `;
  const flags = ['--no-opt', '--expose-gc', '--input-type=module', '--eval', program];
  const { stdout } = await promisify(execFile)(process.execPath, flags);
  expect(Number(stdout)).toBeLessThan(1_000);
});
