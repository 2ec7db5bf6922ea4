import type { GraphQLError, SourceLocation } from 'graphql';
import { type ErrorCode, GatewayError } from '../errors.ts';

/** A request that GraphQL refuses before anything is executed: its document or its variables are wrong. */
export class InvalidRequest extends GatewayError {
  override readonly name = 'InvalidRequest';
  /** What is wrong, in graphql-js's words. */
  readonly mistakes: readonly GraphQLError[];
  /** Translates the locations of the mistakes into lines and columns. */
  readonly toLine: (location: SourceLocation) => SourceLocation;

  constructor(code: ErrorCode, mistakes: readonly GraphQLError[], toLine = (location: SourceLocation) => location) {
    super(code, mistakes[0]?.message ?? '');
    this.mistakes = mistakes;
    this.toLine = toLine;
  }
}
