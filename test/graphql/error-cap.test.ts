import { __Schema, __Type, buildSchema, execute, parse } from 'graphql';
import { expect, it } from 'vitest';
import { GatewayError } from '../../src/errors.ts';
import { capErrors } from '../../src/graphql/limits/error-cap.ts';

/** Executes an operation with a maximum of two errors. */
async function run(document: string, resolve: () => unknown) {
  const schema = buildSchema('type Query { optional: Int, required: Int! }');
  for (const field of Object.values(schema.getQueryType()?.getFields() ?? {})) field.resolve = resolve;
  capErrors(schema);
  let errors = 0;
  const contextValue = { budget: { addError: () => ++errors <= 2 } };
  const result = await execute({ schema, document: parse(document), contextValue });
  return { data: result.data, errors: result.errors?.length, last: result.errors?.at(-1)?.message };
}

const refuse = () => {
  throw new GatewayError('FORBIDDEN', 'not allowed');
};

it.each([
  ['throws', refuse],
  ['rejects', async () => refuse()],
])('a nullable field that %s is null without an error beyond the maximum number of errors', async (_how, resolve) => {
  const { data, errors } = await run('{ a: optional b: optional c: optional d: optional }', resolve);
  expect({ data, errors }).toEqual({ data: { a: null, b: null, c: null, d: null }, errors: 2 });
});

it('a non-null field fails even beyond the maximum number of errors', async () => {
  const answer = await run('{ a: optional b: optional c: optional d: required }', refuse);
  expect(answer).toEqual({ data: null, errors: 3, last: 'not allowed' });
});

it('a bug is always an error', async () => {
  const { errors } = await run('{ a: optional b: optional c: optional }', () => {
    throw new TypeError('a defect');
  });
  expect(errors).toBe(3);
});

it('a field that reads a property needs no resolver', async () => {
  const schema = buildSchema('type Query { plain: Int }');
  capErrors(schema);
  const result = await execute({ schema, document: parse('{ plain }'), rootValue: { plain: 1 } });
  expect(result).toEqual({ data: { plain: 1 } });
});

it('the types of introspection, which all schemas share, stay as they are', () => {
  const resolvers = () => [__Schema, __Type].flatMap((type) => Object.values(type.getFields())).map((it) => it.resolve);
  const before = resolvers();
  capErrors(buildSchema('type Query { a: Int }'));
  expect(resolvers()).toEqual(before);
});
