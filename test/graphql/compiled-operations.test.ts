import { buildSchema, execute, parse } from 'graphql';
import { expect, it } from 'vitest';
import { CompiledOperations } from '../../src/graphql/compiled-operations.ts';
import type { GatewayContext } from '../../src/graphql/context.ts';

/** Answers its arguments. */
const echo = (_root: unknown, args: unknown): unknown => args;

const schema = buildSchema(`
  enum Size { SMALL LARGE }
  input Order { field: String!, size: Size! = LARGE, count: Int = 2 }
  scalar Anything
  type Query { name: String, echo(value: Anything, values: [Anything]): Anything }
`);
Object.assign(schema.getQueryType()?.getFields()['echo'] ?? {}, { resolve: echo });

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
])(
  '$document with $variables is answered as graphql-js does, or left to it',
  async ({ document, variables, wrong }) => {
    const source = parse(document);
    const expected = await execute({ schema, document: source, variableValues: variables });
    const operations = new CompiledOperations(schema);
    operations.learn(document, source, undefined);
    const operation = operations.find(document, undefined);
    const result = (await operation?.execute(variables, {} as GatewayContext)) ?? null;
    if (wrong) expect([expected.errors?.length, result]).toEqual([1, null]);
    else expect(JSON.stringify(result ?? expected)).toBe(JSON.stringify(expected));
  },
);

it('what was not found valid is not executed, nor another operation of the same document', () => {
  const operations = new CompiledOperations(schema);
  const document = 'query A { name } query B { name }';
  expect(operations.find(document, 'A')).toBeNull();
  operations.learn(document, parse(document), 'A');
  expect(operations.find(document, 'A')).toMatchObject({ type: 'query', name: 'A' });
  expect(operations.find(document, 'B')).toBeNull();
  expect(operations.find(document, undefined)).toBeNull();
});
