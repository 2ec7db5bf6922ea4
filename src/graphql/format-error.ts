import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { GatewayError } from '../errors.ts';

/** What GraphQL says of a document or of variables that do not fit the schema, in words that tell what would fit. */
const tellsSchema: ReadonlySet<unknown> = new Set(['GRAPHQL_VALIDATION_FAILED', 'BAD_USER_INPUT']);

/**
 * Decides what a client sees of anything that was thrown: a `GatewayError`, and what GraphQL itself has to say about a
 * request, as they are; anything else is a defect, which is masked. Where the schema is not to be told, neither is why a
 * request does not fit it: from the wording alone a schema can be pieced together.
 */
export function createFormatError(tellSchema: boolean) {
  return (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    if (unwrapResolverError(error) instanceof GatewayError) return formatted;
    const place = {
      ...(formatted.locations && { locations: formatted.locations }),
      ...(formatted.path && { path: formatted.path }),
    };
    if (isDefect(error)) {
      const message = 'Internal server error. The log of the gateway has more under the request id.';
      return { message, ...place, extensions: { code: 'INTERNAL_SERVER_ERROR' } };
    }
    const code = isRefusedArgument(error) ? 'BAD_USER_INPUT' : formatted.extensions?.['code'];
    if (tellSchema || !tellsSchema.has(code)) return { ...formatted, extensions: { ...formatted.extensions, code } };
    const message = 'The operation or its variables do not fit the schema, or ask about it, which is not told here.';
    return { message, ...place, extensions: { code } };
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
