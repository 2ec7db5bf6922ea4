import { createHash } from 'node:crypto';
import { getIntrospectionQuery } from 'graphql';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/errors.ts';
import { DocumentStore } from '../../src/graphql/documents/document-store.ts';
import { createPrepare } from '../../src/graphql/documents/prepare-document.ts';
import type { Refusal } from '../../src/graphql/limits/refusal.ts';
import { createFindOperation } from '../../src/graphql/pipeline/find-operation.ts';
import type { Parameters } from '../../src/graphql/pipeline/parameters.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import { parseSettings } from '../../src/settings/parse-settings.ts';
import { type Limits, settingTable } from '../../src/settings/settings.ts';
import { startGateway } from '../support/gateway.ts';
import { sendJson, startUpstream } from '../support/upstream.ts';

const schema = createSchema();
const defaults: Limits = parseSettings({});

/** The limit that a request exceeds; null if it exceeds none, or if GraphQL itself refuses it. */
function createCheck(limits: Partial<Limits> = {}) {
  const all = { ...defaults, ...limits };
  const find = createFindOperation({
    schema,
    limits: all,
    store: new DocumentStore(createPrepare({ schema, limits: all, introspection: true })),
    trust: { documents: () => null, mode: 'off', onUntrusted: () => {} },
  });
  const nothing = { documentId: undefined, sha256: undefined, operationName: undefined, variables: {}, isSafe: false };
  return (query: string, rest: Partial<Parameters> = {}): Refusal | null => {
    try {
      find({ ...nothing, query, ...rest }, { requestId: 'r', isRouter: false });
      return null;
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      const { limit } = error.details;
      if (limit === undefined) return null;
      const [key] = Object.entries(settingTable).find(([, { name }]) => name === limit.name) ?? expect.fail();
      return { limit: key as keyof Limits, allowed: limit.allowed, found: limit.found };
    }
  };
}

function check(query: string, rest: Partial<Parameters> = {}, limits: Partial<Limits> = {}): Refusal | null {
  return createCheck(limits)(query, rest);
}

function times(count: number, text: (index: number) => string, separator = ' '): string {
  return Array.from({ length: count }, (_, index) => text(index)).join(separator);
}

/**
 * The CPU time of a function, which is the time it blocks the event loop on an idle machine: the lowest average of several
 * batches, because other processes can only slow it down. Stops after the first batch below `enoughMs`.
 */
function leastCpuMs(enoughMs: number, run: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  run();
  for (let batch = 0; batch < 10 && least >= enoughMs; batch++) {
    const start = process.threadCpuUsage();
    for (let left = runsPerBatch; left > 0; left--) run();
    const { user, system } = process.threadCpuUsage(start);
    least = Math.min(least, (user + system) / 1000 / runsPerBatch);
  }
  return least;
}

/** Enough to average out the ticks of up to 10 ms in which CPU time is counted. */
const runsPerBatch = 20;
/** How long one request without a token may block the event loop: 20 ms, and twice as long on a busy machine. */
const maxMs = 40;

const attributes = 'id name status visibility createdAt updatedAt size minDisk minRam tags protected osHidden checksum';

