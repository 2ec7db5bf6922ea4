import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getIntrospectionQuery,
  getNamedType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  parse,
  printSchema,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
  valueFromASTUntyped,
} from 'graphql';

/** JSON punctuation per field: quotes, a colon, a comma. */
const punctuationBytes = 4;

/**
 * Measures how many bytes of a response are introspection, including `_service { sdl }`, with all aliases. The schema
 * does not change, so the size is known before execution. The maximum is twice the full introspection that tools
 * request.
 */
export class SchemaBytes {
  readonly #schema: GraphQLSchema;
  readonly #sdlBytes: number;
  /** Maximum allowed. */
  readonly max: number;

  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
    this.#sdlBytes = printSchema(schema).length;
    this.max = Number.POSITIVE_INFINITY;
    const options = { specifiedByUrl: true, directiveIsRepeatable: true, schemaDescription: true, oneOf: true };
    const full = parse(getIntrospectionQuery({ ...options, inputValueDeprecation: true }));
    this.max = 2 * (this.measure(full) + this.#sdlBytes);
  }

  /** @returns the bytes of the largest operation in a document; counting stops soon after the maximum. */
  measure(document: DocumentNode): number {
    const walk = new Walk(document, this.#schema, this.#sdlBytes, this.max);
    const sizes = document.definitions.map((definition) =>
      definition.kind === Kind.OPERATION_DEFINITION ? walk.operation(definition) : 0,
    );
    return Math.max(0, ...sizes);
  }
}

/** Arguments for an upper bound: `includeDeprecated` is assumed to be true. */
const everything = { includeDeprecated: true };

/** Adds up the size of an introspection with graphql-js's own resolvers, without building a response. */
class Walk {
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  readonly #known = new Map<SelectionSetNode, readonly FieldNode[]>();
  readonly #schema: GraphQLSchema;
  readonly #sdlBytes: number;
  readonly #max: number;
  #bytes = 0;

  constructor(document: DocumentNode, schema: GraphQLSchema, sdlBytes: number, max: number) {
    this.#schema = schema;
    this.#sdlBytes = sdlBytes;
    this.#max = max;
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.#fragments.set(definition.name.value, definition);
    }
  }

  operation({ selectionSet }: OperationDefinitionNode): number {
    this.#bytes = 0;
    for (const node of this.#fields(selectionSet)) {
      const name = node.name.value;
      if (name === SchemaMetaFieldDef.name) this.#objects(node, SchemaMetaFieldDef.type, [this.#schema]);
      else if (name === TypeMetaFieldDef.name) this.#objects(node, TypeMetaFieldDef.type, this.#types(node));
      else if (name === '_service') this.#service(node);
    }
    return this.#bytes;
  }

  /** The types that a `__type` field may return. */
  #types({ arguments: given = [] }: FieldNode): readonly unknown[] {
    const name = given.find((argument) => argument.name.value === 'name')?.value;
    if (name?.kind === Kind.VARIABLE) return Object.values(this.#schema.getTypeMap());
    return [this.#schema.getType(String(name && valueFromASTUntyped(name)))];
  }

  #service({ selectionSet }: FieldNode): void {
    for (const node of this.#fields(selectionSet)) {
      if (node.name.value === 'sdl') this.#bytes += keyBytes(node) + this.#sdlBytes;
    }
  }

  #objects(node: FieldNode, type: GraphQLOutputType, sources: readonly unknown[]): void {
    this.#bytes += keyBytes(node);
    const named = getNamedType(type) as GraphQLObjectType;
    for (const source of sources) {
      if (this.#bytes > this.#max) return;
      if (source === null || source === undefined) continue;
      for (const field of this.#fields(node.selectionSet)) this.#field(field, named, source);
    }
  }

  #field(node: FieldNode, type: GraphQLObjectType, source: unknown): void {
    const definition = type.getFields()[node.name.value];
    // `__typename`: the name of the type.
    if (definition === undefined) {
      this.#bytes += keyBytes(node) + type.name.length;
      return;
    }
    const info = { schema: this.#schema } as GraphQLResolveInfo;
    const value: unknown = definition.resolve?.(source, everything, undefined, info);
    const nullable = isNonNullType(definition.type) ? definition.type.ofType : definition.type;
    if (isObjectType(getNamedType(definition.type))) {
      const sources = isListType(nullable) ? ((value ?? []) as readonly unknown[]) : [value];
      this.#objects(node, definition.type, sources);
    } else {
      this.#bytes += keyBytes(node) + String(value ?? '').length;
    }
  }

  /** The fields of a selection set, including its fragments: introspection has no abstract types. */
  #fields(set: SelectionSetNode | undefined): readonly FieldNode[] {
    if (set === undefined) return [];
    const known = this.#known.get(set);
    if (known !== undefined) return known;
    // Validation refuses fragment cycles.
    this.#known.set(set, []);
    const fields = set.selections.flatMap((selection) => {
      if (selection.kind === Kind.FIELD) return [selection];
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : this.#fragments.get(selection.name.value);
      return this.#fields(fragment?.selectionSet);
    });
    this.#known.set(set, fields);
    return fields;
  }
}

function keyBytes({ alias, name }: FieldNode): number {
  return (alias ?? name).value.length + punctuationBytes;
}
