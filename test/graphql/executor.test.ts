import { buildSchema, parse } from 'graphql';
import { expect, it } from 'vitest';
import type { GatewayContext } from '../../src/graphql/context.ts';
import { createExecutor } from '../../src/graphql/executor.ts';

const schema = buildSchema(`
  enum Size { SMALL LARGE }
  input Order { field: String!, size: Size! = LARGE, count: Int = 2 }
  type Query { name: String }
`);

it.each([
  { document: 'query ($order: Order) { name @include(if: true) }', variables: { order: { field: 'a' } }, wrong: false },
  { document: 'query ($size: Size! = SMALL) { name }', variables: {}, wrong: false },
  { document: 'query ($count: Int = 3) { name }', variables: { count: null }, wrong: false },
  { document: 'query ($size: Size! = SMALL) { name }', variables: { size: null }, wrong: true },
  { document: 'query ($size: Size) { name }', variables: { size: 'HUGE' }, wrong: true },
  { document: 'query ($order: Order!) { name }', variables: {}, wrong: true },
  { document: 'query ($order: Order) { name }', variables: { order: { size: 'SMALL' } }, wrong: true },
  { document: 'query ($order: Order) { name }', variables: { order: { field: 'a', other: 1 } }, wrong: true },
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