/** Documents designed to take time or memory; each is the worst known of its kind. */
const bombs: Readonly<Record<string, readonly [string, keyof Limits]>> = {
  'a megabyte of spaces': [' '.repeat(1_000_000), 'maxDocumentCharacters'],
  'many aliases at the root': [`{ ${times(5_000, (i) => `a${i}: __typename`)} }`, 'maxTokens'],
  'aliases of one field': [`{ ${times(101, (i) => `a${i}: __typename`)} }`, 'maxAliasesPerField'],
  'aliases in total': [
    `{ ${times(70, (i) => `a${i}: image(id: 1) { b${i}: id c${i}: name d${i}: id }`)} }`,
    'maxAliases',
  ],
  'nesting that would overflow the stack': [`${'{ a '.repeat(5_000)}${'}'.repeat(5_000)}`, 'maxDepth'],
  'nested lists in an argument': [`{ image(id: ${'['.repeat(20_000)}1${']'.repeat(20_000)}) { id } }`, 'maxDepth'],
  'braces that are never closed': ['{'.repeat(100_000), 'maxDepth'],
  'braces hidden behind strings': [`${'{ a(b: "}}}}") '.repeat(2_000)}`, 'maxDepth'],
  'comments only': [`${'#\n'.repeat(6_000)}{ __typename }`, 'maxTokens'],
  'fields to merge': [`{ ${times(51, () => '__typename')} }`, 'maxFieldRepeats'],
  'fields to merge, nested in others': [
    `{ ${times(8, () => `images { ${times(8, () => 'nodes { id }')} }`)} }`,
    'maxFieldRepeats',
  ],
  'more fields at the root than allowed': [
    `{ ${times(10, (i) => `f${i}: images { edges { cursor } }`)} ${times(91, (i) => `g${i}`)} }`,
    'maxRootFields',
  ],
  'more fields in total than allowed': [
    `{ ${times(50, (i) => `f${i}: images { nodes { ${attributes} ${attributes} ${attributes} } }`)} }`,
    'maxFields',
  ],
  'line breaks': [`${'\n'.repeat(5_001)}{ __typename }`, 'maxTokens'],
  'a string of many lines': [`{ image(id: """${'\n '.repeat(49_000)}""") { id } }`, 'maxTokens'],
  directives: [`{ __typename ${times(51, () => '@include(if: true)')} }`, 'maxDirectives'],
  operations: [times(101, (i) => `query Q${i} { __typename }`), 'maxDefinitions'],
  'fragments within fragments, each three times': [
    `{ ...F0 } ${times(60, (i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} ...F${i + 1} }`)}
     fragment F60 on Query { __typename }`,
    'maxFieldRepeats',
  ],
  'a cycle of fragments with many paths': [
    `{ ...F0 } ${times(90, (i) => `fragment F${i} on Query { ${times(20, (j) => `...F${(i + j + 1) % 90}`)} }`)}`,
    'maxDepth',
  ],
  'an unused chain of fragments': [
    times(99, (i) => `fragment F${i} on Query { ... { ... { ...F${i + 1} } } }`),
    'maxDepth',
  ],
  'lists in lists': [
    '{ images(first: 1000) { nodes { members { image { members { image { name } } } } } } }',
    'maxCost',
  ],
  'introspection under many aliases': [
    `{ ${times(99, (i) => `a${i}: __schema { types { name fields { name description type { name } } } }`)} }`,
    'maxAnswerBytes',
  ],
  'the SDL twice': ['{ a: _service { sdl } b: _service { sdl } }', 'maxAnswerBytes'],
  'the SDL under two aliases': ['{ _service { sdl again: sdl } }', 'maxAnswerBytes'],
  'the SDL under many aliases': [`{ _service { ${times(99, (i) => `a${i}: sdl`)} } }`, 'maxAnswerBytes'],
  'names of types under many aliases': [
    `{ __schema { types { fields { ${times(90, (i) => `a${i}: description`)} } } } }`,
    'maxAnswerBytes',
  ],
};

const prepare = createPrepare({ schema, limits: defaults, introspection: true });

/** The cost of preparing a document, whether it is refused or not. */
function prepareMs(document: string): number {
  return leastCpuMs(maxMs, () => {
    try {
      prepare(document);
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
    }
  });
}

describe.each(Object.entries(bombs))('%s', (_name, [document, limit]) => {
  it(`exceeds ${limit}`, () => {
    const allowed = limit === 'maxAnswerBytes' ? expect.any(Number) : defaults[limit];
    expect(check(document)).toEqual({ limit, allowed, found: expect.any(Number) });
  });

  it('takes little CPU time', () => {
    expect(prepareMs(document)).toBeLessThan(maxMs);
  });
});

describe('a document just within the limits', () => {
  const largest: Readonly<Record<string, string>> = {
    'fields to merge in many fragments': `{ images { nodes { ${times(50, (i) => `...F${i}`)} } } }
      ${times(50, (i) => `fragment F${i} on Image { ${attributes} }`)}`,
    'operations with variables': times(99, (i) => `query Q${i}($a: Int) { images(first: $a) { nodes { id } } }`),
    'unknown arguments': `{ image(${times(1_200, (i) => `a${i}: 1`)}) { id } }`,
    'unknown fields with long names': `{ ${times(99, (i) => `imageMember${'s'.repeat(900)}${i}`)} }`,
    'one long string': `{ image(id: """${'\n                   '.repeat(4_900)}""") { id } }`,
    'uses of variables': `query (${times(300, (i) => `$a${i}: ID`)}) { image(id: [${times(1_500, (i) => `$a${i % 300}`)}]) { id } }`,
    commas: `${','.repeat(99_000)}{ __typename }`,
  };
  it.each(Object.entries(largest))('is checked, parsed and validated quickly: %s', (_name, document) => {
    expect(check(document)).toBeNull();
    expect(prepareMs(document)).toBeLessThan(maxMs);
  });

  it('may have many introspection queries if only one is requested', () => {
    const document = times(90, (i) => `query Q${i} { __schema { types { name fields { name description } } } }`);
    expect(check(document, { operationName: 'Q1' })).toBeNull();
  });

  it('permits the introspection query of common tools', () => {
    const options = {
      inputValueDeprecation: true,
      specifiedByUrl: true,
      schemaDescription: true,
      directiveIsRepeatable: true,
    };
    expect(check(getIntrospectionQuery(options))).toBeNull();
  });

  it('leaves a fragment cycle to validation', () => {
    expect(check('{ ...A } fragment A on Query { ...B __typename } fragment B on Query { ...A }')).toBeNull();
  });

  it('leaves a syntax error to the parser', () => {
    expect(check('{ "')).toBeNull();
    expect(check(`{ ${'"" '.repeat(5_001)} "`)).toEqual({ limit: 'maxTokens', allowed: 5_000, found: 5_001 });
  });
});

