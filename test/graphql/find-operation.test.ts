import { createHash } from 'node:crypto';
import { buildSchema } from 'graphql';
import { describe, expect, it, vi } from 'vitest';
import { GatewayError } from '../../src/errors.ts';
import { DocumentStore } from '../../src/graphql/documents/document-store.ts';
import { createPrepare } from '../../src/graphql/documents/prepare-document.ts';
import { InvalidRequest } from '../../src/graphql/invalid-request.ts';
import { SchemaBytes } from '../../src/graphql/limits/schema-bytes.ts';
import { createFindOperation, type Trust } from '../../src/graphql/pipeline/find-operation.ts';
import type { Parameters } from '../../src/graphql/pipeline/parameters.ts';
import { parseTrustedDocuments } from '../../src/graphql/trusted-documents.ts';
import { parseSettings } from '../../src/settings/parse-settings.ts';
import type { Limits } from '../../src/settings/settings.ts';

const schema = buildSchema(`
  type Query { a(n: Int, b: Int, s: String): Int, list(first: Int): [Item], one: Item }
  type Mutation { write: Int }
  type Item { name: String }
`);
const nothing: Parameters = {
  query: undefined,
  documentId: undefined,
  sha256: undefined,
  operationName: undefined,
  variables: {},
  isSafe: false,
};

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

interface Options {
  readonly limits?: Partial<Limits>;
  readonly mode?: Trust['mode'];
  readonly manifest?: Readonly<Record<string, string>>;
}

/** A function that finds operations, and the calls of `onUntrusted`. */
function create({ limits = {}, mode = 'off', manifest }: Options = {}) {
  const all = { ...parseSettings({}), ...limits };
  const onUntrusted = vi.fn<Trust['onUntrusted']>();
  const documents = manifest ? parseTrustedDocuments(JSON.stringify(manifest)) : null;
  const store = new DocumentStore(createPrepare({ schema, limits: all, introspection: true }));
  const trust = { documents: () => documents, mode, onUntrusted };
  const find = createFindOperation({ schema, limits: all, store, trust });
  return {
    onUntrusted,
    store,
    find: (parameters: Partial<Parameters>, isRouter = false) =>
      find({ ...nothing, ...parameters }, { requestId: 'the-id', isRouter }),
  };
}

