import { __Schema, buildSchema, execute, type GraphQLObjectType, type GraphQLSchema, parse } from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import { describe, expect, it, vi } from 'vitest';
import { GatewayError } from '../../src/errors.ts';
import { chargeLists, checkRoomFor } from '../../src/graphql/limits/list-charge.ts';

const typeDefs = `
  interface Named { name: String }
  type Item implements Named {
    name: String, resolved: String, part: Part, resolvedPart: Part, foundPart(id: ID, where: Where): Part
    labels: [String], children: [Item!]
  }
  type Other implements Named { name: String, extra: Int, more: Int }
  type Part { a: Int, b: Int }
  input Where { a: Int, b: [Int] }
  type Query { items: [Item!]!, named: [Named], labels: [String!], one: Item, payload: Payload }
  type Payload { items: [Item!], count: Int, more: [Item] }
`;

/** Sets the resolvers of a type. */
function resolve(schema: GraphQLSchema, type: string, resolvers: Readonly<Record<string, unknown>>): void {
  const fields = (schema.getType(type) as GraphQLObjectType).getFields();
  for (const [name, resolver] of Object.entries(resolvers)) Object.assign(fields[name] ?? {}, { resolve: resolver });
}

interface Options {
  readonly items?: unknown;
  readonly variables?: Readonly<Record<string, unknown>>;
  /** What the budget says to each charge. */
  readonly allow?: boolean | null;
  readonly verifyToken?: () => Promise<void>;
}

/** A schema whose lists are charged. */
function createSchema(items: unknown): GraphQLSchema {
  const schema = buildSchema(typeDefs);
  resolve(schema, 'Query', { items: () => items, named: () => [{ __typename: 'Other' }], labels: () => ['a', 'b'] });
  resolve(schema, 'Item', { resolved: () => 'r', resolvedPart: () => ({}), foundPart: () => ({}) });
  chargeLists(schema);
  return schema;
}

/** Executes an operation. @returns what was charged, in order, and the result. */
async function run(document: string, options: Options = {}) {
  const { items = [{ name: 'first' }], variables = {}, allow = true, verifyToken = async () => {} } = options;
  const charges: number[] = [];
  let refused = 0;
  const schema = createSchema(items);
  const budget = {
    charge(fields: number) {
      charges.push(fields);
      return allow;
    },
    refuseFields: () => void refused++,
  };
  const listWeights = new Map<unknown, number>();
  const weighed = vi.spyOn(listWeights, 'set');
  const contextValue = { budget, listWeights, client: { verifyToken } };
  const rootValue = { one: { name: 'one', labels: ['x'], children: [] } };
  const { data, errors } = await execute({
    schema,
    document: parse(document),
    contextValue,
    rootValue,
    variableValues: variables,
  });
  expect(errors).toBeUndefined();
  return { charges, refused, weights: weighed.mock.calls.length, data: JSON.parse(JSON.stringify(data)) };
}

/** What one item of a list of objects with this selection is charged. */
async function weigh(selection: string, variables: Options['variables'] = {}): Promise<number> {
  const declared = Object.keys(variables).map((name) => `$${name}: Where`);
  const operation = declared.length === 0 ? '' : `query (${declared.join()})`;
  const { charges } = await run(`${operation} { items { ${selection} } } ${fragments(selection)}`, { variables });
  return charges[0] ?? expect.fail('nothing was charged');
}

/** The definition of the fragment `F`, if it is spread. */
function fragments(selection: string): string {
  return selection.includes('...F') ? 'fragment F on Item { name resolved }' : '';
}

