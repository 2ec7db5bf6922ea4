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
 * What a field counts that is an object, and one that is a list of objects, where a plain value counts 1: about as much
 * more as it takes to resolve.
 */
const objectWeight = 2;
const listWeight = 8;

/** What is charged: the part of an operation's context that its lists concern. */
interface Charged {
  readonly budget: OperationBudget;
  readonly listWeights: ListWeights;
  readonly client: Pick<ImagesClient, 'verifyToken'>;
}

/**
 * Charges every list of objects that a resolver returns to the budget of its operation: its length times the fields
 * that are selected of each item. This is the only way by which an answer can become larger than its document. Where
 * the budget does not allow the list, an empty one takes its place and the answer is lost.
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
 * Checks, before anything is written, whether the answer to a mutation has room for a list of its payload.
 *
 * @throws GatewayError `LIMIT_EXCEEDED`.
 */
export function checkRoomFor(name: string, length: number, { budget }: Charged, info: GraphQLResolveInfo): void {
  const field = (getNamedType(info.returnType) as GraphQLObjectType).getFields()[name];
  if (field === undefined) throw new Error(`the payload has no ${name}`);
  const fieldNodes = findFields(
    name,
    info.fieldNodes.flatMap(({ selectionSet }) => selectionSet ?? []),
    info,
  );
  budget.checkRoom(length * weigh(new Map(), { ...info, fieldNodes, returnType: field.type }));
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
