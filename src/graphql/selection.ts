import {
  type FragmentDefinitionNode,
  GraphQLIncludeDirective,
  type GraphQLResolveInfo,
  GraphQLSkipDirective,
  getDirectiveValues,
  Kind,
  type SelectionNode,
} from 'graphql';

/** The types that can be resolved in part from their key, with the fields that need only the key. */
const keyFields = {
  Image: new Set(['__typename', 'id', 'members', 'member']),
  ImageMember: new Set(['__typename', 'id', 'imageId', 'memberId', 'image', 'project']),
} as const satisfies Record<string, ReadonlySet<string>>;

type KeyedType = keyof typeof keyFields;

/** Cached results of `needsMoreThanKey`: one per field of the operation, however many entities it resolves. */
export type KnownSelections = Readonly<Record<KeyedType, Map<GraphQLResolveInfo['fieldNodes'], boolean>>>;

/** Creates an empty cache. */
export function createKnownSelections(): KnownSelections {
  return { Image: new Map(), ImageMember: new Map() };
}

/**
 * Whether the query selects, on this type below this field, any field that needs more than the key. If not, a resolver
 * can return the bare key without a call.
 */
export function needsMoreThanKey(type: KeyedType, known: KnownSelections, info: GraphQLResolveInfo): boolean {
  const { fieldNodes } = info;
  let answer = known[type].get(fieldNodes);
  if (answer === undefined) {
    answer = selects(type, info, (field) => !keyFields[type].has(field));
    known[type].set(fieldNodes, answer);
  }
  return answer;
}

/** Whether the query selects, on this type below this field, any field that `isWanted`. */
export function selects(type: string, info: GraphQLResolveInfo, isWanted: (field: string) => boolean): boolean {
  function anyOf(selections: readonly SelectionNode[]): boolean {
    return selections.some((node) => {
      if (!isIncluded(node, info)) return false;
      if (node.kind === Kind.FIELD) return isWanted(node.name.value);
      const fragment =
        node.kind === Kind.INLINE_FRAGMENT ? node : (info.fragments[node.name.value] as FragmentDefinitionNode);
      const on = fragment.typeCondition?.name.value;
      if (on !== undefined && on !== type && on !== '_Entity') return false;
      return anyOf(fragment.selectionSet.selections);
    });
  }
  return info.fieldNodes.some(({ selectionSet }) => anyOf(selectionSet?.selections ?? []));
}

/** Whether `@skip` and `@include` keep this selection. */
export function isIncluded(node: SelectionNode, info: GraphQLResolveInfo): boolean {
  if (node.directives === undefined || node.directives.length === 0) return true;
  if (getDirectiveValues(GraphQLSkipDirective, node, info.variableValues)?.['if'] === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, node, info.variableValues)?.['if'] !== false;
}

/** Number of fields selected per item of a list, by the field nodes of the list. */
export type ListWeights = Map<GraphQLResolveInfo['fieldNodes'], number>;
