import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError, type SourceLocation } from 'graphql';
import { type ErrorCode, errorKinds, GatewayError } from '../../errors.ts';

/** Maximum length of a message, in characters. graphql-js quotes values and names of any length. */
const maxMessageCharacters = 1_000;

/**
 * Matches graphql-js's message for caller mistakes that only execution finds, such as an explicit null for a variable
 * with a default. Its other execution errors concern the results of resolvers.
 */
const mistakeOfCaller = /^Argument "/;

/** The code of an execution error. */
export function toErrorCode(error: unknown): ErrorCode {
  const original = unwrapResolverError(error);
  if (original instanceof GatewayError) return original.code;
  const isMistake = original instanceof GraphQLError && mistakeOfCaller.test(original.message);
  return isMistake ? 'BAD_USER_INPUT' : 'INTERNAL_SERVER_ERROR';
}

/** How to present the errors of one document to a client. */
export interface Display {
  /** Whether messages may reveal the schema. */
  readonly showsSchema: boolean;
  /** Translates offsets in the document into lines and columns. */
  readonly toLine: (location: SourceLocation) => SourceLocation;
}

/**
 * The error as shown to a client. Messages of `GatewayError` and of graphql-js about a request are unchanged; bugs are
 * masked. While introspection is off, validation messages are masked too, because they can be used to reconstruct the
 * schema.
 */
export function describeError(error: GraphQLError, code: ErrorCode, display: Display): GraphQLFormattedError {
  const { locations, path } = error;
  const original = unwrapResolverError(error);
  const isOurs = original instanceof GatewayError;
  return {
    message: toMessage(isOurs ? original.message : error.message, code, isOurs || display.showsSchema),
    ...(locations && { locations: locations.map(display.toLine) }),
    ...(path && { path }),
    extensions: { ...(isOurs && original.extensions), code },
  };
}

function toMessage(message: string, code: ErrorCode, showsSchema: boolean): string {
  if (code === 'INTERNAL_SERVER_ERROR') {
    return 'Internal server error. The log of the gateway has the details under the request id.';
  }
  if (errorKinds[code].revealsSchema && !showsSchema) {
    return 'The operation or its variables do not match the schema, or use introspection, which is turned off.';
  }
  return message.length <= maxMessageCharacters ? message : `${message.slice(0, maxMessageCharacters)}…`;
}
