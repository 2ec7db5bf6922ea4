import { createHash } from 'node:crypto';
import { buildSchema, getLocation, getOperationAST, parse, Source } from 'graphql';
import { describe, expect, it, vi } from 'vitest';
import { DocumentStore } from '../../src/graphql/documents/document-store.ts';
import { Operation } from '../../src/graphql/documents/operation.ts';
import { createPrepare } from '../../src/graphql/documents/prepare-document.ts';
import { parseDocument, toLines } from '../../src/graphql/documents/source-lines.ts';
import { InvalidRequest } from '../../src/graphql/invalid-request.ts';
import { parseSettings } from '../../src/settings/parse-settings.ts';

const schema = buildSchema(`
  type Query { name: String, one: Query }
  type Subscription { one: Query, two: Int }
`);

/** An operation of a document. */
function createOperation(document: string, name?: string): Operation {
  const syntaxTree = parse(document);
  const node = getOperationAST(syntaxTree, name) ?? expect.fail();
  return new Operation(schema, syntaxTree, node, { varies: false, variableUses: new Map(), schemaBytes: 0 });
}

describe('the store of documents', () => {
  const prepare = (text: string) => ({ syntaxTree: parse(text) });

  it('prepares a document once, and finds it by its hash', () => {
    const prepared = vi.fn(prepare);
    const store = new DocumentStore(prepared);
    const known = store.get('{ name }');
    expect(store.get('{ name }')).toBe(known);
    expect(store.getByHash(createHash('sha256').update('{ name }').digest('hex'))).toBe(known);
    expect(prepared).toHaveBeenCalledTimes(1);
  });

  it('evicts the least recently used document, not the oldest', () => {
    const store = new DocumentStore(prepare);
    const busy = store.get('{ name }');
    // Each takes about one per cent of the memory for documents.
    for (let index = 0; index < 300; index++) {
      store.get(`{ name } #${String(index).padEnd(6_400)}`);
      expect(store.get('{ name }')).toBe(busy);
    }
    const idle = store.get('{ a: name }');
    for (let index = 300; index < 600; index++) store.get(`{ name } #${String(index).padEnd(6_400)}`);
    expect(store.getByHash(idle.sha256)).toBeUndefined();
  });

  it('counts each operation of a document towards its memory', () => {
    const store = new DocumentStore(prepare);
    const first = store.get('{ name }');
    const below = Array.from({ length: 250 }, (_, index) => `a${index}: name`).join(' ');
    const names = Array.from({ length: 150 }, (_, index) => `O${index}`);
    const text = `${names.map((name) => `query ${name} { ...F }`).join(' ')} fragment F on Query { ${below} }`;
    const document = store.get(text);
    for (const name of names) store.addOperation(document, name, createOperation(text, name));
    expect(store.getByHash(first.sha256)).toBeUndefined();
  });

  it('keeps even a document that takes more than all of its memory', () => {
    const store = new DocumentStore(prepare);
    const { sha256 } = store.get(`{ name } #${'x'.repeat(700_000)}`);
    expect(store.getByHash(sha256)).toBeDefined();
    store.get('{ name }');
    expect(store.getByHash(sha256)).toBeUndefined();
  });

  it('does not keep a document that cannot be prepared', () => {
    const prepared = vi.fn(prepare);
    const store = new DocumentStore(prepared);
    for (const _time of ['first', 'second']) expect(() => store.get('{')).toThrow('Syntax Error');
    expect(prepared).toHaveBeenCalledTimes(2);
    expect(store.getByHash(createHash('sha256').update('{').digest('hex'))).toBeUndefined();
  });

  it('keeps the operations of a document, which is still found by its hash', () => {
    const store = new DocumentStore(prepare);
    const text = 'query A { name } query B { name }';
    const operations = ['A', 'B'].map((name) => [name, createOperation(text, name)] as const);
    for (const [name, operation] of operations) store.addOperation(store.get(text), name, operation);
    const { sha256 } = store.get(text);
    for (const found of [store.get(text), store.getByHash(sha256)]) {
      expect([...(found?.operations ?? [])]).toEqual(operations);
    }
  });

  it('counts a use of a document by its hash', () => {
    const store = new DocumentStore(prepare);
    const { sha256 } = store.get('{ name }');
    for (let index = 0; index < 300; index++) {
      store.get(`{ name } #${String(index).padEnd(6_400)}`);
      expect(store.getByHash(sha256)?.text).toBe('{ name }');
    }
  });
});

