import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** Measured memory of the compiled code, in bytes; a variable may be an object of a dozen fields. */
const bytesPerVariable = 20_000;
const bytesPerField = 2_000;
/** For each character on the path to a field, which the code of the field repeats. */
const bytesPerCharacter = 3;

/**
 * Estimates the memory of a compiled operation of a valid document, in bytes. A short document can take much memory:
 * each fragment is compiled wherever it is spread, and the code of each field repeats the aliases of its ancestors.
 */
export function estimateCodeSize(document: DocumentNode, operation: OperationDefinitionNode): number {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }

  function sizeOf(set: SelectionSetNode | undefined, charactersAbove: number): number {
    let size = 0;
    for (const selection of set?.selections ?? []) {
      const characters = charactersAbove + headLength(selection);
      const below =
        selection.kind === Kind.FRAGMENT_SPREAD
          ? fragments.get(selection.name.value)?.selectionSet
          : selection.selectionSet;
      if (selection.kind === Kind.FIELD) size += bytesPerField + bytesPerCharacter * characters;
      size += sizeOf(below, characters);
    }
    return size;
  }

  return bytesPerVariable * (operation.variableDefinitions?.length ?? 0) + sizeOf(operation.selectionSet, 0);
}

/** Length of a selection without its selection set: its alias, name, arguments and directives. */
function headLength(selection: SelectionNode): number {
  const { loc } = selection;
  if (loc === undefined) return 0;
  const below = selection.kind === Kind.FRAGMENT_SPREAD ? undefined : selection.selectionSet?.loc;
  return (below?.start ?? loc.end) - loc.start;
}