/** The error that a function throws. */
function thrownBy(run: () => unknown): GatewayError {
  try {
    run();
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  return expect.fail('nothing was thrown');
}

const text = 'query A($n: Int = 3) { a(n: $n) }';

describe('a document', () => {
  it('is found by its text, with the variables as sent and as coerced', () => {
    const { document, operation, ...rest } = create().find({ query: text, operationName: 'A', variables: {} });
    expect([document.text, operation.node.name?.value]).toEqual([text, 'A']);
    expect(rest).toMatchObject({ operationName: 'A', variables: {}, validVariables: { n: 3 } });
  });

  it.each([sha256(text), `sha256:${sha256(text)}`])('is found by its hash once it is known: %s', (documentId) => {
    const { find } = create();
    expect(thrownBy(() => find({ documentId }))).toMatchObject({
      code: 'PERSISTED_QUERY_NOT_FOUND',
      message: 'PersistedQueryNotFound',
    });
    const { document, operation } = find({ query: text, sha256: sha256(text) });
    const again = [find({ documentId }), find({ query: text, sha256: sha256(text) }), find({ query: text })];
    for (const found of again) {
      expect(found.document.text).toBe(text);
      expect(found.operation).toBe(operation);
      expect(found.document.syntaxTree).toBe(document.syntaxTree);
    }
  });

  it('is not found by a text that only contains its hash', () => {
    const { find } = create();
    find({ query: text });
    const hash = sha256(text);
    for (const documentId of [`x-sha256:${hash}`, `${hash}x`, `sha1:${hash}`, hash.replace(/^./, '$&sha256:')]) {
      expect(thrownBy(() => find({ documentId })).code).toBe('PERSISTED_QUERY_NOT_FOUND');
    }
  });

  it('is refused with the hash of another, known or not', () => {
    const { find } = create();
    const other = '{ a }';
    for (const _time of ['unknown', 'known']) {
      const { code, message } = thrownBy(() => find({ query: text, sha256: sha256(other) }));
      expect([code, message]).toEqual(['BAD_REQUEST', expect.stringContaining('sha256Hash')]);
      find({ query: other });
    }
  });

  it('is found by its id in the manifest', () => {
    const { find } = create({ manifest: { one: text }, mode: 'enforce' });
    expect(find({ documentId: 'one' }).document.text).toBe(text);
    expect(find({ documentId: 'sha256:one' }).document.text).toBe(text);
  });
});

describe('trust', () => {
  const manifest = { one: text };
  const other = 'query Other { a }';

  it('is not needed while it is off', () => {
    const { find, onUntrusted } = create({ manifest });
    find({ query: other });
    expect(onUntrusted).not.toHaveBeenCalled();
  });

  it('is needed if it is enforced, for each way to name a document', () => {
    const { find, onUntrusted, store } = create({ manifest, mode: 'enforce' });
    store.get(other);
    for (const way of [
      { query: other },
      { query: other, sha256: sha256(other) },
      { documentId: sha256(other) },
      { documentId: 'x' },
    ]) {
      const { code, message } = thrownBy(() => find(way));
      expect([code, message]).toEqual(['DOCUMENT_NOT_TRUSTED', expect.stringContaining('manifest')]);
    }
    expect(find({ query: text }).document.text).toBe(text);
    expect(find({ documentId: sha256(text) }).document.text).toBe(text);
    expect(find({ query: other }, true).document.text).toBe(other);
    expect(onUntrusted).not.toHaveBeenCalled();
  });

  it('is needed if it is enforced and there is no manifest', () => {
    const { find } = create({ mode: 'enforce' });
    expect(thrownBy(() => find({ query: text })).code).toBe('DOCUMENT_NOT_TRUSTED');
  });

  it('is reported if it is logged', () => {
    const { find, onUntrusted } = create({ manifest, mode: 'log' });
    find({ query: text });
    find({ query: other }, true);
    expect(onUntrusted).not.toHaveBeenCalled();
    find({ query: other, operationName: 'Other' });
    expect(onUntrusted.mock.calls).toEqual([['Other', 'the-id']]);
    expect(thrownBy(() => find({ documentId: 'unknown' })).code).toBe('PERSISTED_QUERY_NOT_FOUND');
    expect(onUntrusted).toHaveBeenLastCalledWith(undefined, 'the-id');
  });
});

describe('the operation', () => {
  const two = 'query A { a } mutation B { write }';

  it('is the one with the requested name', () => {
    const { find } = create();
    expect(find({ query: two, operationName: 'A' }).operation.node.operation).toBe('query');
    expect(find({ query: two, operationName: 'B' }).operation.node.operation).toBe('mutation');
    expect(find({ query: two, operationName: 'A' }).operation.node.operation).toBe('query');
  });

  it.each([
    [undefined, 'several operations, or none'],
    ['C', 'no operation with this name'],
  ])('is refused if its name is %s', (operationName, reason) => {
    const { code, message } = thrownBy(() => create().find({ query: two, ...(operationName && { operationName }) }));
    expect([code, message]).toEqual(['OPERATION_RESOLUTION_FAILURE', expect.stringContaining(reason)]);
  });

  it('is refused if the schema has no such operations', () => {
    const readOnly = buildSchema('type Query { a: Int }');
    const limits = parseSettings({});
    const store = new DocumentStore(createPrepare({ schema, limits, introspection: true }));
    const trust: Trust = { documents: () => null, mode: 'off', onUntrusted: () => {} };
    const find = createFindOperation({ schema: readOnly, limits, store, trust });
    const sender = { requestId: 'r', isRouter: false };
    const { code, message } = thrownBy(() => find({ ...nothing, query: 'mutation { write }' }, sender));
    expect([code, message]).toEqual(['GRAPHQL_VALIDATION_FAILED', expect.stringContaining('no mutation type')]);
  });

  it('must be a query if the request is safe', () => {
    const { find } = create();
    expect(find({ query: two, operationName: 'A', isSafe: true }).operation.node.operation).toBe('query');
    const { code, message, details } = thrownBy(() => find({ query: two, operationName: 'B', isSafe: true }));
    expect([code, message, details]).toEqual([
      'BAD_REQUEST',
      expect.stringContaining('POST'),
      { status: 405, allow: 'POST' },
    ]);
  });
});

describe('the limits', () => {
  const list = 'query ($first: Int) { list(first: $first) { name } }';
  const limits = { maxCost: 20 };

  it('are checked with the variables of each request', () => {
    const { find } = create({ limits });
    for (const _time of ['first', 'second']) {
      expect(find({ query: list, variables: { first: 5 } }).validVariables).toEqual({ first: 5 });
      const { code, details } = thrownBy(() => find({ query: list, variables: { first: 50 } }));
      expect([code, details.limit]).toEqual(['LIMIT_EXCEEDED', { name: 'MAX_COST', allowed: 20, found: 60 }]);
    }
  });

  it('do not make a new operation of each request', () => {
    const { find } = create({ limits });
    const operations = [1, 2, 3].map((first) => find({ query: list, variables: { first } }).operation);
    expect(new Set(operations).size).toBe(1);
  });

  it('are checked once for an operation whose cost does not depend on variables', () => {
    const { find, store } = create({ limits });
    const add = vi.spyOn(store, 'addOperation');
    const operations = [1, 2, 3].map(() => find({ query: '{ one { name } }' }).operation);
    expect(new Set(operations).size).toBe(1);
    expect(add).toHaveBeenCalledTimes(1);
  });

  it('are checked for the variables, by their uses', () => {
    const { find } = create({ limits: { maxVariableValues: 3 } });
    const query = 'query ($n: Int) { a(n: $n) b: a(n: $n) }';
    const details = thrownBy(() => find({ query, variables: { n: 1, unused: [1] } })).details;
    expect(details.limit).toMatchObject({ name: 'MAX_VARIABLE_VALUES', found: 4 });
    expect(find({ query, variables: { n: 1, unused: 1 } }).variables).toEqual({ n: 1, unused: 1 });
  });

  it('permit one introspection, and the others of the document are not counted', () => {
    const { find } = create();
    const one = (name: string) => `query ${name} { __schema { types { name kind fields { name args { name } } } } }`;
    const query = Array.from({ length: 50 }, (_, index) => one(`Q${index}`)).join(' ');
    expect(find({ query, operationName: 'Q7' }).operation.schemaBytes).toBeGreaterThan(0);
    const aliases = Array.from(
      { length: 80 },
      (_, index) => `a${index}: __schema { types { name kind fields { name } } }`,
    ).join(' ');
    const { details, message } = thrownBy(() => find({ query: `{ ${aliases} }` }));
    expect(details.limit).toMatchObject({ name: 'MAX_ANSWER_BYTES' });
    expect(message).toContain('introspection');
    expect(find({ query: '{ a }' }).operation.schemaBytes).toBe(0);
  });

  it('permit introspection of exactly the maximum', () => {
    const { find } = create({ limits: { maxDocumentCharacters: 1_000_000 } });
    const { max } = new SchemaBytes(schema);
    const ask = (characters: number) => ({ query: `{ __schema { ${'x'.repeat(characters)}: description } }` });
    const others = find(ask(1)).operation.schemaBytes - 1;
    expect(find(ask(max - others)).operation.schemaBytes).toBe(max);
    expect(thrownBy(() => find(ask(max - others + 1))).details.limit).toMatchObject({ allowed: max, found: max + 1 });
  });
});

describe('invalid variables', () => {
  const names = Array.from({ length: 30 }, (_, index) => `v${index}`);
  const uses = names.map((name) => `${name}: a(n: $${name})`).join(' ');
  const query = `query (${names.map((name) => `$${name}: Int!`).join()}) { ${uses} }`;

  function invalid(parameters: Partial<Parameters>): InvalidRequest {
    const error = thrownBy(() => create().find(parameters));
    if (!(error instanceof InvalidRequest)) throw error;
    expect(error.code).toBe('BAD_USER_INPUT');
    return error;
  }

  /** Thirty invalid variables with this number of characters, in names and in values of this kind. */
  function variablesOf(characters: number, fill: (characters: number) => unknown) {
    const small = Object.fromEntries(names.map((name) => [name, 'x']));
    const others = names.join('').length + names.length - 1;
    return { ...small, v0: fill(characters - others) };
  }

  const kinds: Readonly<Record<string, (characters: number) => unknown>> = {
    'a text': (characters) => 'x'.repeat(characters),
    'a list of numbers': (characters) => Array.from({ length: characters }, () => 1),
    'the key of an object': (characters) => ({ ['k'.repeat(characters - 'null'.length)]: null }),
    'a nested text': (characters) => [[{ a: ['x'.repeat(characters - 1)] }]],
  };

  /** One more error says that there are more. */
  it.each(
    Object.keys(kinds).flatMap((kind) => [
      { kind, characters: 10_000, errors: 20 + 1 },
      { kind, characters: 10_001, errors: 1 + 1 },
    ]),
  )(
    'have $errors errors if there are many with $characters characters, also in $kind',
    ({ kind, characters, errors }) => {
      const variables = variablesOf(characters, kinds[kind] ?? String);
      expect(invalid({ query, variables }).mistakes).toHaveLength(errors);
    },
  );

  it.each(['[', '{"a":'])('have an error as well if they are nested ten thousand levels deep: %s', (open) => {
    const close = open === '[' ? ']' : '}';
    const nested: unknown = JSON.parse(`${open.repeat(10_000)}1${close.repeat(10_000)}`);
    for (const variables of [{ ...variablesOf(200, String), junk: nested }, { v0: nested }]) {
      expect(invalid({ query, variables }).mistakes.length).toBeGreaterThan(1);
    }
  });

  it('have one error if there is one', () => {
    const variables = { ...Object.fromEntries(names.map((name) => [name, 1])), v3: 'x' };
    expect(invalid({ query, variables }).mistakes).toHaveLength(1);
  });

  it('are located in the document', () => {
    const { mistakes, toLine } = invalid({ query: 'query (\n  $n: Int!) { a(n: $n) }' });
    expect(mistakes[0]?.locations?.map(toLine)).toEqual([{ line: 2, column: 3 }]);
  });
});
