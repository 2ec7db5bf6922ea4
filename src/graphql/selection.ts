import {
  type FragmentDefinitionNode,
  GraphQLIncludeDirective,
  type GraphQLResolveInfo,
  GraphQLSkipDirective,
  getDirectiveValues,
  Kind,
  type SelectionNode,
} from 'graphql';

/** The types that can be shown in part when only their key is known, with the fields that the key tells. */
const keyFields = {
  Image: new Set(['__typename', 'id', 'members', 'member']),
  ImageMember: new Set(['__typename', 'id', 'imageId', 'memberId', 'image', 'project']),
} as const satisfies Record<string, ReadonlySet<string>>;

type KeyedType = keyof typeof keyFields;

/** What a request has found out about its selections: one answer for each place, however many entities come there. */
export type KnownSelections = Readonly<Record<KeyedType, Map<GraphQLResolveInfo['fieldNodes'], boolean>>>;

/** Nothing found out yet. */
export function createKnownSelections(): KnownSelections {
  return { Image: new Map(), ImageMember: new Map() };
}

/**
 * Whether the query selects, on this type below this field, anything that its key does not tell. Where it does not, a
 * resolver can return the bare key, which costs no call.
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

/** Whether the query selects, on this type below this field, any field of which this is true. */
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

/** Whether `@skip` and `@include` leave this selection in. */
export function isIncluded(node: SelectionNode, info: GraphQLResolveInfo): boolean {
  if (node.directives === undefined || node.directives.length === 0) return true;
  if (getDirectiveValues(GraphQLSkipDirective, node, info.variableValues)?.['if'] === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, node, info.variableValues)?.['if'] !== false;
}

/** How many fields each item of a list selects, by the place of the list in the operation. */
export type ListWeights = Map<GraphQLResolveInfo['fieldNodes'], number>;
