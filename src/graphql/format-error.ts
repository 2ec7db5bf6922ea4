import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { GatewayError } from '../errors.ts';

/**
 * Decides what a client sees of anything that was thrown: a `GatewayError`, and what GraphQL itself has to say about a
 * request, as they are; anything else is a defect, which is masked.
 */
export function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  if (isRefusedArgument(error)) return { ...formatted, extensions: { code: 'BAD_USER_INPUT' } };
  if (!isDefect(error)) return formatted;
  return {
    message: 'Internal server error. The log of the gateway has more under the request id.',
    ...(formatted.locations && { locations: formatted.locations }),
    ...(formatted.path && { path: formatted.path }),
    extensions: { code: 'INTERNAL_SERVER_ERROR' },
  };
}

/** Whether an error is the gateway's own fault. */
export function isDefect(error: unknown): boolean {
  return !(
    unwrapResolverError(error) instanceof GatewayError ||
    isRefusedBeforeExecution(error) ||
    isRefusedArgument(error)
  );
}

/** An error about the request as a whole: its syntax, validity, variables or size. It has a code and, yet, no path. */
function isRefusedBeforeExecution(error: unknown): boolean {
  return (
    error instanceof GraphQLError &&
    error.path === undefined &&
    error.extensions['code'] !== undefined &&
    error.extensions['code'] !== 'INTERNAL_SERVER_ERROR'
  );
}

/**
 * An argument that graphql-js refuses during execution, such as a variable that is null in spite of its default. Among
 * graphql-js's own errors at a field only these point into the document; those about values to be answered do not.
 */
function isRefusedArgument(error: unknown): boolean {
  const original = unwrapResolverError(error);
  return original !== error && original instanceof GraphQLError && original.nodes !== undefined;
}
