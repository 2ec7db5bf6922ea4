import {
  type FragmentDefinitionNode,
  GraphQLIncludeDirective,
  type GraphQLResolveInfo,
  GraphQLSkipDirective,
  getDirectiveValues,
  Kind,
  type SelectionNode,
} from 'graphql';

/**
 * Makes a function that tells whether the query selects, on the type `typeName` below a field, any field that is not in
 * `keyFields`. Lets a resolver return a bare key where nothing else is asked for, which costs no call. Answers once for
 * each field of an operation, however many entities it has.
 */
export function createSelectsBeyond(typeName: string, keyFields: ReadonlySet<string>) {
  const known = new WeakMap<GraphQLResolveInfo, boolean>();
  return (info: GraphQLResolveInfo): boolean => {
    let answer = known.get(info);
    if (answer === undefined) {
      answer = info.fieldNodes.some((node) => beyond(node.selectionSet?.selections ?? [], info, typeName, keyFields));
      known.set(info, answer);
    }
    return answer;
  };
}

function beyond(
  selections: readonly SelectionNode[],
  info: GraphQLResolveInfo,
  typeName: string,
  without: ReadonlySet<string>,
): boolean {
  return selections.some((node) => {
    if (!isIncluded(node, info)) return false;
    if (node.kind === Kind.FIELD) return !without.has(node.name.value);
    const fragment =
      node.kind === Kind.INLINE_FRAGMENT ? node : (info.fragments[node.name.value] as FragmentDefinitionNode);
    const on = fragment.typeCondition?.name.value;
    if (on !== undefined && on !== typeName && on !== '_Entity') return false;
    return beyond(fragment.selectionSet.selections, info, typeName, without);
  });
}

function isIncluded(node: SelectionNode, info: GraphQLResolveInfo): boolean {
  if (node.directives === undefined || node.directives.length === 0) return true;
  if (getDirectiveValues(GraphQLSkipDirective, node, info.variableValues)?.['if'] === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, node, info.variableValues)?.['if'] !== false;
}
