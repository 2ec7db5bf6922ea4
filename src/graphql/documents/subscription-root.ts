import { type DocumentNode, GraphQLError, Kind, OperationTypeNode, type SelectionNode } from 'graphql';

/**
 * The errors of subscriptions whose root field has a directive, on itself or on a fragment that contains it: what is
 * subscribed to must not depend on a condition. Must be called before validation, which fails on such a condition if it
 * is a variable. Source: GraphQL, §5.2.4.1.
 */
export function findRootDirectives({ definitions }: DocumentNode): readonly GraphQLError[] {
  const fragments = new Map(
    definitions.flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node]] : [])),
  );
  const seen = new Set<string>();

  function findConditional(selections: readonly SelectionNode[]): SelectionNode | undefined {
    for (const selection of selections) {
      if (selection.directives?.length) return selection;
      const inner = selection.kind === Kind.FRAGMENT_SPREAD ? spread(selection.name.value) : selection;
      if (inner === undefined || inner.kind === Kind.FIELD) continue;
      const found = findConditional(inner.selectionSet.selections);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  function spread(name: string) {
    if (seen.has(name)) return undefined;
    seen.add(name);
    return fragments.get(name);
  }

  return definitions.flatMap((node) => {
    if (node.kind !== Kind.OPERATION_DEFINITION || node.operation !== OperationTypeNode.SUBSCRIPTION) return [];
    seen.clear();
    const nodes = findConditional(node.selectionSet.selections);
    return nodes === undefined
      ? []
      : [new GraphQLError('The root field of a subscription takes no directives.', { nodes })];
  });
}
