import {
  type FragmentDefinitionNode,
  GraphQLIncludeDirective,
  type GraphQLResolveInfo,
  GraphQLSkipDirective,
  getDirectiveValues,
  Kind,
  type SelectionNode,
} from 'graphql';

const memberKey = ['__typename', 'id', 'imageId', 'memberId', 'image', 'project'];

/** What can be known of an object before it is looked up: its type, and the fields that this tells. */
const parts = {
  imageKey: { type: 'Image', fields: new Set(['__typename', 'id', 'members', 'member']) },
  memberKey: { type: 'ImageMember', fields: new Set(memberKey) },
  status: { type: 'ImageMember', fields: new Set(['__typename', 'imageId', 'image', 'status']) },
  memberStatus: { type: 'ImageMember', fields: new Set([...memberKey, 'status']) },
} as const;

type Part = keyof typeof parts;

/** What a request has found out about its selections: one answer for each place, however many entities come there. */
export type KnownSelections = Readonly<Record<Part, Map<GraphQLResolveInfo['fieldNodes'], boolean>>>;

/** Nothing found out yet. */
export function createKnownSelections(): KnownSelections {
  return { imageKey: new Map(), memberKey: new Map(), status: new Map(), memberStatus: new Map() };
}

/**
 * Whether the query selects, below this field, anything that this part of an object does not tell. Where it does not, a
 * resolver can return the part, which costs no call.
 */
export function needsMoreThan(part: Part, known: KnownSelections, info: GraphQLResolveInfo): boolean {
  const { fieldNodes } = info;
  const { type, fields } = parts[part];
  let answer = known[part].get(fieldNodes);
  if (answer === undefined) {
    answer = selects(type, info, (field) => !fields.has(field));
    known[part].set(fieldNodes, answer);
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
