import { type GraphQLFieldResolver, type GraphQLSchema, isUnionType } from 'graphql';
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

/**
 * Holds `_service` and `_entities` to what the request may ask of them, and lets a representation that cannot be used
 * fail alone: as built, the resolver of `_entities` fails as a whole with the first one that throws.
 */
export function guardFederation(schema: GraphQLSchema): void {
  const entityUnion = schema.getType('_Entity');
  const entityNames = new Set(isUnionType(entityUnion) ? entityUnion.getTypes().map(({ name }) => name) : []);

  wrap(schema, '_service', (resolve) => (source, args, context, info) => {
    if (!context.federation.sdl) {
      throw new GatewayError('FORBIDDEN', 'This gateway tells its schema only to a router that proves itself.');
    }
    return resolve(source, args, context, info);
  });

  wrap(schema, '_entities', (resolve) => (source, args, context, info) => {
    if (!context.federation.entities) {
      throw new GatewayError('FORBIDDEN', 'This gateway resolves entities only for a router that proves itself.');
    }
    const representations: readonly unknown[] = args['representations'];
    return representations.map(async (representation) => {
      try {
        const typename = (representation as { readonly __typename?: unknown }).__typename;
        if (typeof typename !== 'string' || !entityNames.has(typename)) {
          throw new GatewayError('BAD_USER_INPUT', 'The "__typename" of a representation must name an entity.');
        }
        const [entity] = resolve(source, { representations: [representation] }, context, info) as unknown[];
        return await entity;
      } catch (error) {
        // As a value: a compiled query would leave out a rejected item at the end of a list, and so shift the others.
        return error;
      }
    });
  });
}

function wrap(schema: GraphQLSchema, name: string, guard: (resolve: Resolve) => Resolve): void {
  const field = schema.getQueryType()?.getFields()[name];
  if (!field?.resolve) throw new Error(`The subgraph schema has no ${name}`);
  field.resolve = guard(field.resolve);
}
