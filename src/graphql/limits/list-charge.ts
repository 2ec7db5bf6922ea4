import {
  defaultFieldResolver,
  type FieldNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql';
import type { ImagesClient } from '../../upstream/images-client.ts';
import { isIncluded, type ListWeights } from '../selection.ts';
import type { OperationBudget } from './operation-budget.ts';

type Field = GraphQLField<unknown, Charged>;

/** Weights of fields: roughly the microseconds they take to resolve. */
const weights = {
  value: 1,
  resolvedValue: 2,
  object: 2,
  resolvedObject: 4,
  /** An object that is looked up by its arguments. */
  foundObject: 16,
  list: 8,
};

/** The part of an operation's context that charging needs. */
interface Charged {
  readonly budget: OperationBudget;
  readonly listWeights: ListWeights;
  readonly client: Pick<ImagesClient, 'verifyToken'>;
}

/**
 * Charges every list that a resolver returns to the operation's budget: a list of objects by its length times the fields
 * selected per item, any other list by its length. Only lists can make a response larger than its document. If the budget
 * does not allow a list, an empty one replaces it and the response is discarded.
 */
export function chargeLists(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) if (isList(field.type)) chargeList(field);
  }
}

function chargeList(field: Field): void {
  const resolve = field.resolve ?? defaultFieldResolver;
  field.resolve = (source, args, context, info) => {
    const list: unknown = resolve(source, args, context, info);
    return list instanceof Promise ? list.then((items) => charge(items, context, info)) : charge(list, context, info);
  };
}

function charge(list: unknown, context: Charged, info: GraphQLResolveInfo): unknown {
  if (!Array.isArray(list)) return list;
  const isAllowed = context.budget.charge(list.length * weigh(context.listWeights, info));
  if (isAllowed !== null) return isAllowed ? list : [];
  return verifyThenReturn(list, context);
}

/**
 * Checks, before a mutation writes anything, whether its response has room for the lists in its payload.
 *
 * @param lengths by the names of the lists; the payload need not have all of them.
 * @throws GatewayError `LIMIT_EXCEEDED`.
 */
export function checkRoomFor(
  lengths: Readonly<Record<string, number>>,
  { budget }: Charged,
  info: GraphQLResolveInfo,
): void {
  const fields = (getNamedType(info.returnType) as GraphQLObjectType).getFields();
  const sets = info.fieldNodes.flatMap(({ selectionSet }) => selectionSet ?? []);
  let room = 0;
  for (const [name, length] of Object.entries(lengths)) {
    const fieldNodes = findFields(name, sets, info);
    const returnType = fields[name]?.type;
    if (returnType !== undefined) room += length * weigh(new Map(), { ...info, fieldNodes, returnType });
  }
  budget.checkRoom(room);
}

function findFields(name: string, sets: readonly SelectionSetNode[], info: GraphQLResolveInfo): FieldNode[] {
  return sets.flatMap(({ selections }) =>
    selections.flatMap((selection) => {
      if (selection.kind === Kind.FIELD) return selection.name.value === name ? [selection] : [];
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : info.fragments[selection.name.value];
      return fragment ? findFields(name, [fragment.selectionSet], info) : [];
    }),
  );
}

/** The list, if upstream accepts the operation's token. */
async function verifyThenReturn(list: readonly unknown[], { budget, client }: Charged) {
  try {
    await client.verifyToken();
    return list;
  } catch {
    budget.refuseFields();
    return [];
  }
}

/** The weights that no variable changes. Compiled operations pass the same field nodes each time. */
const fixedWeights = new WeakMap<GraphQLResolveInfo['fieldNodes'], number>();

/** Number of fields selected per item of the list that this field returns; nested lists are charged separately. */
function weigh(known: ListWeights, info: GraphQLResolveInfo): number {
  const { fieldNodes, returnType } = info;
  if (!isListOfObjects(returnType)) return 1;
  const found = fixedWeights.get(fieldNodes) ?? known.get(fieldNodes);
  if (found !== undefined) return found;
  const weighing = new Weighing(info);
  let weight = 0;
  for (const { selectionSet } of fieldNodes) weight += weighing.weigh(selectionSet, getNamedType(returnType));
  (weighing.varies ? known : fixedWeights).set(fieldNodes, weight);
  return weight;
}

/** Weighs selections with the variables of a request. */
class Weighing {
  readonly #info: GraphQLResolveInfo;
  #varies = false;

  constructor(info: GraphQLResolveInfo) {
    this.#info = info;
  }

  /** Whether other variables could change the weight. */
  get varies(): boolean {
    return this.#varies;
  }

  weigh(set: SelectionSetNode | undefined, type: GraphQLNamedType | undefined): number {
    const { fragments, schema } = this.#info;
    let weight = 0;
    for (const selection of set?.selections ?? []) {
      if (!this.#isIncluded(selection)) continue;
      if (selection.kind === Kind.FIELD) {
        const field = isObjectType(type) ? type.getFields()[selection.name.value] : undefined;
        weight += weighField(field) + this.#countValues(selection);
        if (field === undefined || isList(field.type)) continue;
        weight += this.weigh(selection.selectionSet, getNamedType(field.type));
      } else {
        const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments[selection.name.value];
        const condition = fragment?.typeCondition?.name.value;
        weight += this.weigh(fragment?.selectionSet, condition === undefined ? type : schema.getType(condition));
      }
    }
    return weight;
  }

  #isIncluded(selection: SelectionNode): boolean {
    if (selection.directives?.length !== 0) this.#varies = true;
    return isIncluded(selection, this.#info);
  }

  /** The number of values in the arguments of a field, which are coerced again for each item. */
  #countValues({ arguments: given = [] }: FieldNode): number {
    if (given.length === 0) return 0;
    this.#varies = true;
    let values = 0;
    const open: unknown[] = given.map(({ value }) => valueFromASTUntyped(value, this.#info.variableValues));
    while (open.length > 0) {
      const value = open.pop();
      values++;
      if (typeof value === 'object' && value !== null) open.push(...Object.values(value));
    }
    return values;
  }
}

/** The weight of a field without its subselection. @param field undefined for `__typename`. */
function weighField(field: Field | undefined): number {
  if (field === undefined) return weights.value;
  if (isList(field.type)) return weights.list;
  const isResolved = field.resolve !== undefined;
  if (!isCompositeType(getNamedType(field.type))) return isResolved ? weights.resolvedValue : weights.value;
  if (!isResolved) return weights.object;
  return field.args.length > 0 ? weights.foundObject : weights.resolvedObject;
}

function isListOfObjects(type: GraphQLOutputType): boolean {
  return isList(type) && isCompositeType(getNamedType(type));
}

function isList(type: GraphQLOutputType): boolean {
  return isListType(isNonNullType(type) ? type.ofType : type);
}
