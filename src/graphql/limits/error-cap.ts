import { type GraphQLField, type GraphQLSchema, isNonNullType, isObjectType } from 'graphql';
import { GatewayError } from '../../errors.ts';
import type { GatewayContext } from '../context.ts';

/**
 * Lets a field that fails be null without an error of its own once the answer holds as many errors as it may: graphql-js
 * takes ten times as long to make an error as to resolve a field. A field that cannot be null fails always.
 */
export function capErrors(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) if (!isNonNullType(field.type)) capErrorsOf(field);
  }
}

function capErrorsOf(field: GraphQLField<unknown, GatewayContext>): void {
  const { resolve } = field;
  // A property does not fail.
  if (resolve === undefined) return;
  field.resolve = (source, args, context, info) => {
    try {
      const value: unknown = resolve(source, args, context, info);
      return value instanceof Promise ? value.catch((error: unknown) => fail(error, context)) : value;
    } catch (error) {
      return fail(error, context);
    }
  };
}

/** Null in the place of the error, if the answer may not hold it. @throws the error, if it may, or is a defect. */
function fail(error: unknown, { budget }: GatewayContext): null {
  if (error instanceof GatewayError && !budget.addError()) return null;
  throw error;
}
