import { buildSchema, execute, type GraphQLResolveInfo, parse } from 'graphql';
import { describe, expect, it, vi } from 'vitest';
import { isIncluded, needsMoreThan, selects } from '../../src/graphql/selection.ts';

const schema = buildSchema(`
  interface Keyed { id: ID }
  type Image implements Keyed { id: ID, name: String, members: [ImageMember], member: ImageMember }
  type ImageMember implements Keyed {
    id: ID, imageId: ID, memberId: ID, status: String, createdAt: String, image: Image, project: Image
  }
  union _Entity = Image | ImageMember
  type Query { image: Image, member: ImageMember, keyed: Keyed, entity: _Entity, leaf: String }
`);

/** What the resolver of the first field of this operation is told. */
async function infoOf(document: string, variableValues: Readonly<Record<string, unknown>> = {}) {
  let found: GraphQLResolveInfo | undefined;
  const fields = schema.getQueryType()?.getFields() ?? {};
  for (const field of Object.values(fields)) {
    field.resolve = (_source, _args, _context, info) => {
      found ??= info;
      return null;
    };
  }
  const { errors } = await execute({ schema, document: parse(document), variableValues });
  expect(errors).toBeUndefined();
  if (!found) throw new Error('no field was resolved');
  return found;
}

/** The same, but calls back whenever the selection is read. */
function countReads(info: GraphQLResolveInfo, onRead: () => void): GraphQLResolveInfo {
  const fieldNodes = info.fieldNodes.map((node) =>
    Object.defineProperty({ ...node }, 'selectionSet', {
      get() {
        onRead();
        return node.selectionSet;
      },
    }),
  );
  return { ...info, fieldNodes };
}

/** The fields that the operation selects on this type. */
async function selected(type: string, document: string, variables?: Readonly<Record<string, unknown>>) {
  const info = await infoOf(document, variables);
  const fields: string[] = [];
  const isWanted = selects(type, info, (field) => {
    fields.push(field);
    return false;
  });
  expect(isWanted).toBe(false);
  return fields;
}

describe('the selection below a field', () => {
  it('contains its fields by name, not by alias, also those of a field that is given twice', async () => {
    expect(await selected('Image', '{ image { x: id } image { name } }')).toEqual(['id', 'name']);
  });

  it('contains those of fragments, but not those below its fields', async () => {
    const document = `{ image { ... { id } ...a member { status } } } fragment a on Image { name ... on Image { __typename } }`;
    expect(await selected('Image', document)).toEqual(['id', 'name', '__typename', 'member']);
  });

  it.each([
    ['the type', 'Image', ['id', 'name']],
    ['another type', 'ImageMember', ['status']],
  ])('contains of fragments on several types those of %s', async (_what, type, fields) => {
    const document =
      '{ keyed { ... on Image { id ...a } ... on ImageMember { status } } } fragment a on Image { name }';
    expect(await selected(type, document)).toEqual(fields);
  });

  it('contains those of a fragment on any entity', async () => {
    const document = '{ entity { ...a } } fragment a on _Entity { __typename ... on Image { id } }';
    expect(await selected('Image', document)).toEqual(['__typename', 'id']);
  });

  it('is empty below a field without one', async () => {
    expect(await selected('Image', '{ leaf }')).toEqual([]);
  });

  it('has a wanted field if any of its fields is', async () => {
    const info = await infoOf('{ image { id name } }');
    expect(selects('Image', info, (field) => field === 'name')).toBe(true);
    expect(selects('Image', info, (field) => field === 'id')).toBe(true);
    expect(selects('Image', info, (field) => field === 'members')).toBe(false);
  });

  it.each([
    ['@skip(if: true)', []],
    ['@skip(if: false)', ['name']],
    ['@include(if: false)', []],
    ['@include(if: true)', ['name']],
    ['@skip(if: $yes)', []],
    ['@skip(if: $no)', ['name']],
    ['@include(if: $no)', []],
    ['@include(if: $yes)', ['name']],
    ['@include(if: true) @skip(if: true)', []],
    ['@include(if: false) @skip(if: false)', []],
    ['@include(if: true) @skip(if: false)', ['name']],
  ])('contains a field or a fragment with %s: %j', async (directives, fields) => {
    for (const node of [`name ${directives}`, `... ${directives} { name }`, `...a ${directives}`]) {
      const document = `query ($yes: Boolean = true, $no: Boolean = false) { image { id ${node} } }`;
      const fragment = node.startsWith('...a') ? 'fragment a on Image { name }' : '';
      expect(await selected('Image', document + fragment)).toEqual(['id', ...fields]);
    }
  });

  it('contains what has no directives', async () => {
    const info = await infoOf('{ leaf }');
    const [node] = info.fieldNodes;
    if (!node) throw new Error('no field');
    expect(isIncluded(node, info)).toBe(true);
    const { directives: _, ...bare } = node;
    expect(isIncluded(bare, info)).toBe(true);
  });
});

describe('a part of an object that is known', () => {
  const all = ['id', 'imageId', 'memberId', 'image { id }', 'project { id }', 'status', 'createdAt', '__typename'];

  it.each([
    ['imageKey', 'image', ['id', 'name', '__typename', 'members { id }', 'member { id }'], ['name']],
    ['memberKey', 'member', all, ['status', 'createdAt']],
    ['status', 'member', all, ['id', 'memberId', 'project { id }', 'createdAt']],
    ['memberStatus', 'member', all, ['createdAt']],
  ] as const)('%s suffices unless the query selects another field', async (part, field, fields, others) => {
    const more = [];
    for (const name of fields) {
      const info = await infoOf(`{ ${field} { __typename ${name} } }`);
      if (needsMoreThan(part, info)) more.push(name);
    }
    expect(more).toEqual(others);
  });

  it.each([
    ['imageKey', '... on Image { id } ... on ImageMember { createdAt }', false],
    ['imageKey', '... on Image { name } ... on ImageMember { createdAt }', true],
    ['memberKey', '... on ImageMember { id } ... on Image { name }', false],
    ['status', '... on ImageMember { status } ... on Image { name }', false],
    ['memberStatus', '... on ImageMember { status } ... on Image { name }', false],
  ] as const)('%s is not asked for what %s selects on another type', async (part, selection, expected) => {
    const info = await infoOf(`{ entity { ${selection} } }`);
    expect(needsMoreThan(part, info)).toBe(expected);
  });

  it.each(['imageKey', 'memberKey', 'status', 'memberStatus'] as const)(
    '%s is compared with a selection once for all objects of a field, and for each field',
    async (part) => {
      const short = await infoOf('{ entity { __typename } }');
      const long = await infoOf('{ entity { ... on Image { name } ... on ImageMember { createdAt } } }');
      const read = vi.fn();
      const [one, other] = [countReads(short, read), countReads(long, read)];
      for (let object = 0; object < 3; object++) {
        expect([one, other].map((info) => needsMoreThan(part, info))).toEqual([false, true]);
      }
      expect(read).toHaveBeenCalledTimes(2);
    },
  );
});
