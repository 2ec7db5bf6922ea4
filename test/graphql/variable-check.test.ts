import fc from 'fast-check';
import {
  buildSchema,
  type DocumentNode,
  getOperationAST,
  getVariableValues,
  type OperationDefinitionNode,
  parse,
} from 'graphql';
import { expect, it } from 'vitest';
import type { GatewayContext } from '../../src/graphql/context.ts';
import { compileOperation } from '../../src/graphql/documents/compile-operation.ts';
import { createVariableCheck } from '../../src/graphql/documents/variable-check.ts';

const schema = buildSchema(`
  scalar _Any
  scalar Time
  enum Status { PENDING ACCEPTED }
  input Inner { yes: Boolean! id: ID }
  input Filter { id: ID! number: Int status: Status tags: [String!] inner: Inner inners: [[Inner!]] first: Int! = 3 }
  input Tree { leaf: ID branches: [Tree!] }
  input Choice @oneOf { a: Int b: Int }
  type Query {
    echo(
      id: ID text: String flag: Boolean number: Int float: Float time: Time status: Status ids: [ID!] filter: Filter
      choice: Choice any: [_Any!]
    ): Int
  }
`);

const inner = { yes: true, id: 'i' };
const filter = { id: 'i', first: 1 };

function operationOf(document: DocumentNode): OperationDefinitionNode {
  return getOperationAST(document) ?? expect.fail('no operation');
}

function isRecognised(type: string, variables: Readonly<Record<string, unknown>>): boolean {
  return createVariableCheck(schema, operationOf(parse(`query ($v: ${type}) { echo }`)))(variables);
}

it.each<readonly [string, readonly unknown[]]>([
  ['ID', ['', '1', null, undefined]],
  ['String!', ['', 'text']],
  ['Boolean!', [true, false]],
  ['Int', [0, -0, 7, 2 ** 31 - 1, -(2 ** 31), null, undefined]],
  ['Int = 3', [7, null]],
  ['Status!', ['PENDING', 'ACCEPTED']],
  ['[ID]', [[], ['a', null], null]],
  ['[[ID!]!]!', [[], [[]], [['a'], ['b', 'c']]]],
  ['Filter!', [filter, { ...filter, number: 1, status: 'PENDING', tags: ['a'], inner, inners: [[inner], null] }]],
  ['Filter', [null, undefined, { ...filter, number: null, tags: null, inner: null }]],
  ['Tree', [{}, { leaf: 'a', branches: [{ branches: [{ leaf: 'b' }, {}] }] }]],
  ['[_Any!]!', [[], [{}, { __typename: 'Image', id: 1, other: [null] }]]],
])('recognises valid values of %s', (type, values) => {
  for (const v of values) expect([v, isRecognised(type, v === undefined ? {} : { v })]).toEqual([v, true]);
});

it.each<readonly [string, readonly unknown[]]>([
  ['ID', [1, true, ['1'], {}]],
  ['ID!', [null, undefined]],
  ['String', [1, ['a'], { a: 'b' }]],
  ['Boolean', [0, 'true', [true]]],
  ['Int', [1.5, 2 ** 31, -(2 ** 31) - 1, 1e300, '1', [1]]],
  ['Int = 3', [undefined]],
  ['Float', [1, 1.5]],
  ['Time', ['2026-01-01']],
  ['Status', ['pending', 'toString', '__proto__', 1, ['PENDING']]],
  ['[ID]', ['a', [1], [['a']], { 0: 'a' }]],
  ['[ID!]', [[null], ['a', null]]],
  ['Filter', ['i', [], [filter], {}, { first: 1 }, { id: 'i' }, { ...filter, id: 1 }, { ...filter, other: 1 }]],
  [
    'Filter',
    [JSON.parse('{"id": "i", "first": 1, "__proto__": {}}'), { ...filter, inner: {} }, { ...filter, tags: 'a' }],
  ],
  [
    'Filter',
    [
      { ...filter, inner: { yes: null } },
      { ...filter, inners: [inner] },
      { ...filter, first: null },
    ],
  ],
  ['Tree', [{ branches: [{ branches: [{ leaf: 1 }] }] }]],
  ['Choice', [{ a: 1 }, { a: 1, b: 2 }, {}]],
  ['_Any', ['a', 1, [], [{}]]],
  ['[_Any!]', [[null], {}]],
  ['Query', [{}]],
  ['Missing', [{}]],
])('leaves other values of %s to graphql-js', (type, values) => {
  for (const v of values) expect([v, isRecognised(type, v === undefined ? {} : { v })]).toEqual([v, false]);
});

