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
  getOperationAST,
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

/** Room for tools that ask for more levels of wrapped types than graphql-js does, as a factor. */
const introspectionMargin = 1.25;

/** JSON punctuation per field: quotes, a colon, a comma. */
const punctuationBytes = 4;

/** Sizes in bytes. */
interface Bounds {
  readonly sdl: number;
  /** The most introspection that one response may hold. */
  readonly max: number;
}

/**
 * Measures how many bytes of a response are introspection, including `_service { sdl }`, with all aliases. The schema
 * does not change, so the size is known before execution. The maximum is one full introspection, as tools request it,
 * and one SDL; it is measured when it is first needed.
 */
export class SchemaBytes {
  readonly #schema: GraphQLSchema;
  #bounds: Bounds | undefined;

  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
  }

  /** Maximum allowed. */
  get max(): number {
    return this.#measureBounds().max;
  }

  /** @returns the bytes of one operation of a valid document; counting stops soon after the maximum. */
  measure(document: DocumentNode, operation: OperationDefinitionNode): number {
    return new Walk(document, this.#schema, () => this.#measureBounds()).operation(operation);
  }

  #measureBounds(): Bounds {
    this.#bounds ??= measureBounds(this.#schema);
    return this.#bounds;
  }
}

function measureBounds(schema: GraphQLSchema): Bounds {
  const sdl = printSchema(schema).length;
  const options = { specifiedByUrl: true, directiveIsRepeatable: true, schemaDescription: true, oneOf: true };
  const full = parse(getIntrospectionQuery({ ...options, inputValueDeprecation: true }));
  // The query has one operation.
  const operation = getOperationAST(full) as OperationDefinitionNode;
  const bytes = new Walk(full, schema, () => ({ sdl, max: Number.POSITIVE_INFINITY })).operation(operation);
  return { sdl, max: Math.ceil(introspectionMargin * bytes) + sdl };
}

/** Arguments for an upper bound: `includeDeprecated` is assumed to be true. */
const everything = { includeDeprecated: true };

/** Adds up the size of an introspection with graphql-js's own resolvers, without building a response. */
class Walk {
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  readonly #known = new Map<SelectionSetNode, readonly FieldNode[]>();
  readonly #schema: GraphQLSchema;
  readonly #bounds: () => Bounds;
  /** The places in the response where the SDL is requested. */
  readonly #sdls = new Set<string>();
  #bytes = 0;

  constructor(document: DocumentNode, schema: GraphQLSchema, bounds: () => Bounds) {
    this.#schema = schema;
    this.#bounds = bounds;
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.#fragments.set(definition.name.value, definition);
    }
  }

  operation({ selectionSet }: OperationDefinitionNode): number {
    for (const node of this.#fields(selectionSet)) {
      const name = node.name.value;
      if (name === SchemaMetaFieldDef.name) this.#objects(node, SchemaMetaFieldDef.type, [this.#schema]);
      else if (name === TypeMetaFieldDef.name) this.#objects(node, TypeMetaFieldDef.type, this.#types(node));
      else if (name === '_service') this.#service(node);
    }
    return this.#bytes;
  }

  /** The types that a `__type` field may return. */
  #types({ arguments: given }: FieldNode): readonly unknown[] {
    // The field has one argument.
    const name = given?.[0]?.value;
    if (name?.kind === Kind.VARIABLE) return Object.values(this.#schema.getTypeMap());
    return [this.#schema.getType(String(name && valueFromASTUntyped(name)))];
  }

  #service(service: FieldNode): void {
    for (const node of this.#fields(service.selectionSet)) {
      if (node.name.value === 'sdl') this.#sdls.add(`${toKey(service)}.${toKey(node)}`);
    }
    const { sdl, max } = this.#bounds();
    // A second SDL exceeds the maximum by itself.
    this.#bytes += keyBytes(service) + (this.#sdls.size > 1 ? max : this.#sdls.size * sdl);
  }

  #objects(node: FieldNode, type: GraphQLOutputType, sources: readonly unknown[]): void {
    this.#bytes += keyBytes(node);
    const named = getNamedType(type) as GraphQLObjectType;
    for (const source of sources) {
      if (this.#bytes > this.#bounds().max) return;
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
    const fields = set.selections.flatMap((selection) => {
      if (selection.kind === Kind.FIELD) return [selection];
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : this.#fragments.get(selection.name.value);
      return this.#fields(fragment?.selectionSet);
    });
    this.#known.set(set, fields);
    return fields;
  }
}

function toKey({ alias, name }: FieldNode): string {
  return (alias ?? name).value;
}

function keyBytes(node: FieldNode): number {
  return toKey(node).length + punctuationBytes;
}
