import fc from 'fast-check';
import { buildSchema, execute, getOperationAST, parse, validate } from 'graphql';
import { expect, it } from 'vitest';
import type { GatewayContext } from '../../src/graphql/context.ts';
import { compileOperation } from '../../src/graphql/documents/compile-operation.ts';
import { runs, timeoutMs } from './runs.ts';

const schema = buildSchema('type Query { name: String, one: Query, later: Query, many: [Query!]! }');
const resolvers = { name: () => 'n', one: () => ({}), later: async () => ({}), many: () => [{}, {}] };
for (const [field, resolve] of Object.entries(resolvers)) {
  Object.assign(schema.getQueryType()?.getFields()[field] ?? {}, { resolve });
}

const conditions = ['', '', '', '@include(if: $a)', '@skip(if: $a)', '@skip(if: $b)', '@include(if: true)'];

/** Generates selections: fields under few aliases, so that many are merged, and these fragments. */
function selecting(condition: fc.Arbitrary<string>) {
  return function selections(depth: number, ...fragments: readonly string[]): fc.Arbitrary<string> {
    const leaf = fc.tuple(fc.constantFrom('name', 'n: name', '__typename', ...fragments), condition);
    const field = fc.constantFrom('one', 'o: one', 'o: later', 'later', 'many', '...');
    const below = () =>
      fc.tuple(
        field,
        condition,
        selections(depth - 1, ...fragments).map((text) => `{ ${text} }`),
      );
    return fc
      .array(depth === 0 ? leaf : fc.oneof(leaf, below()), { minLength: 1, maxLength: 3 })
      .map((all) => all.flat().join(' '));
  };
}

const documents = fc.boolean().chain((conditional) => {
  const selections = selecting(fc.constantFrom(...(conditional ? conditions : [''])));
  return fc
    .tuple(selections(3, '...F', '...G'), selections(3, '...F', '...G'), selections(2, '...G'), selections(2))
    .map(
      ([a, b, f, g]) => `query A($a: Boolean = true, $b: Boolean = false) { ${a} }
        query B($a: Boolean = true, $b: Boolean = false) { ${b} }
        fragment F on Query { ${f} } fragment G on Query { ${g} }`,
    );
});

it('any operations of a document, compiled in turn, get the same answers as from graphql-js', {
  timeout: timeoutMs,
}, async () => {
  const isBad = /^(?!Variable .* is never used|Fragment .* is never used)/;
  let compiled = 0;
  await fc.assert(
    fc.asyncProperty(documents, fc.boolean(), fc.boolean(), async (text, a, b) => {
      const document = parse(text);
      fc.pre(!validate(schema, document).some(({ message }) => isBad.test(message)));
      for (const name of ['A', 'B', 'A']) {
        const operation = getOperationAST(document, name) ?? expect.fail();
        const found = compileOperation(schema, document, operation);
        if (typeof found === 'string') continue;
        compiled++;
        const answer = await found({ a, b }, {} as GatewayContext);
        const expected = await execute({
          schema,
          document: parse(text),
          operationName: name,
          variableValues: { a, b },
        });
        if (answer) expect(JSON.stringify(answer)).toBe(JSON.stringify(expected));
      }
    }),
    runs(300),
  );
  expect(compiled).toBeGreaterThan(0);
});