describe('a list', () => {
  it('of objects is charged by its length and the fields selected of each', async () => {
    const items = Array.from({ length: 7 }, () => ({ name: 'a' }));
    expect((await run('{ items { name } }', { items })).charges).toEqual([7]);
    expect((await run('{ items { name again: name } }', { items })).charges).toEqual([14]);
    expect((await run('{ items { name } }', { items: [] })).charges).toEqual([0]);
  });

  it('of values is charged by its length', async () => {
    expect((await run('{ labels }')).charges).toEqual([2]);
  });

  it('is charged once it has arrived', async () => {
    const { charges, data } = await run('{ items { name } }', { items: Promise.resolve([{ name: 'late' }]) });
    expect([charges, data]).toEqual([[1], { items: [{ name: 'late' }] }]);
  });

  it('is charged if it is a property of an object too', async () => {
    const { charges, data } = await run('{ one { labels children { name } } }');
    expect([charges, data]).toEqual([[1, 0], { one: { labels: ['x'], children: [] } }]);
  });

  it('is not charged if there is none, and other fields never are', async () => {
    expect((await run('{ payload { items { name } } one { name } __schema { types { name } } }')).charges).toEqual([]);
  });

  it('within a list is charged on its own', async () => {
    const items = [{ children: [{ name: 'a' }, { name: 'b' }] }, { children: [{ name: 'c' }] }];
    const { charges } = await run('{ items { children { name resolved part { a } } } }', { items });
    const each = await weigh('name resolved part { a }');
    expect(charges.slice(1)).toEqual([2 * each, each]);
    expect(charges[0]).toBe(2 * (await weigh('children { name }')));
  });

  it('is weighed once in a request, however often it occurs', async () => {
    const items = Array.from({ length: 5 }, () => ({ children: [{ name: 'a' }] }));
    const { charges, weights } = await run('{ items { children { name @skip(if: false) } } }', { items });
    expect([charges.slice(1), weights]).toEqual([[1, 1, 1, 1, 1], 1]);
  });

  it('of a compiled operation is weighed for each request, if its variables matter', async () => {
    const schema = createSchema([{ name: 'first' }]);
    const document = parse(`query ($where: Where, $yes: Boolean!) {
      items { name foundPart(where: $where) { a } ...F }
      named { __typename ... on Other { extra @include(if: $yes) more } }
      one { children { name @include(if: $yes) } }
    } fragment F on Item { children { name foundPart(where: $where) { b } } }`);
    const compiled = compileQuery(schema, document);
    if (!isCompiledQuery(compiled)) expect.fail('it was not compiled');
    const chargesOf = (variables: object): number[] => {
      const charges: number[] = [];
      const charge = (fields: number): true => charges.push(fields) > 0 || true;
      void compiled.query(
        { one: { children: [{ name: 'c' }] } },
        { budget: { charge }, listWeights: new Map() },
        variables,
      );
      return charges;
    };
    const [items = 0, named = 0] = chargesOf({ where: { a: 1 }, yes: false });
    expect(chargesOf({ where: { a: 1, b: [1, 2, 3] }, yes: true })).toEqual([items + 4, named + 1, 1]);
    expect(chargesOf({ where: { a: 1 }, yes: false })).toEqual([items, named, 0]);
  });

  it('is replaced by an empty one if the budget does not allow it', async () => {
    const { data, refused } = await run('{ items { name } }', { allow: false });
    expect([data, refused]).toEqual([{ items: [] }, 0]);
  });

  it('that only an accepted token may have is returned once upstream has accepted the token', async () => {
    const { data, refused } = await run('{ items { name } }', { allow: null });
    expect([data, refused]).toEqual([{ items: [{ name: 'first' }] }, 0]);
  });

  it('that only an accepted token may have is dropped if upstream refuses the token', async () => {
    const verifyToken = async () => Promise.reject(new GatewayError('UNAUTHENTICATED', 'no'));
    const { data, refused } = await run('{ items { name } }', { allow: null, verifyToken });
    expect([data, refused]).toEqual([{ items: [] }, 1]);
  });
});