describe('a request exactly at a limit', () => {
  /** For each limit, a request that has as many of what it counts. */
  const requests: Partial<Record<keyof Limits, (count: number) => readonly [string, Partial<Parameters>?]>> = {
    maxDocumentCharacters: (count) => ['{ a }'.padEnd(count)],
    maxTokens: (count) => [`{ ${times(count - 2, (i) => `f${i}`)} }`],
    maxDepth: (count) => ['{ a '.repeat(count) + '}'.repeat(count)],
    maxFields: (count) => [`{ ${times(count, (i) => (i % 2 ? '__typename' : 'images'))} }`],
    maxRootFields: (count) => [`{ ${times(count, (i) => `f${i}`)} }`],
    maxAliases: (count) => [`{ ${times(count, (i) => `a${i}: f${i}`)} }`],
    maxAliasesPerField: (count) => [`{ ${times(count, (i) => `a${i}: __typename`)} }`],
    maxFieldRepeats: (count) => [`{ ${times(count, () => '__typename')} }`],
    maxDirectives: (count) => [`{ __typename ${times(count, () => '@a')} }`],
    maxDefinitions: (count) => [times(count, (i) => `query Q${i} { __typename }`), { operationName: 'Q0' }],
    maxCost: (count) => [`{ ${times(count, (i) => `a${i}: image(id: 1) { id }`)} }`],
    maxRepresentations: (count) => [
      `{ _entities(representations: [${times(count, () => '""', ',')}]) { __typename } }`,
    ],
    maxVariableValues: (count) => ['{ __typename }', { variables: { a: Array(count - 1).fill(1) } }],
    maxVariableCharacters: (count) => ['{ __typename }', { variables: { a: 'x'.repeat(count) } }],
  };

  it.each(Object.entries(requests))('is within %s, and refused with one more', (key, toRequest) => {
    const limit = key as keyof Limits;
    const limits = { [limit]: 8 };
    const checkOf = (count: number) => {
      const [document, parameters] = toRequest(count);
      return check(document, parameters, limits);
    };
    expect(checkOf(8)).toBeNull();
    expect(checkOf(9)).toMatchObject({ limit, allowed: 8 });
  });
});

describe('the cost of lists', () => {
  const page = 'query ($n: Int) { images(first: $n) { nodes { members { image { name } } } } }';
  const cost = { maxCost: 2_000 };

  it('depends on the page size, wherever it is set', () => {
    expect(check(page, { variables: { n: 50 } }, cost)).toBeNull();
    expect(check(page, { variables: { n: 500 } }, cost)).toMatchObject({ limit: 'maxCost' });
    expect(check(page.replace('Int', 'Int = 500'), {}, cost)).toMatchObject({ limit: 'maxCost' });
    expect(check(page.replace('Int', 'Int = 500'), { variables: { n: 5 } }, cost)).toBeNull();
    expect(check('{ images(first: 500) { edges { node { members { image { id } } } } } }', {}, cost)).not.toBeNull();
    expect(check('{ images { edges { node { members { image { id } } } } } }', {}, cost)).toBeNull();
  });

  it('is checked again for every use of a document', () => {
    const again = createCheck(cost);
    const ask = (n: number) => again(page, { variables: { n } });
    expect([50, 500, 50, 500].map((n) => ask(n)?.limit)).toEqual([undefined, 'maxCost', undefined, 'maxCost']);
  });

  it('depends on the number of representations', () => {
    const entities = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Image { members { status } } } }';
    const r = Array.from({ length: 300 }, () => ({ __typename: 'Image', id: '1' }));
    expect(check(entities, { variables: { r } }, cost)?.limit).toBe('maxCost');
    expect(check(entities, { variables: { r: r.slice(0, 100) } }, cost)).toBeNull();
  });

  it.each([
    ['in a variable', 'query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }', { r: ['', '', ''] }],
    [
      'in the default of one',
      'query ($r: [_Any!]! = ["", "", ""]) { _entities(representations: $r) { __typename } }',
      {},
    ],
    ['in the document', '{ _entities(representations: ["", "", ""]) { __typename } }', {}],
    [
      'one by one',
      `query ($r: [_Any!]!) { ${times(3, (i) => `a${i}: _entities(representations: $r) { __typename }`)} }`,
      { r: { id: 1 } },
    ],
  ])('representations are counted %s', (_where, document, variables) => {
    const found = { limit: 'maxRepresentations', allowed: 2, found: 3 };
    expect(check(document, { variables }, { maxRepresentations: 2 })).toEqual(found);
    expect(check(document, { variables }, { maxRepresentations: 3 })).toBeNull();
  });

  it('is that of the requested operation', () => {
    const document = `query Small { images(first: 1) { nodes { id } } } query Large { images(first: 1000) { nodes { members { status } } } }`;
    expect(check(document, { operationName: 'Small' }, cost)).toBeNull();
    expect(check(document, { operationName: 'Large' }, cost)).toMatchObject({ limit: 'maxCost' });
  });
});

