import {
  type GraphQLField,
  type GraphQLNamedType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isNonNullType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { createSchema } from '../../src/graphql/schema.ts';

const schema = createSchema();
const isOurs = (type: GraphQLNamedType): boolean => !/^(?:_|link__|federation__)/.test(type.name);
const types = Object.values(schema.getTypeMap()).filter((type) => isOurs(type) && !isSpecifiedScalarType(type));
const objects = types.filter(isObjectType);
const inputs = types.filter(isInputObjectType);
const enums = types.filter(isEnumType);
const roots = new Set([schema.getQueryType(), schema.getMutationType()]);
const fieldsOf = (type: { getFields(): object }): GraphQLField<unknown, unknown>[] =>
  Object.values(type.getFields()).filter(({ name }: { name: string }) => !name.startsWith('_'));

/** Everything that has a name, by its coordinate. */
const coordinates = new Map<string, { readonly description?: string | null | undefined }>();
for (const type of types) {
  coordinates.set(type.name, type);
  if (isEnumType(type)) for (const value of type.getValues()) coordinates.set(`${type.name}.${value.name}`, value);
  if (!isObjectType(type) && !isInputObjectType(type)) continue;
  for (const field of fieldsOf(type)) {
    coordinates.set(`${type.name}.${field.name}`, field);
    for (const argument of field.args ?? []) coordinates.set(`${type.name}.${field.name}(${argument.name}:)`, argument);
  }
}

function offenders(broken: (name: string) => boolean, names: Iterable<string>): string[] {
  return [...names].filter(broken);
}

function directivesOf(coordinate: string): string[] {
  const [type = '', name = ''] = coordinate.split('.');
  const object = schema.getType(type);
  const field = isObjectType(object) ? object.getFields()[name] : undefined;
  return field?.astNode?.directives?.map((directive) => directive.name.value) ?? [];
}

describe('every name in the schema', () => {
  it('is found', () => {
    expect(coordinates.size).toBeGreaterThan(100);
    expect(objects.length).toBeGreaterThan(8);
  });

  it('has a description that is a sentence with a full stop', () => {
    const undescribed = [...coordinates].filter(([, { description }]) => !/^[A-Z].*\.$/s.test(description ?? ''));
    expect(undescribed.map(([coordinate]) => coordinate)).toEqual([]);
  });

  it('is in PascalCase for types, UPPER_CASE for enum values, and camelCase otherwise', () => {
    const typeNames = types.map(({ name }) => name);
    expect(offenders((name) => !/^(?:[A-Z][a-z]+)+$|^JSONObject$/.test(name), typeNames)).toEqual([]);
    const values = enums.flatMap((type) => type.getValues().map(({ name }) => name));
    expect(offenders((name) => !/^[A-Z]+(?:_[A-Z]+)*$/.test(name), values)).toEqual([]);
    const others = [...coordinates.keys()].filter((coordinate) => coordinate.includes('.'));
    const last = others.map((coordinate) => coordinate.replace(/^.*[.(]|:?\)$/g, '').replace(/:\)$/, ''));
    expect(
      offenders((name) => !/^[a-z][a-z\d]*(?:[A-Z][a-z\d]*)*$/.test(name) && !values.includes(name), last),
    ).toEqual([]);
  });

  it('of a field does not repeat the name of its type', () => {
    const repeated = objects
      .filter((type) => !roots.has(type))
      .flatMap((type) => fieldsOf(type).map(({ name }) => [type.name, name] as const))
      .filter(([type, name]) => name.toLowerCase().startsWith(type.toLowerCase()));
    expect(repeated).toEqual([]);
  });
});

describe('every mutation', () => {
  it.each(fieldsOf(schema.getMutationType() as never))(
    '$name has an input and a payload of its name, and the payload has user errors',
    (field) => {
      const pascal = field.name[0]?.toUpperCase() + field.name.slice(1);
      expect(field.args.map(({ name, type }) => `${name}: ${type}`)).toEqual([`input: ${pascal}Input!`]);
      expect(String(field.type)).toBe(`${pascal}Payload!`);
      const payload = getNamedType(field.type);
      const errors = isObjectType(payload) ? payload.getFields()['userErrors'] : undefined;
      expect(String(errors?.type)).toBe('[ImageUserError!]!');
    },
  );
});

describe('every type', () => {
  it('of input has a suffix that shows its purpose', () => {
    expect(
      offenders(
        (name) => !/(?:Input|Filter|Order)$/.test(name),
        inputs.map(({ name }) => name),
      ),
    ).toEqual([]);
  });

  it('that is a custom scalar has a specification or a sufficient description', () => {
    for (const type of types.filter(isScalarType)) expect(type.specifiedByURL ?? type.description).toBeTruthy();
  });

  it('is used', () => {
    const used = new Set<string>();
    for (const type of types) {
      if (!isObjectType(type) && !isInputObjectType(type)) continue;
      for (const field of fieldsOf(type)) {
        used.add(getNamedType(field.type).name);
        for (const argument of field.args ?? []) used.add(getNamedType(argument.type).name);
      }
    }
    expect(
      offenders(
        (name) => !used.has(name) && !['Query', 'Mutation', 'Subscription'].includes(name),
        types.map(({ name }) => name),
      ),
    ).toEqual([]);
  });
});

describe('every field that may cost an upstream call', () => {
  it('is nullable, so that one failure does not null its parent', () => {
    const entities = new Set(['Image', 'ImageMember', 'ImageConnection']);
    const strict = objects
      // What a page or a payload holds was read before the page or the payload is there.
      .filter(({ name }) => !/(?:Connection|Edge|^SharedWithMeChanged)$/.test(name))
      .flatMap((type) => fieldsOf(type).map((field) => [`${type.name}.${field.name}`, field.type] as const))
      .filter(([, type]) => isNonNullType(type) && entities.has(getNamedType(type).name));
    expect(strict.map(([coordinate]) => coordinate)).toEqual([]);
  });

  it.each([
    'Query.image',
    'Query.images',
    'Query.imageMember',
    'Query.viewer',
    'Image.member',
    'Mutation.createImageMembers',
    'Mutation.deleteImageMembers',
    'Mutation.setImageMembers',
    'Mutation.updateMemberStatuses',
  ])('%s declares its cost', (coordinate) => {
    expect(directivesOf(coordinate)).toContain('cost');
  });

  it.each(['Query.images', 'Image.members', 'Viewer.projects', 'UpdateImagePayload.hiddenMembers'])(
    '%s declares its size',
    (coordinate) => {
      expect(directivesOf(coordinate)).toContain('listSize');
    },
  );
});
