import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { GraphQLError } from 'graphql';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/errors.ts';
import { toErrorCode } from '../../src/graphql/pipeline/describe-error.ts';

const resolve = createRequire(import.meta.url).resolve;

/** The beginnings of all error messages in a source file of graphql-js. */
function messagesOf(file: string): string[] {
  const source = readFileSync(resolve(`graphql/${file}`), 'utf8');
  const made = source.split(/new _GraphQLError\.GraphQLError\(\s*/).slice(1);
  // One message starts with a variable.
  return made.map((text) => /^[`']([^`']*)/.exec(text)?.[1] ?? '');
}

/** An error as graphql-js reports it: the error that was thrown, located at a field. */
function locate(originalError: Error): GraphQLError {
  return new GraphQLError(originalError.message, { originalError, path: ['image'] });
}

describe('an error message of graphql-js during execution', () => {
  /** About the caller's arguments; everything else was coerced or selected earlier. */
  const ofArguments = messagesOf('execution/values.js').filter((message) => message.startsWith('Argument'));
  /** About the results of resolvers, and about operations that are never executed. */
  const ofResolvers = messagesOf('execution/execute.js');

  it('is found in the source of graphql-js', () => {
    expect([ofArguments.length, ofResolvers.length]).toEqual([4, 12]);
  });

  it.each(ofArguments)('is the caller’s fault: %s', (message) => {
    const error = new GraphQLError(message);
    expect([toErrorCode(error), toErrorCode(locate(error))]).toEqual(['BAD_USER_INPUT', 'BAD_USER_INPUT']);
  });

  it.each(ofResolvers)('is a defect: %s', (message) => {
    expect(toErrorCode(locate(new GraphQLError(message)))).toBe('INTERNAL_SERVER_ERROR');
  });
});

it('an error from a resolver keeps its code, and any other error is a defect', () => {
  expect(toErrorCode(locate(new GatewayError('FORBIDDEN', 'no')))).toBe('FORBIDDEN');
  expect(toErrorCode(locate(new TypeError('Argument "x" is not a function')))).toBe('INTERNAL_SERVER_ERROR');
});