describe('an item is charged', () => {
  it('more for fields that take more time', async () => {
    const [plain, resolved, part, resolvedPart, foundPart] = await Promise.all(
      ['name', 'resolved', 'part { a }', 'resolvedPart { a }', 'foundPart { a }'].map((selection) => weigh(selection)),
    );
    expect(resolved).toBeGreaterThan(plain ?? 0);
    expect(part).toBeGreaterThan(resolved ?? 0);
    expect(resolvedPart).toBeGreaterThan(part ?? 0);
    expect(foundPart).toBeGreaterThan(resolvedPart ?? 0);
    expect(await weigh('labels')).toBeGreaterThan(resolved ?? 0);
  });

  it('for the fields of its objects', async () => {
    const [one, two] = [await weigh('part { a }'), await weigh('part { a b }')];
    expect(two - one).toBe(await weigh('name'));
    expect(await weigh('part { __typename }')).toBe(one);
  });

  it('for the fields of fragments as for its own', async () => {
    const own = await weigh('name resolved');
    expect(await weigh('...F')).toBe(own);
    expect(await weigh('... { name resolved }')).toBe(own);
    expect(await weigh('... on Item { name ... on Item { resolved } }')).toBe(own);
    expect((await run('{ items { name } ...G } fragment G on Query { items { resolved } }')).charges).toEqual([own]);
  });

  it('for the fields of the types that it may have', async () => {
    const { charges } = await run('{ named { ... on Other { extra more } ... on Item { resolved } } }');
    expect(charges).toEqual([2 + (await weigh('resolved'))]);
  });

  it('nothing for fields that are skipped', async () => {
    expect(await weigh('name resolved @skip(if: true) ...F @include(if: false)')).toBe(await weigh('name'));
  });

  it('for the values in arguments, wherever they are written', async () => {
    const none = await weigh('foundPart { a }');
    expect(await weigh('foundPart(id: 1) { a }')).toBe(none + 1);
    expect(await weigh('foundPart(id: "text") { a }')).toBe(none + 1);
    // The object, its two fields, and the two items of the list.
    expect(await weigh('foundPart(where: { a: 1, b: [1, 2] }) { a }')).toBe(none + 5);
    expect(await weigh('foundPart(where: $w) { a }', { w: { a: 1, b: [1, 2] } })).toBe(none + 5);
    expect(await weigh('foundPart(where: null) { a }')).toBe(none + 1);
  });
});

describe('the room for the lists of a payload', () => {
  /** The fields for which room is requested. */
  async function roomFor(selection: string, lengths: Readonly<Record<string, number>>): Promise<number> {
    const rooms: number[] = [];
    const schema = buildSchema(typeDefs);
    const contextValue = { budget: { checkRoom: (fields: number) => void rooms.push(fields) } };
    resolve(schema, 'Query', {
      payload(_source: unknown, _args: unknown, context: never, info: never) {
        checkRoomFor(lengths, context, info);
        return {};
      },
    });
    const document = parse(`{ payload { ${selection} } } fragment P on Payload { items { name } }`);
    const { errors } = await execute({ schema, document, contextValue });
    expect(errors).toBeUndefined();
    return rooms[0] ?? expect.fail('no room was requested');
  }

  it.each([
    ['selected', 'items { name part { a } }', { items: 10 }, 40],
    ['selected as well as other fields', 'count more { name } items { name }', { items: 10 }, 10],
    ['selected in fragments', '... { ... on Payload { items { name } } } ...P', { items: 10 }, 20],
    ['not selected', 'count', { items: 10 }, 0],
    ['not in the payload', 'items { name }', { nothing: 10 }, 0],
    ['empty', 'items { name }', { items: 0 }, 0],
  ])('is checked if they are %s', async (_how, selection, lengths, room) => {
    expect(await roomFor(selection, lengths)).toBe(room);
  });
});

it('the types of introspection, which all schemas share, stay as they are', () => {
  const before = __Schema.getFields()['types']?.resolve;
  chargeLists(buildSchema(typeDefs));
  expect(__Schema.getFields()['types']?.resolve).toBe(before);
});