it('checks each variable, and ignores those that are not defined', () => {
  const check = createVariableCheck(schema, operationOf(parse('query ($a: ID!, $b: ID) { echo }')));
  expect(check({ a: 'a' })).toBe(true);
  expect(check({ a: 'a', b: 'b', c: 1 })).toBe(true);
  expect(check({ a: 'a', b: 1 })).toBe(false);
  expect(check({ b: 'b' })).toBe(false);
});

it.each(['__proto__: Tree!', '__proto__: _Any', 'toString: ID'])('leaves $%s to graphql-js', (declared) => {
  const check = createVariableCheck(schema, operationOf(parse(`query ($${declared}) { echo }`)));
  expect(check({})).toBe(false);
  expect(check({ toString: 'a' })).toBe(false);
});

it('recognises that there are no variables to check', () => {
  const { variableDefinitions: _none, ...operation } = operationOf(parse('{ echo }'));
  expect(createVariableCheck(schema, operation)({ a: 1 })).toBe(true);
});

/** Mostly these values, but sometimes others. */
function mostly(valid: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof({ arbitrary: valid, weight: 12 }, fc.constantFrom<unknown[]>(null, 'a', 1, 1.5, true, ['a'], [], {}));
}

const id = mostly(fc.string({ maxLength: 2 }));
const number = mostly(fc.integer());
const someInner = mostly(fc.record({ yes: mostly(fc.boolean()), id }, { requiredKeys: ['yes'] }));
const value = fc.oneof(
  mostly(fc.constantFrom('', 'PENDING', 7, true)),
  fc.array(id, { maxLength: 2 }),
  mostly(
    fc.record(
      {
        id,
        first: number,
        number,
        status: mostly(fc.constantFrom('PENDING', 'ACCEPTED', 'pending')),
        tags: mostly(fc.array(id, { maxLength: 2 })),
        inner: someInner,
        inners: mostly(fc.array(mostly(fc.array(someInner, { maxLength: 2 })), { maxLength: 2 })),
      },
      { requiredKeys: ['id', 'first'] },
    ),
  ),
  fc.record({ a: number, b: number }, { requiredKeys: [] }),
);

const echo = schema.getQueryType()?.getFields()['echo'];
const inputs = (echo?.args ?? []).flatMap(({ name, type }) =>
  [`${type}`, `${type}!`, `${type} = null`].map((declared) => ({ name, declared })),
);

it.each(inputs)(
  'recognises only what graphql-js accepts and compiled code reads alike, for $declared',
  async (input) => {
    const document = parse(`query ($v: ${input.declared}) { echo(${input.name}: $v) }`);
    const operation = operationOf(document);
    const check = createVariableCheck(schema, operation);
    const compiled = compileOperation(schema, document, operation);
    if (typeof compiled === 'string' || echo === undefined) expect.fail('not compiled');
    let given: unknown;
    echo.resolve = (_source, args) => {
      given = args;
      return 1;
    };
    async function argumentsFor(variables: Readonly<Record<string, unknown>>): Promise<unknown> {
      given = 'nothing';
      if (typeof compiled !== 'string') await compiled(variables, {} as GatewayContext);
      return given;
    }
    await fc.assert(
      fc.asyncProperty(fc.option(value, { nil: undefined }), async (v) => {
        const variables = v === undefined ? {} : { v };
        const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
        const isValid = check(variables);
        expect(isValid && errors !== undefined).toBe(false);
        if (isValid) expect(await argumentsFor(variables)).toEqual(await argumentsFor(coerced ?? {}));
      }),
      { numRuns: 300 },
    );
  },
);
