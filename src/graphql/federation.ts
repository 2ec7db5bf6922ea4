import { type GraphQLFieldResolver, type GraphQLResolveInfo, type GraphQLSchema, isUnionType } from 'graphql';
import { GatewayError } from '../errors.ts';
import type { GatewayContext } from './context.ts';

/** What a request may ask of the two fields that are there for routers. */
export interface FederationAllowance {
  /** Whether `_service` tells the schema. */
  readonly sdl: boolean;
  /** Whether `_entities` resolves anything. */
  readonly entities: boolean;
}

type Resolve = GraphQLFieldResolver<unknown, GatewayContext>;

/** How entities are found and told apart. */
export interface Entities {
  /** By the name of the entity, what finds the one that a representation stands for; without, it is shown as it came. */
  readonly references: Readonly<
    Record<string, (representation: never, context: GatewayContext, info: GraphQLResolveInfo) => unknown>
  >;
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

  // As built, its resolver prints the schema anew each time, for each alias.
  let service: unknown;
  wrap(schema, '_service', (resolve) => (source, args, context, info) => {
    if (!context.federation.sdl) {
      throw new GatewayError('FORBIDDEN', 'This gateway tells its schema only to a router that proves itself.');
    }
    service ??= resolve(source, args, context, info);
    return service;
  });

  wrap(schema, '_entities', () => (_source, args, context, info) => {
    if (!context.federation.entities) {
      throw new GatewayError('FORBIDDEN', 'This gateway resolves entities only for a router that proves itself.');
    }
    const representations: readonly unknown[] = args['representations'];
    return representations.map((representation) => resolveEntity(representation, context, info));
  });
}

function returnIt(representation: unknown): unknown {
  return representation;
}

function wrap(schema: GraphQLSchema, name: string, guard: (resolve: Resolve) => Resolve): void {
  const field = schema.getQueryType()?.getFields()[name];
  if (!field?.resolve) throw new Error(`The subgraph schema has no ${name}`);
  field.resolve = guard(field.resolve);
}
