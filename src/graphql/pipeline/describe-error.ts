import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError, type SourceLocation } from 'graphql';
import { type ErrorCode, errorKinds, GatewayError } from '../../errors.ts';

/** The longest message that a client is shown, in characters. graphql-js quotes values and names of any length. */
const maxMessageCharacters = 1_000;

/**
 * How graphql-js words a mistake of the caller that only execution finds, such as a variable that is null although its
 * default does not help. Its other errors of execution are about what resolvers return.
 */
const mistakeOfCaller = /^Argument "/;

/** The code of anything that went wrong while an operation was executed. */
export function toErrorCode(error: unknown): ErrorCode {
  const original = unwrapResolverError(error);
  if (original instanceof GatewayError) return original.code;
  const isMistake = original instanceof GraphQLError && mistakeOfCaller.test(original.message);
  return isMistake ? 'BAD_USER_INPUT' : 'INTERNAL_SERVER_ERROR';
}

/** How errors of one document are shown to a client. */
export interface Display {
  /** Whether clients are told why a request does not fit the schema. */
  readonly showsSchema: boolean;
  /** Translates offsets in the document into lines and columns. */
  readonly toLine: (location: SourceLocation) => SourceLocation;
}

/**
 * What a client sees of an error: a `GatewayError`, and what graphql-js says about a request, as they are; defects are
 * masked. Where introspection is off, so is why a request does not fit the schema: from the wording alone a schema can be
 * pieced together.
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
    return 'Internal server error. The log of the gateway has more under the request id.';
  }
  if (errorKinds[code].revealsSchema && !showsSchema) {
    return 'The operation or its variables do not fit the schema, or ask about it, which is not shown here.';
  }
  return message.length <= maxMessageCharacters ? message : `${message.slice(0, maxMessageCharacters)}…`;
}
