import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { GatewayError } from '../errors.ts';

/** Hears of defects, with all there is to know about them. */
export type OnDefect = (error: unknown) => void;

/** What GraphQL says of a document or of variables that do not fit the schema, in words that tell what would fit. */
const tellsSchema: ReadonlySet<unknown> = new Set(['GRAPHQL_VALIDATION_FAILED', 'BAD_USER_INPUT']);

/**
 * Decides what a client sees of anything that was thrown: a `GatewayError`, and what GraphQL itself has to say about a
 * request, as they are; anything else is a defect, which is reported and masked. Where the schema is not to be told,
 * neither is why a request does not fit it: from the wording alone a schema can be pieced together.
 */
export function createFormatError(onDefect: OnDefect, tellSchema: boolean) {
  return (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    const original = unwrapResolverError(error);
    if (original instanceof GatewayError) return formatted;
    if (isRequestError(original)) {
      const code = formatted.extensions?.['code'];
      if (tellSchema || !tellsSchema.has(code)) return formatted;
      const message = 'The operation or its variables do not fit the schema, or ask about it, which is not told here.';
      return { message, ...(formatted.locations && { locations: formatted.locations }), extensions: { code } };
    }
    onDefect(error);
    return {
      message: 'Internal server error. The log of the gateway has more under the request id.',
      ...(formatted.locations && { locations: formatted.locations }),
      ...(formatted.path && { path: formatted.path }),
      extensions: { code: 'INTERNAL_SERVER_ERROR' },
    };
  };
}

/**
 * An error about the request: its syntax, validity, variables or size. Such an error carries a code of its own, and has
 * another one inside where a variable has no value of its type.
 */
function isRequestError(error: unknown): boolean {
  return (
    error instanceof GraphQLError &&
    (error.originalError === undefined || error.originalError instanceof GraphQLError) &&
    error.path === undefined &&
    error.extensions['code'] !== 'INTERNAL_SERVER_ERROR'
  );
}
