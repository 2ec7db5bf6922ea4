import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionNode,
  type SelectionSetNode,
  TypeMetaFieldDef,
} from 'graphql';
import type { Limits } from '../../settings/settings.ts';
import { ListSizes, toLength, type Variables } from './list-sizes.ts';
import type { Refusal } from './refusal.ts';

/** Maximum number of nested selection sets per level of fields: fragments nest without a field. */
const setsPerLevel = 4;

/** Thrown to end the walk. Not an Error, because it needs no stack trace. */
class OverLimit {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    this.refusal = refusal;
  }
}

/**
 * Checks a document against the limits before validation, because some validation rules take quadratic time. Stops at
 * the first exceeded limit, so that a fragment bomb costs no more than the limit allows.
 */
export function checkDocument(document: DocumentNode, schema: GraphQLSchema, limits: Limits): Refusal | null {
  return catchRefusal(() => {
    const walk = new Walk(document, schema, limits, {});
    walk.countDefinitions(document);
    for (const definition of document.definitions) {
      if (definition.kind === Kind.OPERATION_DEFINITION) walk.operation(definition, false);
      // Validation also checks fragments that no operation uses.
      else if (definition.kind === Kind.FRAGMENT_DEFINITION) walk.fragment(definition);
    }
  });
}

/** The cost of one operation with given variables. */
export interface OperationCost {
  readonly refusal: Refusal | null;
  /** Whether other variables could change the cost. */
  readonly varies: boolean;
  /** Number of uses of each variable, with fragments expanded; complete unless the operation is refused. */
  readonly variableUses: ReadonlyMap<string, number>;
}

/** Measures an operation of a document that `checkDocument` has passed. */
export function checkCost(
  document: DocumentNode,
  schema: GraphQLSchema,
  limits: Limits,
  operation: OperationDefinitionNode,
  variables: Variables,
): OperationCost {
  const walk = new Walk(document, schema, limits, { ...defaultsOf(operation), ...variables });
  const refusal = catchRefusal(() => walk.operation(operation, true));
  return { refusal, varies: walk.varies, variableUses: walk.variableUses };
}

function defaultsOf({ variableDefinitions = [] }: OperationDefinitionNode): Variables {
  return Object.fromEntries(
    variableDefinitions.map(({ variable, defaultValue }) => [variable.name.value, toLength(defaultValue)]),
  );
}

function catchRefusal(run: () => void): Refusal | null {
  try {
    run();
    return null;
  } catch (error) {
    if (error instanceof OverLimit) return error.refusal;
    throw error;
  }
}

/** A response key at one path: how often it is selected, and the aliases of the fields below it. */
interface Place {
  selected: number;
  readonly below: Map<string, Place>;
  readonly aliases: Map<string, Set<string>>;
}

/** The current position of the walk. */
interface Position {
  readonly type: GraphQLNamedType | undefined;
  readonly place: Place;
  readonly depth: number;
  readonly sets: number;
  /** Maximum number of objects at this position. */
  readonly objects: number;
  /** The page size that applies to lists directly below; undefined if this is not a page. */
  readonly page: number | undefined;
}

class Walk {
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  readonly #entered = new Set<string>();
  readonly #schema: GraphQLSchema;
  readonly #limits: Limits;
  readonly #sizes: ListSizes;
  readonly #variableUses = new Map<string, number>();
  #costly = false;
  #values = 0;
  #fields = 0;
  #aliases = 0;
  #cost = 0;

