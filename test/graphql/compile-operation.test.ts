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
