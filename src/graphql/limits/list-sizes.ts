import {
  type FieldNode,
  type GraphQLField,
  type GraphQLOutputType,
  isListType,
  isNonNullType,
  Kind,
  type ValueNode,
} from 'graphql';

/** The most images that one page may hold. */
export const maxPageSize = 1000;

/** How many items a list is taken to have that says nothing of its length. */
const assumedItems = 10;

type Field = GraphQLField<unknown, unknown>;

export type Variables = Readonly<Record<string, unknown>>;

/** How long the lists of an operation may be, by their arguments and by the variables that these name. */
export class ListSizes {
  readonly #variables: Variables;
  /** Whether a variable said how long a list is. */
  varies = false;
  /** How many entities were asked for so far. */
  representations = 0;

  constructor(variables: Variables) {
    this.#variables = variables;
  }

  /** The size of the page that this field is; undefined where it is none. */
  page(node: FieldNode, { args }: Field): number | undefined {
    const definition = args.find(({ name }) => name === 'first');
    if (definition === undefined) return undefined;
    const given = this.#argument(node, 'first');
    const size = given ?? definition.defaultValue;
    // A larger page is refused before anything is asked of upstream.
    return typeof size === 'number' && size > 0 ? Math.min(size, maxPageSize) : assumedItems;
  }

  /** How many items this field has; `page` is the size of the page that it is right below. */
  items(node: FieldNode, { type, args }: Field, page: number | undefined): number {
    if (!isList(type)) return 1;
    if (!args.some(({ name }) => name === 'representations')) return page ?? assumedItems;
    const given = this.#argument(node, 'representations');
    // GraphQL takes one that is in no list for a list of one.
    const representations = Array.isArray(given) ? given.length : 1;
    this.representations += representations;
    return representations;
  }

  #argument(node: FieldNode, name: string): unknown {
    const value = node.arguments?.find((argument) => argument.name.value === name)?.value;
    if (value?.kind !== Kind.VARIABLE) return toLength(value);
    this.varies = true;
    return this.#variables[value.name.value];
  }
}

/** What a literal can say of a length: it is a number, or a list, of which the items are given as they are. */
export function toLength(value: ValueNode | undefined): unknown {
  if (value?.kind === Kind.INT) return Number(value.value);
  return value?.kind === Kind.LIST ? value.values : undefined;
}

function isList(type: GraphQLOutputType): boolean {
  return isListType(isNonNullType(type) ? type.ofType : type);
}
