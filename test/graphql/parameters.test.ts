import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/errors.ts';
import { readGetParameters, readPostParameters } from '../../src/graphql/pipeline/parameters.ts';

const nothing = {
  query: undefined,
  documentId: undefined,
  sha256: undefined,
  operationName: undefined,
  variables: {},
  isSafe: false,
};
const persisted = (sha256Hash: unknown, version: unknown = 1) => ({ persistedQuery: { version, sha256Hash } });

/** Reads a `GET` with these parameters. */
function readGet(parameters: readonly (readonly [string, string])[] | Readonly<Record<string, string>>) {
  const fields = Array.isArray(parameters) ? parameters : Object.entries(parameters);
  return readGetParameters(`?${new URLSearchParams(fields)}`);
}

/** The message of the error `BAD_REQUEST` that a function throws. */
function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(GatewayError);
    expect(error).toMatchObject({ code: 'BAD_REQUEST' });
    return String((error as GatewayError).message);
  }
  return expect.fail('nothing was thrown');
}

describe('the parameters of a POST', () => {
  it('are read from its JSON', () => {
    const body = { query: '{ a }', operationName: 'A', variables: { b: [1] }, extensions: { other: 1 }, more: 1 };
    const { query, operationName, variables } = body;
    expect(readPostParameters(body)).toEqual({ ...nothing, query, operationName, variables });
  });

  it.each([undefined, null, ''])('may be absent as %j', (absent) => {
    const body = { query: '{ a }', documentId: absent, doc_id: absent, operationName: absent };
    expect(readPostParameters(body)).toEqual({ ...nothing, query: '{ a }' });
    const variables = absent === '' ? undefined : absent;
    const extensions = [variables, { persistedQuery: variables }];
    for (const one of extensions) {
      expect(readPostParameters({ ...body, variables, extensions: one })).toEqual({ ...nothing, query: '{ a }' });
    }
  });

  it.each([
    ['documentId', { documentId: 'x' }],
    ['doc_id', { doc_id: 'x' }],
    ['a persisted query', { extensions: persisted('x') }],
    ['several that are equal', { documentId: 'x', doc_id: 'x', extensions: persisted('x') }],
    ['an id beside an empty document', { query: '', documentId: 'x' }],
  ])('may name the document by %s', (_way, body) => {
    expect(readPostParameters(body)).toEqual({ ...nothing, documentId: 'x' });
  });

  it('may have the hash of the document with it', () => {
    const body = { query: '{ a }', extensions: persisted('x') };
    expect(readPostParameters(body)).toEqual({ ...nothing, query: '{ a }', sha256: 'x' });
  });

  it.each([
    ['{}', 'has no document'],
    ['{"variables": {}, "operationName": "A"}', 'has no document'],
    ['{"documentId": "x", "doc_id": "y"}', 'several documents'],
    ['{"documentId": "x", "extensions": {"persistedQuery": {"version": 1, "sha256Hash": "y"}}}', 'several documents'],
    ['[]', 'Batches'],
    ['[{"query": "{ a }"}]', 'Batches'],
    ['null', 'JSON object'],
    ['"{ a }"', 'JSON object'],
    ['1', 'JSON object'],
    ['{"query": 1}', '"query" must be a string'],
    ['{"query": false}', '"query" must be a string'],
    ['{"query": ["{ a }"]}', '"query" must be a string'],
    ['{"documentId": 5}', '"documentId" must be a string'],
    ['{"doc_id": {}}', '"doc_id" must be a string'],
    ['{"query": "{ a }", "operationName": 0}', '"operationName" must be a string'],
    ['{"query": "{ a }", "variables": []}', '"variables" must be a JSON object'],
    ['{"query": "{ a }", "variables": "{}"}', '"variables" must be a JSON object'],
    ['{"query": "{ a }", "variables": 0}', '"variables" must be a JSON object'],
    ['{"query": "{ a }", "extensions": ""}', '"extensions" must be a JSON object'],
    ['{"query": "{ a }", "extensions": []}', '"extensions" must be a JSON object'],
    ['{"query": "{ a }", "extensions": {"persistedQuery": "x"}}', 'persistedQuery'],
    ['{"query": "{ a }", "extensions": {"persistedQuery": []}}', 'persistedQuery'],
    ['{"query": "{ a }", "extensions": {"persistedQuery": 0}}', 'persistedQuery'],
    ['{"query": "{ a }", "extensions": {"persistedQuery": {"version": 2, "sha256Hash": "x"}}}', 'persistedQuery'],
    ['{"query": "{ a }", "extensions": {"persistedQuery": {"version": 1}}}', 'persistedQuery'],
    ['{"query": "{ a }", "extensions": {"persistedQuery": {"version": 1, "sha256Hash": ""}}}', 'persistedQuery'],
    ['{"query": "{ a }", "extensions": {"persistedQuery": {"version": 1, "sha256Hash": ["x"]}}}', 'persistedQuery'],
    ['{"query": "{ a }", "extensions": {"persistedQuery": {"sha256Hash": "x"}}}', 'persistedQuery'],
  ])('are refused as %s, with the reason: %s', (body, reason) => {
    expect(refusal(() => readPostParameters(JSON.parse(body)))).toContain(reason);
  });
});

describe('the parameters of a GET', () => {
  it('are read from its URL, and permit queries only', () => {
    const search = { query: '{ a }', operationName: 'A', variables: '{"b": [1]}', extensions: '{"other": 1}' };
    expect(readGet(search)).toEqual({
      ...nothing,
      query: '{ a }',
      operationName: 'A',
      variables: { b: [1] },
      isSafe: true,
    });
  });

  it.each([
    [{ documentId: 'x' }],
    [{ doc_id: 'x' }],
    [{ extensions: JSON.stringify(persisted('x')) }],
    [{ query: '', documentId: 'x', operationName: '', variables: '', extensions: '' }],
  ])('may name the document: %j', (search) => {
    expect(readGet(search)).toEqual({ ...nothing, documentId: 'x', isSafe: true });
  });

  it('are strings even where they look like JSON', () => {
    expect(readGet({ query: '5', operationName: '{}' })).toMatchObject({ query: '5', operationName: '{}' });
  });

  it.each(['query', 'documentId', 'doc_id', 'operationName', 'variables', 'extensions'])(
    'are refused if `%s` is sent twice',
    (name) => {
      const twice = [
        [name, '{}'],
        ['query', '{ a }'],
        [name, '{}'],
      ] as const;
      expect(refusal(() => readGet(twice))).toContain(name === 'query' ? '"query"' : `"${name}"`);
    },
  );

  it('may have others beside them, any number of times', () => {
    const search = [
      ['utm', '1'],
      ['utm', '2'],
      ['__proto__', '1'],
      ['query', '{ a }'],
    ] as const;
    expect(readGet(search)).toEqual({ ...nothing, query: '{ a }', isSafe: true });
  });

  it.each([
    ['variables', '{'],
    ['variables', '[]'],
    ['variables', '1'],
    ['extensions', '{'],
    ['extensions', '"x"'],
  ])('are refused with the name of the parameter if `%s` is %s', (name, value) => {
    expect(refusal(() => readGet({ query: '{ a }', [name]: value }))).toMatch(
      new RegExp(`"${name}" must be a JSON object`),
    );
  });

  it('are refused if there is no document', () => {
    expect(refusal(() => readGetParameters(''))).toContain('has no document');
    expect(refusal(() => readGetParameters('?variables={}'))).toContain('has no document');
  });
});
