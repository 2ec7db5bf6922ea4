import {
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
} from 'graphql';
import type { Random } from './random.ts';
import type { Request, Selection, Text, Value } from './request.ts';
import { acceptedTokens } from './upstream.ts';

/** Whether a request has a token that upstream accepts, one that it refuses, or none. */
export type Standing = 'without a token' | 'with a token that is refused' | 'with a token';

type Field = GraphQLField<unknown, unknown>;

/** Boundary values: limits of the gateway and of Glance, and their neighbours. */
export const amounts = [0, 1, 2, 3, 10, 20, 49, 50, 99, 100, 101, 128, 199, 200, 255, 256, 500, 999, 1000, 1999, 5000];

/** Characters that JSON, UTF-8, URLs and GraphQL encode in different ways. */
export const characters = [
  'x',
  '/',
  '"',
  '\\',
  '\n',
  '\u0001',
  'é',
  '字',
  '😀',
  '\ud800',
  '%',
  ':',
  ',',
  '{',
  '[',
  '#',
];

const imageId = '00000000-0000-4000-8000-{n}';

/** Generates requests that match the schema, of any size. */
export class Grammar {
  readonly #schema: GraphQLSchema;
  readonly #random: Random;

  constructor(schema: GraphQLSchema, random: Random) {
    this.#schema = schema;
    this.#random = random;
  }

  request(standing: Standing): Request {
    const roots = [this.#schema.getQueryType(), this.#schema.getQueryType(), this.#schema.getMutationType()];
    const root = this.#random.pick(roots.filter((type) => isObjectType(type)));
    const token = this.token(standing);
    return {
      ...(token !== undefined && { token }),
      operation: root === this.#schema.getMutationType() ? 'mutation' : 'query',
      select: [this.selection(root, 1 + this.#random.below(5))],
    };
  }

  token(standing: Standing): string | undefined {
    if (standing === 'without a token') return undefined;
    return standing === 'with a token' ? this.#random.pick(acceptedTokens) : 'refused';
  }

  /** A field of this type with its selections, or a fragment on one of its possible types. */
  selection(type: GraphQLNamedType, depth: number): Selection {
    if (isUnionType(type)) {
      const member = this.#random.pick(type.getTypes());
      return { field: `... on ${member.name}`, select: [this.selection(member, depth)] };
    }
    const fields = this.#fields(type).filter((field) => depth > 0 || isLeafType(getNamedType(field.type)));
    const field = this.#random.pick(fields);
    const below = getNamedType(field.type);
    const args = Object.fromEntries(
      field.args
        .filter((argument) => isNonNullType(argument.type) || this.#random.oneIn(2))
        .map((argument) => [argument.name, this.value(argument.type, argument.name)]),
    );
    return {
      field: field.name,
      ...(this.#random.oneIn(3) && { times: this.#random.pick(amounts) }),
      ...(Object.keys(args).length > 0 && { args }),
      ...(isCompositeType(below) && { select: [this.selection(below, depth - 1), this.selection(below, 0)] }),
    };
  }

  #fields(type: GraphQLNamedType): readonly Field[] {
    if (!isObjectType(type)) return [TypeNameMetaFieldDef];
    const own = Object.values(type.getFields());
    if (type !== this.#schema.getQueryType()) return [...own, TypeNameMetaFieldDef];
    return [...own, SchemaMetaFieldDef, TypeMetaFieldDef, TypeNameMetaFieldDef];
  }

  /** The type of the subselection of a selection. */
  below(type: GraphQLNamedType | undefined, { field }: Selection): GraphQLNamedType | undefined {
    if (field.startsWith('...')) return field === '...' ? type : this.#schema.getType(field.slice('... on '.length));
    const found = type && this.#fields(type).find(({ name }) => name === field);
    return found && getNamedType(found.type);
  }

  argument(type: GraphQLNamedType | undefined, { field }: Selection, name: string): GraphQLInputType | undefined {
    const found = type && this.#fields(type).find((one) => one.name === field);
    return found?.args.find((one) => one.name === name)?.type;
  }

  root({ operation }: Request): GraphQLNamedType | undefined {
    return operation === 'query'
      ? (this.#schema.getQueryType() ?? undefined)
      : (this.#schema.getMutationType() ?? undefined);
  }

  /** A value for an argument of this name; sometimes an invalid one, or one in a variable. */
  value(type: GraphQLInputType, name: string): Value {
    if (this.#random.oneIn(30)) return this.wrong();
    const value = this.#fitting(type, name);
    return this.#random.oneIn(4) ? { variable: value, type: String(type) } : value;
  }

  #fitting(type: GraphQLInputType, name: string): Value {
    if (isNonNullType(type)) return this.#fitting(type.ofType, name);
    if (isListType(type)) {
      return { list: [this.#fitting(type.ofType, name)], times: this.#random.pick(amounts) };
    }
    if (isEnumType(type)) return { enum: this.#random.pick(type.getValues()).name };
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields());
      const chosen = fields.filter((field) => isNonNullType(field.type) || this.#random.oneIn(3));
      return { object: Object.fromEntries(chosen.map((field) => [field.name, this.value(field.type, field.name)])) };
    }
    switch (getNamedType(type).name) {
      case 'ID':
        return this.#random.oneIn(6) ? this.text() : /image|^id/i.test(name) ? imageId : 'member-{n}';
      case 'Int':
        return this.#random.pick(amounts);
      case 'Boolean':
        return this.#random.oneIn(2);
      case '_Any':
        return this.#representation();
      default:
        return this.text();
    }
  }

  #representation(): Value {
    const id = (): Value => (this.#random.oneIn(3) ? this.text() : imageId);
    return this.#random.pick<() => Value>([
      () => ({ object: { __typename: 'Image', id: id() } }),
      () => ({ object: { __typename: 'Project', id: id() } }),
      () => ({ object: { __typename: 'ImageMember', imageId: id(), memberId: id() } }),
    ])();
  }

  text(): Text {
    return { text: this.#random.pick(characters), times: this.#random.pick(amounts) };
  }

  /** A value of any kind, valid or not. */
  wrong(): Value {
    return this.#random.pick<() => Value>([
      () => null,
      () => this.#random.pick(amounts),
      () => this.text(),
      () => ({ list: [this.text()], times: this.#random.pick(amounts) }),
      () => ({ object: { a: { list: [this.text()], times: this.#random.pick(amounts) } } }),
      () => ({ enum: 'NOTHING' }),
    ])();
  }
}
