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
} from 'graphql';
import type { ImagesClient } from '../../upstream/images-client.ts';
import { isIncluded, type ListWeights } from '../selection.ts';
import type { OperationBudget } from './operation-budget.ts';

type Field = GraphQLField<unknown, Charged>;

/**
 * Weights of a field that is an object, and of one that is a list of objects, relative to a scalar field: roughly their
 * cost to resolve.
 */
const objectWeight = 2;
const listWeight = 8;

/** The part of an operation's context that charging needs. */
interface Charged {
  readonly budget: OperationBudget;
  readonly listWeights: ListWeights;
  readonly client: Pick<ImagesClient, 'verifyToken'>;
}

/**
 * Charges every list of objects that a resolver returns to the operation's budget: its length times the fields selected
 * per item. Only lists can make a response larger than its document. If the budget does not allow a list, an empty one
 * replaces it and the response is discarded.
 */
export function chargeLists(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) if (isListOfObjects(field.type)) chargeList(field);
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

/** Number of fields selected per item of the list that this field returns; nested lists are charged separately. */
function weigh(weights: ListWeights, info: GraphQLResolveInfo): number {
  const { fieldNodes, returnType, schema, fragments } = info;
  const known = weights.get(fieldNodes);
  if (known !== undefined) return known;

  function count(set: SelectionSetNode | undefined, type: GraphQLNamedType | undefined): number {
    let fields = 0;
    for (const selection of set?.selections ?? []) {
      if (!isIncluded(selection, info)) continue;
      if (selection.kind === Kind.FIELD) {
        const field = isObjectType(type) ? type.getFields()[selection.name.value] : undefined;
        if (field === undefined || selection.selectionSet === undefined) fields++;
        else if (isListOfObjects(field.type)) fields += listWeight;
        else fields += objectWeight + count(selection.selectionSet, getNamedType(field.type));
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
  weights.set(fieldNodes, weight);
  return weight;
}

function isListOfObjects(type: GraphQLOutputType): boolean {
  return isListType(isNonNullType(type) ? type.ofType : type) && isCompositeType(getNamedType(type));
}
