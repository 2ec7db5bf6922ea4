import {
  type GraphQLFieldResolver,
  GraphQLID,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isUnionType,
} from 'graphql';
import { GatewayError } from '../errors.ts';
import type { GatewayContext } from './context.ts';
import { checkIds } from './ids.ts';

type Resolve = GraphQLFieldResolver<unknown, GatewayContext>;

/** Finds an entity by its key or its representation. */
type Find<Key> = (key: Key, context: GatewayContext, info: GraphQLResolveInfo) => unknown;

/** How entities are resolved. */
export interface Entities {
  /** Reference resolvers by entity name, one for each entity of the schema. */
  readonly references: Readonly<Record<string, Find<never>>>;
  /** The type name of a resolved entity. */
  readonly toTypename: (entity: Readonly<Record<string, unknown>>) => string;
}

/**
 * Enforces the request's access to `_service` and `_entities`, and makes each invalid representation fail on its own.
 * The built-in resolver of `_entities` fails entirely when one representation throws, and takes twice the time.
 */
export function guardFederation(schema: GraphQLSchema, { references, toTypename }: Entities): void {
  const entity = schema.getType('_Entity');
  if (!isUnionType(entity)) throw new Error('The subgraph schema has no union _Entity');
  const resolvers = new Map<unknown, Find<never>>(Object.entries(references));
  entity.resolveType = toTypename;

  function resolveEntity(representation: unknown, context: GatewayContext, info: GraphQLResolveInfo): unknown {
    try {
      const { __typename: typename } = representation as { readonly __typename?: unknown };
      const resolve = resolvers.get(typename);
      if (resolve === undefined) {
        throw new GatewayError('BAD_USER_INPUT', 'The "__typename" of a representation must name an entity.');
      }
      const found = resolve(representation as never, context, info);
      // The error becomes a value: a compiled query would drop a rejected item at the end of a list.
      return found instanceof Promise ? found.catch((error: unknown) => fail(error, context)) : found;
    } catch (error) {
      return fail(error, context);
    }
  }

  /** The error as the value of an entity; null once the response holds the maximum number of errors. */
  function fail(error: unknown, { budget }: GatewayContext): unknown {
    return budget.addError() ? error : null;
  }

  // As built, its resolver prints the schema anew each time, for each alias.
  let service: unknown;
  wrap(schema, '_service', (resolve) => (source, args, context, info) => {
    if (!context.federation.sdl) {
      const message = 'Only an authenticated router may read the schema. Send the router secret as X-Router-Secret.';
      throw new GatewayError('FORBIDDEN', message);
    }
    service ??= resolve(source, args, context, info);
    return service;
  });

  wrap(schema, '_entities', () => (_source, args, context, info) => {
    if (!context.federation.entities) {
      const message = 'Only an authenticated router may resolve entities. Send the router secret as X-Router-Secret.';
      throw new GatewayError('FORBIDDEN', message);
    }
    const representations: readonly unknown[] = args['representations'];
    return representations.map((representation) => resolveEntity(representation, context, info));
  });
}

/**
 * Creates a reference resolver that finds an entity by these `ID!` fields of its representation. Each is parsed as the
 * scalar `ID`, because `_Any` accepts anything and the result must not depend on how the operation is executed.
 *
 * @returns a resolver that throws GatewayError `BAD_USER_INPUT` for invalid ids.
 */
export function byIds<Name extends string>(names: readonly Name[], find: Find<Readonly<Record<Name, string>>>) {
  return (representation: Readonly<Record<string, unknown>>, context: GatewayContext, info: GraphQLResolveInfo) => {
    const key = {} as Record<Name, unknown>;
    for (const name of names) key[name] = parseId(representation[name]);
    checkIds(key);
    return find(key, context, info);
  };
}

/** @returns undefined for an invalid id. */
function parseId(value: unknown): unknown {
  try {
    return GraphQLID.parseValue(value);
  } catch {
    return undefined;
  }
}

function wrap(schema: GraphQLSchema, name: string, guard: (resolve: Resolve) => Resolve): void {
  const field = schema.getQueryType()?.getFields()[name];
  if (!field?.resolve) throw new Error(`The subgraph schema has no ${name}`);
  field.resolve = guard(field.resolve);
}
