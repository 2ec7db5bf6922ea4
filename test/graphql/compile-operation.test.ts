import {
  buildSchema,
  type GraphQLScalarType,
  type GraphQLSchema,
  getOperationAST,
  type OperationDefinitionNode,
  parse,
  printSchema,
} from 'graphql';
import { expect, it } from 'vitest';
import type { GatewayContext } from '../../src/graphql/context.ts';
import { compileOperation } from '../../src/graphql/documents/compile-operation.ts';
import { collectGarbage, oldMegabytes } from '../support/garbage.ts';

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
  const seen = new Set<GraphQLSchema>();
  const { write } = schema.getMutationType()?.getFields() ?? {};
  if (write) {
    write.resolve = async (_source, { to }, _context, info) => {
      seen.add(info.schema);
      return to < 0 ? null : { a: to, b: 2 };
    };
  }
  const document = parse(`
    query Q { a }
    fragment B on Written { b }
    mutation M($to: Int) { written: write(to: $to) { a ...B __typename } }
    mutation N { write(to: 1) { b } }
  `);
  const [m, n] = ['M', 'N'].map((name) => {
    const compiled = compileOperation(schema, document, getOperationAST(document, name) as OperationDefinitionNode);
    return typeof compiled === 'string' ? expect.fail(compiled) : compiled;
  });
  expect(await m?.({ to: 7 }, context)).toEqual({ data: { written: { a: 7, b: 2, __typename: 'Written' } } });
  expect(await m?.({ to: -1 }, context)).toMatchObject({ data: null, errors: [{ path: ['written'] }] });
  expect(await n?.({}, context)).toEqual({ data: { write: { b: 2 } } });
  // Each schema takes memory, so operations share one.
  expect(seen.size).toBe(1);
});

it('leaves nothing of a mutation in the old generation', async () => {
  const schema = buildSchema('type Query { a: Int } type Mutation { write: Int }');
  const { write } = schema.getMutationType()?.getFields() ?? {};
  if (write) write.resolve = async () => 1;
  const document = parse('mutation { write }');
  const compiled = compileOperation(schema, document, document.definitions[0] as OperationDefinitionNode);
  if (typeof compiled === 'string') expect.fail(compiled);
  collectGarbage();
  const before = oldMegabytes();
  for (let n = 0; n < 300; n++) await compiled({}, { held: new Array(1_000).fill(n) } as unknown as GatewayContext);
  collectGarbage({ type: 'minor' });
  collectGarbage({ type: 'minor' });
  // 2.7 MB if all of it stayed alive.
  expect(oldMegabytes() - before).toBeLessThan(0.5);
});