describe('variables', () => {
  it('are counted at any depth', () => {
    const nested = (depth: number): unknown => {
      let value: unknown = 1;
      for (let at = 0; at < depth; at++) value = [value];
      return value;
    };
    const found = { limit: 'maxVariableValues', allowed: 20_000, found: 20_001 };
    expect(check('{ __typename }', { variables: { a: Array(20_000).fill(1) } })).toEqual(found);
    expect(check('{ __typename }', { variables: { a: nested(30_000) } })).toEqual(found);
    expect(check('{ __typename }', { variables: { a: Array(19_999).fill(1) } })).toBeNull();
  });

  const list = 'query ($a: ImageFilter) { images(filter: $a) { nodes { id } } }';
  const filter = (fields: number, value: unknown) =>
    Object.fromEntries(Array.from({ length: fields }, (_, index) => [`field${index}`, value]));

  it('have objects of at most a hundred fields', () => {
    const found = { limit: 'maxVariableValues', allowed: 100, found: 101 };
    expect(check(list, { variables: { a: filter(101, 1) } })).toEqual(found);
    expect(check(list, { variables: { a: [[filter(101, 1)]] } })).toEqual(found);
    expect(check(list, { variables: { a: filter(100, 1) } })).toBeNull();
  });

  it.each([
    ['of many fields', filter(15_000, 1)],
    ['of long texts', filter(100, 'x'.repeat(9_000))],
    ['of many objects', filter(100, filter(100, 1))],
    ['of many lists', filter(100, Array(190).fill('x'))],
  ])('that are invalid are refused quickly: objects %s', (_what, a) => {
    const again = createCheck();
    expect(leastCpuMs(maxMs, () => void again(list, { variables: { a } }))).toBeLessThan(maxMs);
  });

  it('that are invalid are refused with all errors if they are small, with the first error if they are large', async () => {
    await using upstream = await startUpstream((response) => sendJson(response, 200, {}));
    await using gateway = await startGateway(upstream.url);
    const mistakes = async (a: unknown) => (await gateway.query('token', list, { a })).errors?.length;
    expect(await mistakes(filter(5, 1))).toBe(5);
    // The second says that there are more.
    expect(await mistakes(filter(5, 'x'.repeat(9_000)))).toBe(2);
  });
});

it('a request over a limit is refused with 400, a code and the limit, without an upstream call', async () => {
  await using upstream = await startUpstream((response) => sendJson(response, 200, {}));
  await using gateway = await startGateway(upstream.url, { MAX_DEPTH: '3' });
  const { status, data, errors } = await gateway.query('token', '{ images { nodes { members { status } } } }');
  expect({ status, data }).toEqual({ status: 400, data: undefined });
  expect(errors).toMatchObject([{ extensions: { code: 'LIMIT_EXCEEDED', limit: 'MAX_DEPTH', allowed: 3, found: 4 } }]);
  expect(upstream.received).toHaveLength(0);
});

it('the limits apply to a document requested by its hash too', async () => {
  await using upstream = await startUpstream((response) => sendJson(response, 200, { images: [] }));
  await using gateway = await startGateway(upstream.url, { MAX_COST: '100' });
  const query = 'query ($n: Int) { images(first: $n) { nodes { id } } }';
  const persistedQuery = { version: 1, sha256Hash: createHash('sha256').update(query).digest('hex') };
  const ask = async (body: object): Promise<number> => {
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-auth-token': 'token' },
      body: JSON.stringify({ ...body, extensions: { persistedQuery } }),
    });
    await response.text();
    return response.status;
  };
  expect(await ask({ query, variables: { n: 5 } })).toBe(200);
  expect(await ask({ variables: { n: 5 } })).toBe(200);
  expect(await ask({ variables: { n: 500 } })).toBe(400);
});
