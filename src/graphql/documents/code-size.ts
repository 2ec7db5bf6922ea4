import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** What each takes, in bytes, as measured; a variable may be an object of a dozen fields. */
const bytesPerVariable = 20_000;
const bytesPerField = 2_000;
/** What each character of what leads to a field takes: its code repeats them. */
const bytesPerCharacter = 3;

/**
 * About how many bytes of memory an operation of a valid document takes once it is compiled. A short document can make
 * much of it: each fragment is compiled wherever it is spread, and each field repeats the aliases of all that it is in.
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

/** How long a selection is without what is selected below it: its alias, name, arguments and directives. */
function headLength(selection: SelectionNode): number {
  const { loc } = selection;
  if (loc === undefined) return 0;
  const below = selection.kind === Kind.FRAGMENT_SPREAD ? undefined : selection.selectionSet?.loc;
  return (below?.start ?? loc.end) - loc.start;
}
