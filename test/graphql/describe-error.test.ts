import { GraphQLError, parse, Source } from 'graphql';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/errors.ts';
import { checkIds } from '../../src/graphql/ids.ts';
import { describeError } from '../../src/graphql/pipeline/describe-error.ts';

const shown = {
  showsSchema: true,
  toLine: ({ line, column }: { line: number; column: number }) => ({ line: line + 1, column }),
};
const masked = { ...shown, showsSchema: false };

describe('an error as a client sees it', () => {
  it('has the message, the path, the lines and the extensions of an error of the gateway', () => {
    const originalError = new GatewayError('RATE_LIMITED', 'too many', { retryAfter: 3 });
    const [node] = parse(new Source('{ a }')).definitions;
    const error = new GraphQLError('wrapped', { originalError, path: ['a', 1], nodes: node ?? null });
    expect(describeError(error, 'RATE_LIMITED', shown)).toEqual({
      message: 'too many',
      locations: [{ line: 2, column: 1 }],
      path: ['a', 1],
      extensions: { code: 'RATE_LIMITED', retryAfter: 3 },
    });
  });

  it('has no path and no locations if the error has none, and no extensions of other errors', () => {
    const error = new GraphQLError('Syntax Error', { extensions: { secret: 1 } });
    expect(describeError(error, 'GRAPHQL_PARSE_FAILED', shown)).toEqual({
      message: 'Syntax Error',
      extensions: { code: 'GRAPHQL_PARSE_FAILED' },
    });
    expect(Object.keys(describeError(error, 'GRAPHQL_PARSE_FAILED', shown))).toEqual(['message', 'extensions']);
  });

  it('says nothing of a defect', () => {
    const error = new GraphQLError('x of 10.0.0.1', { originalError: new TypeError('x of 10.0.0.1') });
    const { message } = describeError(error, 'INTERNAL_SERVER_ERROR', shown);
    expect(message).toMatch(/^Internal server error.*request id/);
    expect(message).not.toContain('10.0.0.1');
  });

  it.each(['GRAPHQL_VALIDATION_FAILED', 'BAD_USER_INPUT'] as const)(
    'does not quote the schema with %s while introspection is off, unless the gateway itself wrote it',
    (code) => {
      const error = new GraphQLError('Did you mean "secretField"?');
      expect(describeError(error, code, shown).message).toBe('Did you mean "secretField"?');
      expect(describeError(error, code, masked).message).toMatch(/do not match the schema.*introspection/);
      const originalError = new GatewayError('BAD_USER_INPUT', '"first" must be from 1 to 100.');
      const ours = new GraphQLError('wrapped', { originalError, path: ['a'] });
      expect(describeError(ours, code, masked).message).toBe('"first" must be from 1 to 100.');
    },
  );

  it('keeps messages that reveal nothing while introspection is off', () => {
    const error = new GraphQLError('Syntax Error: Unexpected "}".');
    expect(describeError(error, 'GRAPHQL_PARSE_FAILED', masked).message).toBe('Syntax Error: Unexpected "}".');
  });

  it('has at most 1,000 characters of the message', () => {
    const messageOf = (length: number) =>
      describeError(new GraphQLError('x'.repeat(length)), 'GRAPHQL_PARSE_FAILED', shown).message;
    expect(messageOf(1_000)).toBe('x'.repeat(1_000));
    expect(messageOf(1_001)).toBe(`${'x'.repeat(1_000)}…`);
  });
});

describe('ids of representations and arguments', () => {
  const refusal = (ids: Readonly<Record<string, unknown>>): unknown => {
    try {
      checkIds(ids);
      return null;
    } catch (error) {
      return error;
    }
  };

  it.each([
    [{ imageId: 'i', memberId: 'm' }, null],
    [{ imageId: 'i', memberId: 'a/b' }, /^"memberId" .*, so it cannot be used as an id\.$/],
    [{ imageId: 1, memberId: 'm' }, /^"imageId" is not a string, so it cannot be used as an id\.$/],
    [{ id: null }, /^"id" is not a string/],
    [{ id: '..' }, /^"id" /],
  ])('that cannot be used are refused with the name of the argument: %j', (ids, message) => {
    expect(refusal(ids)).toEqual(
      message && expect.objectContaining({ code: 'BAD_USER_INPUT', message: expect.stringMatching(message) }),
    );
  });
});
