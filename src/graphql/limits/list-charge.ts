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
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql';
import type { ImagesClient } from '../../upstream/images-client.ts';
import { isIncluded, type ListWeights } from '../selection.ts';
import type { OperationBudget } from './operation-budget.ts';

type Field = GraphQLField<unknown, Charged>;

/** What a field counts: about as many microseconds as it takes to resolve. */
const weights = {
  value: 1,
  resolvedValue: 2,
  object: 2,
  resolvedObject: 4,
  /** One that is looked up by its arguments. */
  foundObject: 16,
  list: 8,
};

/** What is charged: the part of an operation's context that its lists concern. */
interface Charged {
  readonly budget: OperationBudget;
  readonly listWeights: ListWeights;
  readonly client: Pick<ImagesClient, 'verifyToken'>;
}

/**
 * Charges every list that a resolver returns to the budget of its operation: a list of objects with its length times the
 * fields that are selected of each item, another with its length. Only by lists can an answer have more values than its
 * document has fields. Where the budget does not allow the list, an empty one takes its place and the answer is lost.
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
 * Checks, before anything is written, whether the answer to a mutation has room for the lists of its payload.
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

/** The list, if upstream accepts the token that comes with the operation. */
async function verifyThenReturn(list: readonly unknown[], { budget, client }: Charged) {
  try {
    await client.verifyToken();
    return list;
  } catch {
    budget.refuseFields();
    return [];
  }
}

/** How many fields are selected of each item of the list that this field returns; lists below are charged themselves. */
function weigh(known: ListWeights, info: GraphQLResolveInfo): number {
  const { fieldNodes, returnType, schema, fragments } = info;
  if (!isListOfObjects(returnType)) return 1;
  const found = known.get(fieldNodes);
  if (found !== undefined) return found;

  function count(set: SelectionSetNode | undefined, type: GraphQLNamedType | undefined): number {
    let fields = 0;
    for (const selection of set?.selections ?? []) {
      if (!isIncluded(selection, info)) continue;
      if (selection.kind === Kind.FIELD) {
        const field = isObjectType(type) ? type.getFields()[selection.name.value] : undefined;
        fields += weighField(field) + countValues(selection, info);
        if (field === undefined || isList(field.type)) continue;
        fields += count(selection.selectionSet, getNamedType(field.type));
      } else {
        const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments[selection.name.value];
        const condition = fragment?.typeCondition?.name.value;
        fields += count(fragment?.selectionSet, condition === undefined ? type : schema.getType(condition));
      }
    }
    return fields;
  }

  let weight = 0;
  for (const { selectionSet } of fieldNodes) weight += count(selectionSet, getNamedType(returnType));
  known.set(fieldNodes, weight);
  return weight;
}

/** What a field counts without what is selected below it; undefined: `__typename`. */
function weighField(field: Field | undefined): number {
  if (field === undefined) return weights.value;
  if (isList(field.type)) return weights.list;
  const isResolved = field.resolve !== undefined;
  if (!isCompositeType(getNamedType(field.type))) return isResolved ? weights.resolvedValue : weights.value;
  if (!isResolved) return weights.object;
  return field.args.length > 0 ? weights.foundObject : weights.resolvedObject;
}

/** How many values the arguments of a field hold: they are looked at again for each item. */
function countValues({ arguments: given = [] }: FieldNode, { variableValues }: GraphQLResolveInfo): number {
  let values = 0;
  const open: unknown[] = given.map(({ value }) => valueFromASTUntyped(value, variableValues));
  while (open.length > 0) {
    const value = open.pop();
    values++;
    if (typeof value === 'object' && value !== null) open.push(...Object.values(value));
  }
  return values;
}

function isListOfObjects(type: GraphQLOutputType): boolean {
  return isList(type) && isCompositeType(getNamedType(type));
}

function isList(type: GraphQLOutputType): boolean {
  return isListType(isNonNullType(type) ? type.ofType : type);
}
