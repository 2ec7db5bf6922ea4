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

/** A part of an object that is known before the object is looked up: the type, and the known fields. */
const parts = {
  imageKey: { type: 'Image', fields: new Set(['__typename', 'id', 'members', 'member']) },
  memberKey: { type: 'ImageMember', fields: new Set(memberKey) },
  status: { type: 'ImageMember', fields: new Set(['__typename', 'imageId', 'image', 'status']) },
  memberStatus: { type: 'ImageMember', fields: new Set([...memberKey, 'status']) },
} as const;

type Part = keyof typeof parts;

/**
 * Known answers. graphql-js creates new field nodes for each execution; a compiled operation, which has no `@include` or
 * `@skip`, passes the same ones each time.
 */
const known = new WeakMap<GraphQLResolveInfo['fieldNodes'], { [Name in Part]?: boolean }>();

/**
 * Whether the query selects, below this field, any field outside this part of an object. If not, a resolver can return
 * the part without a call.
 */
export function needsMoreThan(part: Part, info: GraphQLResolveInfo): boolean {
  const { fieldNodes } = info;
  const { type, fields } = parts[part];
  let answers = known.get(fieldNodes);
  if (answers === undefined) {
    answers = {};
    known.set(fieldNodes, answers);
  }
  answers[part] ??= selects(type, info, (field) => !fields.has(field));
  return answers[part];
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
  if (node.directives?.length === 0) return true;
  if (getDirectiveValues(GraphQLSkipDirective, node, info.variableValues)?.['if'] === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, node, info.variableValues)?.['if'] !== false;
}

/** Number of fields selected per item of a list, by the field nodes of the list. */
export type ListWeights = Map<GraphQLResolveInfo['fieldNodes'], number>;
