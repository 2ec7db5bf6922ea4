import { type GraphQLField, type GraphQLSchema, isNonNullType, isObjectType } from 'graphql';
import { GatewayError } from '../../errors.ts';
import type { OperationBudget } from './operation-budget.ts';

/** The part of an operation's context that counts its errors. */
interface Counted {
  readonly budget: Pick<OperationBudget, 'addError'>;
}

/**
 * Once a response has the maximum number of errors, further failing nullable fields become null without an error, because
 * graphql-js takes ten times as long to create an error as to resolve a field. Non-null fields still fail, and so do
 * fields whose error is a bug.
 */
export function capErrors(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) if (!isNonNullType(field.type)) capErrorsOf(field);
  }
}

function capErrorsOf(field: GraphQLField<unknown, Counted>): void {
  const { resolve } = field;
  // Reading a property cannot fail.
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

/** @returns null if the response has the maximum number of errors. @throws the error otherwise. */
function fail(error: unknown, { budget }: Counted): null {
  if (error instanceof GatewayError && !budget.addError()) return null;
  throw error;
}
