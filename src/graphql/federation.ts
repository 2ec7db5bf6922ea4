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

/** Finds an entity by its key, or by what a router sent to represent it. */
type Find<Key> = (key: Key, context: GatewayContext, info: GraphQLResolveInfo) => unknown;

/** How entities are found and told apart. */
export interface Entities {
  /** By the name of the entity, what finds the one that a representation stands for; without, it is shown as it came. */
  readonly references: Readonly<Record<string, Find<never>>>;
  /** The name of what was found. */
  readonly toTypename: (entity: Readonly<Record<string, unknown>>) => string;
}

/**
 * Holds `_service` and `_entities` to what the request may ask of them, and lets a representation that cannot be used
 * fail alone: as built, the resolver of `_entities` fails as a whole with the first one that throws, and needs twice the
 * time.
 */
export function guardFederation(schema: GraphQLSchema, { references, toTypename }: Entities): void {
  const entity = schema.getType('_Entity');
  if (!isUnionType(entity)) throw new Error('The subgraph schema has no _Entity');
  const resolvers = new Map(entity.getTypes().map(({ name }) => [name, references[name] ?? returnIt]));
  entity.resolveType = toTypename;

  function resolveEntity(representation: unknown, context: GatewayContext, info: GraphQLResolveInfo): unknown {
    try {
      const { __typename: typename } = representation as { readonly __typename?: unknown };
      const resolve = typeof typename === 'string' ? resolvers.get(typename) : undefined;
      if (resolve === undefined) {
        throw new GatewayError('BAD_USER_INPUT', 'The "__typename" of a representation must name an entity.');
      }
      const found = resolve(representation as never, context, info);
      // As a value: a compiled query would leave out a rejected item at the end of a list, and so shift the others.
      return found instanceof Promise ? found.catch((error: unknown) => fail(error, context)) : found;
    } catch (error) {
      return fail(error, context);
    }
  }

  /** The error as the value of an entity; null once the answer holds as many errors as it may. */
  function fail(error: unknown, { budget }: GatewayContext): unknown {
    return budget.addError() ? error : null;
  }

  wrap(schema, '_service', (resolve) => (source, args, context, info) => {
    if (!context.federation.sdl) {
      throw new GatewayError('FORBIDDEN', 'This gateway tells its schema only to a router that proves itself.');
    }
    return resolve(source, args, context, info);
  });

  wrap(schema, '_entities', () => (_source, args, context, info) => {
    if (!context.federation.entities) {
      throw new GatewayError('FORBIDDEN', 'This gateway resolves entities only for a router that proves itself.');
    }
    const representations: readonly unknown[] = args['representations'];
    return representations.map((representation) => resolveEntity(representation, context, info));
  });
}

/**
 * Finds an entity by these fields of its representation, all of type `ID!`, each as the scalar takes it: `_Any` takes
 * anything, and what comes of it must not depend on how the operation is executed. Nothing else of it is used.
 *
 * @returns a reference, which throws GatewayError `BAD_USER_INPUT` for fields that are no ids.
 */
export function byIds<Name extends string>(names: readonly Name[], find: Find<Readonly<Record<Name, string>>>) {
  return (representation: Readonly<Record<string, unknown>>, context: GatewayContext, info: GraphQLResolveInfo) => {
    const given = names.map((name) => [name, parseId(representation[name])] as const);
    const key = Object.fromEntries(given) as Record<Name, unknown>;
    checkIds(key);
    return find(key, context, info);
  };
}

/** @returns undefined for what is no id. */
function parseId(value: unknown): unknown {
  try {
    return GraphQLID.parseValue(value);
  } catch {
    return undefined;
  }
}

function returnIt(representation: unknown): unknown {
  return representation;
}

function wrap(schema: GraphQLSchema, name: string, guard: (resolve: Resolve) => Resolve): void {
  const field = schema.getQueryType()?.getFields()[name];
  if (!field?.resolve) throw new Error(`The subgraph schema has no ${name}`);
  field.resolve = guard(field.resolve);
}
