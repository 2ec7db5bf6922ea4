import { type ExecutionResult, GraphQLError, OperationTypeNode, Source } from 'graphql';
import { describe, expect, it, vi } from 'vitest';
import { GatewayError } from '../../src/errors.ts';
import { InvalidRequest } from '../../src/graphql/invalid-request.ts';
import { estimateAnswerBytes } from '../../src/graphql/limits/answer-bytes.ts';
import { AnswerWriter } from '../../src/graphql/pipeline/answer.ts';
import type { FoundOperation } from '../../src/graphql/pipeline/find-operation.ts';
import { contextOf } from '../support/ask.ts';
import { FakeImages } from '../support/fake-images.ts';

interface Options {
  readonly operation?: OperationTypeNode;
  readonly schemaBytes?: number;
  readonly showsSchema?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
}

const text = '{ a\n  b }';

function start({
  operation = OperationTypeNode.QUERY,
  schemaBytes = 0,
  showsSchema = true,
  environment,
}: Options = {}) {
  const onDefect = vi.fn<(error: unknown, requestId: string) => void>();
  const writer = new AnswerWriter({ showsSchema, onDefect });
  const client = new FakeImages();
  const context = contextOf(client, environment && { environment });
  const verifyToken = vi.spyOn(client, 'verifyToken').mockImplementation(async () => context.budget.acceptToken());
  const found = { document: { text }, operation: { node: { operation }, schemaBytes } } as FoundOperation;
  return {
    context,
    onDefect,
    verifyToken,
    writer,
    write: (result: ExecutionResult) => writer.writeResult(result, found, context),
    writeLost: (error: GatewayError) => writer.writeLost(error, found, context),
  };
}

/** An error at this path, located as the parser of documents does: by offset. */
function errorAt(path: readonly (string | number)[] | undefined, originalError?: Error) {
  const message = originalError?.message ?? 'a bug';
  return new GraphQLError(message, { path, originalError, source: new Source(' '.repeat(20)), positions: [6] });
}

const late = new GatewayError('UPSTREAM_TIMEOUT', 'late', { retryAfter: 2 });
const data = { a: 'é' };