describe('a document is', () => {
  const limits = parseSettings({ MAX_DOCUMENT_CHARACTERS: '2000', MAX_DEPTH: '5' });
  const prepare = createPrepare({ schema, limits, introspection: true });
  const prepareBlind = createPrepare({ schema, limits, introspection: false });

  /** The errors of a document that is refused. */
  function refused(text: string, how = prepare) {
    try {
      how(text);
    } catch (error) {
      if (!(error instanceof InvalidRequest)) throw error;
      return {
        code: error.code,
        messages: error.mistakes.map(({ message }) => message),
        lines: error.mistakes.map(({ locations }) => locations?.map(error.toLine)),
      };
    }
    return null;
  }

  it('parsed if it is valid', () => {
    expect(prepare('{ name one { name } }').syntaxTree.definitions).toHaveLength(1);
  });

  it('refused for its limits before it is parsed or validated', () => {
    expect(() => prepare(`{${' '.repeat(2_000)}`)).toThrow('MAX_DOCUMENT_CHARACTERS');
    expect(() => prepare(`{ no ${'{ one '.repeat(5)}${'}'.repeat(6)}`)).toThrow('MAX_DEPTH');
  });

  it('refused for its syntax, where the error is', () => {
    const found = { code: 'GRAPHQL_PARSE_FAILED', messages: [expect.stringContaining('Syntax Error')] };
    expect(refused('{\n  name(')).toEqual({ ...found, lines: [[{ line: 2, column: 8 }]] });
  });

  it('refused if it is invalid, with the line of each error', () => {
    expect(refused('{\n  no\r\n one { no2 } }')).toEqual({
      code: 'GRAPHQL_VALIDATION_FAILED',
      messages: [expect.stringContaining('"no"'), expect.stringContaining('"no2"')],
      lines: [[{ line: 2, column: 3 }], [{ line: 3, column: 8 }]],
    });
  });

  it('refused with at most twenty errors, and one that says that there are more', () => {
    const names = Array.from({ length: 30 }, (_, index) => `no${index}`);
    expect(refused(`{ ${names.join(' ')} }`)?.messages).toHaveLength(20 + 1);
    const conditional = names.map((name) => `subscription ${name} { two @skip(if: true) }`).join(' ');
    expect(refused(conditional)?.messages).toHaveLength(20);
  });

  it('refused for introspection if that is off, but not for the names of types', () => {
    const text = '{ __schema { types { name } } __type(name: "Query") { name } one { __typename } __typename }';
    expect(refused(text)).toBeNull();
    expect(refused(text, prepareBlind)).toEqual({
      code: 'GRAPHQL_VALIDATION_FAILED',
      messages: Array(2).fill(expect.stringContaining('Introspection is turned off')),
      lines: [[{ line: 1, column: 3 }], [{ line: 1, column: 31 }]],
    });
    expect(refused('{ name __typename }', prepareBlind)).toBeNull();
  });

  it.each([
    'subscription { two @skip(if: true) }',
    'subscription ($no: Boolean!) { two @include(if: $no) }',
    'subscription { ... @skip(if: true) { two } }',
    'subscription { ...F @skip(if: true) } fragment F on Subscription { two }',
    'subscription { ...F } fragment F on Subscription { ... { two @skip(if: true) } }',
    'subscription { ...Nothing ...F } fragment F on Subscription { two @skip(if: true) }',
    'subscription { ... { two } ...F } fragment F on Subscription { two @skip(if: true) }',
    'fragment F on Subscription { two @skip(if: true) } query Q { name } subscription A { ...F }',
  ])('refused if the root field of a subscription has a directive: %s', (text) => {
    expect(refused(text)?.messages).toEqual(['The root field of a subscription takes no directives.']);
  });

  it('refused for each of its subscriptions, where its directive is', () => {
    const text = 'subscription A { ...F } subscription B { ...F } fragment F on Subscription { two @skip(if: true) }';
    expect(refused(text)?.lines).toEqual(Array(2).fill([{ line: 1, column: 78 }]));
    expect(refused('subscription { one { name } ...F } fragment F on Subscription { ...F }')?.messages).not.toContain(
      'The root field of a subscription takes no directives.',
    );
  });

  it.each([
    'subscription { one { name @skip(if: true) ... @include(if: true) { name } } }',
    'query { name @skip(if: true) }',
    'subscription A { two } query B { name @skip(if: true) }',
  ])('accepted if only other fields have directives: %s', (text) => {
    expect(refused(text)).toBeNull();
  });
});

describe('the location of an error', () => {
  const texts = ['', '{ a }', 'a\nb\rc\r\nd', '\n\n\r\r\n\n\ra', '\r\n{\n  name\r\n  one }\n'];
  it.each(texts)('is the line and column that graphql-js finds, at each offset of %j', (text) => {
    const toLine = toLines(text);
    const source = new Source(text);
    // graphql-js cannot locate the line feed of a line break of two characters.
    for (let offset = 0; offset <= text.length; offset++) {
      if (text.slice(offset - 1, offset + 1) === '\r\n') continue;
      expect(toLine({ line: 1, column: offset + 1 })).toEqual(getLocation(source, offset));
    }
  });

  it('is an offset until then, so that it need not be searched for', () => {
    const { loc } = parseDocument('{\n  a\n  b }').definitions[0] ?? expect.fail();
    expect(loc?.source.body).toBe('');
    expect(getLocation(loc?.source ?? expect.fail(), 8)).toEqual({ line: 1, column: 9 });
  });
});
