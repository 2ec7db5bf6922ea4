import {
  type FieldNode,
  type GraphQLField,
  type GraphQLOutputType,
  isListType,
  isNonNullType,
  Kind,
  type ValueNode,
} from 'graphql';

/** Maximum number of images on one page. */
export const maxPageSize = 1000;

/** Assumed number of items in a list of unknown length. */
const assumedItems = 10;

type Field = GraphQLField<unknown, unknown>;

export type Variables = Readonly<Record<string, unknown>>;

/** Maximum lengths of the lists of an operation, from their arguments and variables. */
export class ListSizes {
  readonly #variables: Variables;
  /** Whether a list length depends on a variable. */
  varies = false;
  /** Number of entities requested so far. */
  representations = 0;

  constructor(variables: Variables) {
    this.#variables = variables;
  }

  /** The page size of this field; undefined if it is not a page. */
  page(node: FieldNode, { args }: Field): number | undefined {
    const definition = args.find(({ name }) => name === 'first');
    if (definition === undefined) return undefined;
    const given = this.#argument(node, 'first');
    const size = given ?? definition.defaultValue;
    // A larger page is refused before any upstream call.
    return typeof size === 'number' && size > 0 ? Math.min(size, maxPageSize) : assumedItems;
  }

  /** Maximum number of items of this field; `page` is the size of the page directly above it. */
  items(node: FieldNode, { type, args }: Field, page: number | undefined): number {
    if (!isList(type)) return 1;
    if (!args.some(({ name }) => name === 'representations')) return page ?? assumedItems;
    const given = this.#argument(node, 'representations');
    // GraphQL coerces a single value to a list of one.
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

/** The number or the list of items in a literal; undefined for other literals. */
export function toLength(value: ValueNode | undefined): unknown {
  if (value?.kind === Kind.INT) return Number(value.value);
  return value?.kind === Kind.LIST ? value.values : undefined;
}

function isList(type: GraphQLOutputType): boolean {
  return isListType(isNonNullType(type) ? type.ofType : type);
}