describe('the response to an executed operation', () => {
  it('has only its data and extensions without errors', async () => {
    const { context, onDefect, verifyToken, write } = start();
    const hold = vi.spyOn(context.budget, 'hold');
    const body = '{"data":{"a":"é"},"extensions":{"x":1}}';
    expect(await write({ data, extensions: { x: 1 } })).toEqual({
      status: 200,
      body,
      bytes: Buffer.byteLength(body),
      codes: [],
    });
    expect(hold).toHaveBeenCalledExactlyOnceWith(Buffer.byteLength(body));
    expect(onDefect).not.toHaveBeenCalled();
    expect(verifyToken).not.toHaveBeenCalled();
  });

  it('has the errors of fields and of rows, located by line, with the request id', async () => {
    const { context, write } = start();
    context.rowErrors.push(errorAt(['b', 0], late));
    const { status, body, codes } = await write({ data, errors: [errorAt(['a'], late)] });
    const locations = [{ line: 2, column: 3 }];
    const extensions = { code: 'UPSTREAM_TIMEOUT', retryAfter: 2, requestId: 'req-1' };
    expect(status).toBe(200);
    expect(JSON.parse(body)).toEqual({
      errors: [
        { message: 'late', path: ['a'], locations, extensions },
        { message: 'late', path: ['b', 0], locations, extensions },
      ],
      data,
    });
    expect(codes).toEqual(['UPSTREAM_TIMEOUT', 'UPSTREAM_TIMEOUT']);
  });

  it('lists the errors of rows in the order of their paths, after those of fields', async () => {
    const sorted = [undefined, ['A'], ['A', 'x', 2], ['A', 'x', 10], ['A', 'y'], ['A', 'y', 0, 'z'], ['B']];
    const paths = [['C'], ...sorted];
    for (const given of [sorted, sorted.toReversed(), [...sorted.slice(3), ...sorted.slice(0, 3)]]) {
      const { context, write } = start();
      context.rowErrors.push(...given.map((path) => errorAt(path, late)));
      const { body } = await write({ data, errors: [errorAt(['C'], late)] });
      const { errors } = JSON.parse(body) as { errors: readonly { path?: unknown }[] };
      expect(errors.map(({ path }) => path)).toEqual(paths);
    }
  });

  it('masks bugs, and logs the first three of them', async () => {
    const { onDefect, write } = start();
    const bugs = [1, 2, 3, 4].map((index) => errorAt(['a', index], new TypeError('a bug')));
    const { body, codes } = await write({ data, errors: [errorAt(['a'], late), ...bugs] });
    expect(codes).toEqual(['UPSTREAM_TIMEOUT', ...Array(4).fill('INTERNAL_SERVER_ERROR')]);
    expect(body).not.toContain('a bug');
    expect(onDefect.mock.calls).toEqual(bugs.slice(0, 3).map((bug) => [bug, 'req-1']));
  });

  it.each([
    [true, 'Argument "x" is wrong'],
    [false, 'The operation or its variables do not match the schema, or use introspection, which is turned off.'],
  ])('may quote the schema or not: %s', async (showsSchema, message) => {
    const { write } = start({ showsSchema });
    const { body } = await write({ data, errors: [new GraphQLError('Argument "x" is wrong')] });
    expect(JSON.parse(body)).toMatchObject({ errors: [{ message }] });
  });

  it('counts the errors above the maximum, and those that were not kept', async () => {
    const { context, write } = start();
    const { maxErrors } = context.budget;
    for (let count = 0; count < maxErrors + 5; count++) context.budget.addError();
    const given = Array.from({ length: maxErrors + 1 }, (_, index) => errorAt(['a', index], late));
    given.push(errorAt(['b'], new GatewayError('RATE_LIMITED', 'slow down')));
    const { body, codes } = await write({ data, errors: given });
    const { errors } = JSON.parse(body) as { errors: readonly unknown[] };
    expect(errors).toHaveLength(maxErrors + 1);
    expect(errors.at(-2)).toMatchObject({ path: ['a', maxErrors - 1] });
    expect(errors.at(-1)).toEqual({
      message: '7 more errors were left out.',
      extensions: { code: 'RATE_LIMITED', requestId: 'req-1' },
    });
    expect(codes).toHaveLength(20);
  });

  it('leaves out no error at the maximum', async () => {
    const { context, write } = start();
    const given = Array.from({ length: context.budget.maxErrors }, (_, index) => errorAt(['a', index], late));
    const { body } = await write({ data, errors: given });
    expect((JSON.parse(body) as { errors: readonly unknown[] }).errors).toHaveLength(given.length);
  });

  it('fails because of a bug', async () => {
    const error = new TypeError('a bug');
    const toJSON = () => {
      throw error;
    };
    await expect(start().write({ data: { a: { toJSON } } })).rejects.toBe(error);
  });

  it('is lost if the operation has exceeded a limit', async () => {
    const { context, write } = start({ environment: { MAX_ANSWER_FIELDS: '5000' } });
    context.budget.charge(5001);
    const { status, body, codes } = await write({ data });
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({ errors: [{ extensions: { limit: 'MAX_ANSWER_FIELDS' } }], data: null });
    expect(codes).toEqual(['LIMIT_EXCEEDED']);
  });
});