  constructor(document: DocumentNode, schema: GraphQLSchema, limits: Limits, variables: Variables) {
    this.#schema = schema;
    this.#limits = limits;
    this.#sizes = new ListSizes(variables);
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.#fragments.set(definition.name.value, definition);
    }
  }

  /** Whether the cost depends on a variable. */
  get varies(): boolean {
    return this.#sizes.varies;
  }

  get variableUses(): ReadonlyMap<string, number> {
    return this.#variableUses;
  }

  countDefinitions(document: DocumentNode): void {
    this.#over('maxDefinitions', document.definitions.length);
  }

  operation({ operation, selectionSet }: OperationDefinitionNode, costly: boolean): void {
    this.#costly = costly;
    this.#cost = 0;
    this.#values = 0;
    const place = newPlace();
    this.#set(selectionSet, {
      type: this.#schema.getRootType(operation) ?? undefined,
      place,
      depth: 0,
      sets: 0,
      objects: 1,
      page: undefined,
    });
    let rootFields = 0;
    for (const { selected } of place.below.values()) rootFields += selected;
    this.#over('maxRootFields', rootFields);
  }

  fragment({ typeCondition, selectionSet }: FragmentDefinitionNode): void {
    const type = this.#schema.getType(typeCondition.name.value);
    this.#set(selectionSet, { type, place: newPlace(), depth: 0, sets: 0, objects: 1, page: undefined });
  }

  #set({ selections }: SelectionSetNode, position: Position): void {
    if (position.sets > this.#limits.maxDepth * setsPerLevel) this.#refuse('maxDepth', this.#limits.maxDepth + 1);
    for (const selection of selections) {
      this.#over('maxFields', ++this.#fields);
      if (selection.kind === Kind.FIELD) this.#field(selection, position);
      else this.#below(selection, position);
    }
  }

  /** Walks a fragment, inline or spread, as part of the enclosing selection set. */
  #below(selection: Exclude<SelectionNode, FieldNode>, position: Position): void {
    const named = selection.kind === Kind.FRAGMENT_SPREAD;
    const fragment = named ? this.#fragments.get(selection.name.value) : selection;
    if (fragment === undefined) return;
    const name = named ? selection.name.value : undefined;
    // Validation refuses fragment cycles.
    if (name !== undefined && this.#entered.has(name)) return;
    const condition = fragment.typeCondition?.name.value;
    const type = condition === undefined ? position.type : this.#schema.getType(condition);
    if (name !== undefined) this.#entered.add(name);
    this.#set(fragment.selectionSet, { ...position, type, sets: position.sets + 1 });
    if (name !== undefined) this.#entered.delete(name);
  }

  #field(node: FieldNode, position: Position): void {
    const depth = position.depth + 1;
    this.#over('maxDepth', depth);
    const name = node.name.value;
    const place = this.#place(node, position.place);
    this.#countValues(node);
    if (node.selectionSet === undefined) return;
    const field = this.#definition(position.type, name);
    const page = field && this.#sizes.page(node, field);
    const objects = position.objects * (field ? this.#sizes.items(node, field, position.page) : 1);
    // Counts every selection although GraphQL merges equal ones: in another type it may be another field. A page counts
    // in full, because it is read in full whatever is selected.
    this.#cost += position.objects * (page ?? 0) + objects;
    if (this.#costly) {
      this.#over('maxRepresentations', this.#sizes.representations);
      this.#over('maxCost', this.#cost);
    }
    const type = field === undefined ? undefined : getNamedType(field.type);
    this.#set(node.selectionSet, { type, place, depth, sets: position.sets + 1, objects, page });
  }

  /** Counts the values in the arguments of a field, for each selection of the field. */
  #countValues({ arguments: given = [] }: FieldNode): void {
    const open = given.map(({ value }) => value);
    for (let value = open.pop(); value !== undefined; value = open.pop()) {
      this.#over('maxVariableValues', ++this.#values);
      if (value.kind === Kind.LIST) open.push(...value.values);
      else if (value.kind === Kind.OBJECT) open.push(...value.fields.map((field) => field.value));
      else if (value.kind === Kind.VARIABLE) {
        const name = value.name.value;
        this.#variableUses.set(name, (this.#variableUses.get(name) ?? 0) + 1);
      }
    }
  }

  #place(node: FieldNode, parent: Place): Place {
    const name = node.name.value;
    const key = node.alias?.value ?? name;
    const place = parent.below.get(key) ?? newPlace();
    if (place.selected === 0) parent.below.set(key, place);
    this.#over('maxFieldRepeats', ++place.selected);
    if (node.alias !== undefined) {
      this.#over('maxAliases', ++this.#aliases);
      const aliases = parent.aliases.get(name) ?? new Set();
      parent.aliases.set(name, aliases.add(key));
      this.#over('maxAliasesPerField', aliases.size);
    }
    return place;
  }

  #definition(type: GraphQLNamedType | undefined, name: string): GraphQLField<unknown, unknown> | undefined {
    if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
    if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
    const hasFields = isObjectType(type) || isInterfaceType(type);
    return hasFields ? type.getFields()[name] : undefined;
  }

  #over(limit: Refusal['limit'], found: number): void {
    if (found > this.#limits[limit]) this.#refuse(limit, found);
  }

  #refuse(limit: Refusal['limit'], found: number): never {
    throw new OverLimit({ limit, allowed: this.#limits[limit], found });
  }
}

function newPlace(): Place {
  return { selected: 0, below: new Map(), aliases: new Map() };
}
