import type { GraphQLError, SourceLocation } from 'graphql';
import { type ErrorCode, GatewayError } from '../errors.ts';

/** A request that GraphQL refuses before execution, because its document or variables are invalid. */
export class InvalidRequest extends GatewayError {
  override readonly name = 'InvalidRequest';
  /** The errors as reported by graphql-js. */
  readonly mistakes: readonly GraphQLError[];
  /** Translates the locations of the errors into lines and columns. */
  readonly toLine: (location: SourceLocation) => SourceLocation;

  constructor(code: ErrorCode, mistakes: readonly GraphQLError[], toLine = (location: SourceLocation) => location) {
    super(code, mistakes[0]?.message ?? '');
    this.mistakes = mistakes;
    this.toLine = toLine;
  }
}