describe('the size of a response', () => {
  /** Data of about this many bytes. */
  const ofBytes = (bytes: number) => ({ a: Array(bytes / 100).fill('x'.repeat(97)) });
  const unverified = 65_536;

  it.each([
    ['is small', 60_000, 0, false],
    ['is large', 100_000, 0, true],
    ['is large by its introspection alone', 100_000, 70_000, false],
    ['is large besides its introspection', 300_000, 190_000, true],
  ])('needs an accepted token or not if it %s', async (_what, bytes, schemaBytes, expected) => {
    const { verifyToken, write } = start({ schemaBytes, environment: { MAX_ANSWER_BYTES: '200000' } });
    const { codes, body } = await write({ data: ofBytes(bytes) });
    expect(verifyToken).toHaveBeenCalledTimes(expected ? 1 : 0);
    expect(codes).toEqual([]);
    expect(body.length).toBeGreaterThan(bytes);
  });

  it('needs no accepted token if it is at the limit of others', async () => {
    const body = { data: ofBytes(100_000), extensions: undefined };
    const { verifyToken, write } = start({ schemaBytes: estimateAnswerBytes(body, 1e9) - unverified });
    expect((await write({ data: body.data })).codes).toEqual([]);
    expect(verifyToken).not.toHaveBeenCalled();
  });

  it('is limited as for others if the token is refused', async () => {
    const { verifyToken, write } = start();
    verifyToken.mockRejectedValue(new GatewayError('UNAUTHENTICATED', 'no'));
    const { codes, body } = await write({ data: ofBytes(100_000) });
    expect(codes).toEqual(['LIMIT_EXCEEDED']);
    expect(JSON.parse(body)).toMatchObject({ errors: [{ extensions: { allowed: unverified } }], data: null });
  });

  it('is limited also with an accepted token', async () => {
    const { write } = start({ environment: { MAX_ANSWER_BYTES: '200000' } });
    expect((await write({ data: ofBytes(300_000) })).codes).toEqual(['LIMIT_EXCEEDED']);
  });
});

describe('the response to an operation whose result is lost', () => {
  it.each([
    [OperationTypeNode.QUERY, {}],
    [OperationTypeNode.MUTATION, { outcome: 'UNKNOWN' }],
  ])('says whether a %s may have been carried out', (operation, outcome) => {
    const { status, body, codes, retryAfter } = start({ operation }).writeLost(late);
    expect({ status, codes, retryAfter }).toEqual({ status: 200, codes: ['UPSTREAM_TIMEOUT'], retryAfter: 2 });
    const extensions = { code: 'UPSTREAM_TIMEOUT', retryAfter: 2, ...outcome, requestId: 'req-1' };
    expect(JSON.parse(body)).toEqual({ errors: [{ message: 'late', extensions }], data: null });
  });

  it('has the status of an overloaded process', () => {
    expect(start().writeLost(new GatewayError('OVERLOADED', 'no')).status).toBe(503);
  });
});

describe('the response to a refused request', () => {
  it.each([
    ['UNAUTHENTICATED', true, {}, 401],
    ['UNAUTHENTICATED', false, {}, 401],
    ['GRAPHQL_PARSE_FAILED', true, {}, 200],
    ['GRAPHQL_PARSE_FAILED', false, {}, 400],
    ['GRAPHQL_PARSE_FAILED', true, { status: 415 }, 415],
  ] as const)('%s, as plain JSON: %s, with %j has status %i', (code, isPlainJson, details, status) => {
    const { writer } = start();
    const refusal = writer.writeRefusal(new GatewayError(code, 'no', details), 'req-2', isPlainJson);
    const body = `{"errors":[{"message":"no","extensions":{"code":"${code}","requestId":"req-2"}}]}\n`;
    expect(refusal).toEqual({ status, body, codes: [code], retryAfter: undefined, allow: undefined });
  });

  it('says when to retry, and which methods are allowed', () => {
    const error = new GatewayError('BAD_REQUEST', 'no', { retryAfter: 3, allow: 'GET' });
    expect(start().writer.writeRefusal(error, 'r', true)).toMatchObject({ retryAfter: 3, allow: 'GET' });
  });

  it.each([
    [true, 'Unknown field'],
    [false, 'The operation or its variables do not match the schema, or use introspection, which is turned off.'],
  ])(
    'has every mistake of an invalid document, located by line, and may quote the schema: %s',
    (showsSchema, message) => {
      const mistakes = [1, 2].map(
        () => new GraphQLError('Unknown field', { source: new Source(' '.repeat(20)), positions: [6] }),
      );
      const error = new InvalidRequest('GRAPHQL_VALIDATION_FAILED', mistakes, ({ column }) => ({ line: 9, column }));
      const { body } = start({ showsSchema }).writer.writeRefusal(error, 'r', true);
      const extensions = { code: 'GRAPHQL_VALIDATION_FAILED', requestId: 'r' };
      const shown = { message, locations: [{ line: 9, column: 7 }], extensions };
      expect(JSON.parse(body)).toEqual({ errors: [shown, shown] });
    },
  );
});
