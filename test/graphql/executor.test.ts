import { buildSchema, parse } from 'graphql';
import { expect, it } from 'vitest';
import type { GatewayContext } from '../../src/graphql/context.ts';
import { createExecutor } from '../../src/graphql/executor.ts';

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
])('$document with $variables is answered alike however often it is asked for', async (request) => {
  const execute = createExecutor(schema);
  const document = parse(request.document);
  const ask = async (): Promise<unknown> => {
    const { variables } = request;
    const result = await execute({ document, operationName: null, variables, context: {} as GatewayContext });
    return JSON.parse(JSON.stringify(result));
  };
  const first = await ask();
  expect(Object.hasOwn(first as object, 'errors')).toBe(request.wrong);
  for (let again = 0; again < 3; again++) expect(await ask()).toEqual(first);
});

it('an operation with an empty name is none of the document, however often the document is asked for', async () => {
  const execute = createExecutor(schema);
  const document = parse('{ name }');
  const context = {} as GatewayContext;
  for (let again = 0; again < 4; again++) {
    expect(await execute({ document, operationName: null, variables: {}, context })).not.toHaveProperty('errors');
    expect(await execute({ document, operationName: '', variables: {}, context })).toHaveProperty('errors');
  }
});
