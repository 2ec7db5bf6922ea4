import { createServer } from 'node:net';
import fc from 'fast-check';
import { type GraphQLObjectType, getNamedType, isListType, isNonNullType, isObjectType, parse } from 'graphql';
import { expect, it } from 'vitest';
import { errorKinds } from '../../src/errors.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import {
  answer,
  healthy,
  imageId,
  imageRow,
  memberId,
  memberRow,
  startFaultUpstream,
} from '../faults/fault-upstream.ts';
import { checkAnswer } from '../faults/harness.ts';
import { startGateway } from '../support/gateway.ts';
import { listen } from '../support/listen.ts';
import { runs, timeoutMs } from './runs.ts';

const schema = createSchema();

const words = [
  ...[
    '{',
    '}',
    '(',
    ')',
    '[',
    ']',
    ':',
    '!',
    '=',
    '|',
    '&',
    '$',
    '...',
    '@',
    '"',
    '"""',
    '#',
    ',',
    '\n',
    '\u0000',
    '\ud800',
  ],
  ...[
    'query',
    'mutation',
    'subscription',
    'fragment',
    'on',
    'null',
    'true',
    '1',
    '-1.5e9',
    '"a"',
    'A',
    '$a',
    '@include(if: true)',
  ],
  ...[
    'image',
    'images',
    'imageMember',
    'members',
    'nodes',
    'id',
    '__typename',
    '__schema',
    '_entities',
    '_service',
    'Image',
  ],
  ...['image(id: "a")', 'images(first: 1)', '...F', 'fragment F on Query { __typename }', 'first', 'after', 'input'],
];

/** A random selection from the schema, with random arguments. */
const selection = (type: GraphQLObjectType, depth: number): fc.Arbitrary<string> => {
  const fields = Object.values(type.getFields()).filter(
    (field) => depth > 0 || !isObjectType(getNamedType(field.type)),
  );
  return fc
    .array(
      fc.constantFrom(...fields).chain((field) => {
        const named = getNamedType(field.type);
        const given = field.args.map(({ name, type: argument }) =>
          fc
            .option(fc.oneof(literal, fc.constant(isListType(argument) ? '[]' : `"${imageId}"`)), {
              freq: isNonNullType(argument) ? 20 : 1,
            })
            .map((value) => (value === null ? '' : `${name}: ${value}`)),
        );
        return fc.tuple(...given).chain((values) => {
          const some = values.filter((value) => value !== '').join(', ');
          const head = `${field.name}${some === '' ? '' : `(${some})`}`;
          return isObjectType(named)
            ? selection(named, depth - 1).map((below) => `${head} ${below}`)
            : fc.constant(head);
        });
      }),
      { minLength: 1, maxLength: 4 },
    )
    .map((chosen) => `{ ${[...new Map(chosen.map((text) => [text.split(/\W/, 1)[0], text])).values()].join(' ')} }`);
};

const literal = fc.oneof(
  fc.integer().map(String),
  fc.string().map((text) => JSON.stringify(text)),
  fc.constantFrom('null', 'true', 'ACCEPTED', '{}', '{ a: 1 }', '["a"]', '$v', '1.5', '99999999999999999999'),
);

const documents = fc.oneof(
  fc.array(fc.constantFrom(...words), { maxLength: 60 }).map((parts) => parts.join(' ')),
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.constantFrom('Query', 'Mutation').chain((name) => {
    const keyword = name === 'Query' ? 'query' : 'mutation';
    return selection(schema.getType(name) as GraphQLObjectType, 3).map((text) => `${keyword} ${text}`);
  }),
);

/** Codes that any request may get; a defect of the gateway is not among them. */
const codes = new Set<string>([...Object.keys(errorKinds).filter((code) => code !== 'INTERNAL_SERVER_ERROR')]);

/** @returns the answer without the parts that differ every time. */
async function expectFine(url: string, init: RequestInit): Promise<string> {
  const response = await fetch(url, init);
  const raw = await response.text();
  expect([200, 400, 405, 406, 413, 415]).toContain(response.status);
  const { errors = [] } = checkAnswer(raw, response.headers.get('content-type'));
  for (const { extensions } of errors) expect(codes).toContain(extensions.code);
  const headers = [...response.headers].filter(([name]) => name !== 'date' && name !== 'x-request-id');
  return `${response.status} ${headers} ${raw.replaceAll(response.headers.get('x-request-id') ?? '', '')}`;
}

function post(body: string, headers: Readonly<Record<string, string>> = {}): RequestInit {
  return { method: 'POST', headers: { 'content-type': 'application/json', 'x-auth-token': 'token', ...headers }, body };
}

it('most of the generated documents can be parsed', () => {
  const made = fc.sample(selection(schema.getQueryType() as GraphQLObjectType, 3), 20);
  for (const text of made) expect(() => parse(text)).not.toThrow();
});

it('any document with any variables gets a GraphQL answer, the same one when repeated, and reveals no defect', {
  timeout: timeoutMs,
}, async () => {
  await using upstream = await startFaultUpstream((socket, request) => void socket.write(healthy(request)));
  await using gateway = await startGateway(upstream.url, { LOG_LEVEL: 'silent' });
  await fc.assert(
    fc.asyncProperty(
      documents,
      fc.option(fc.jsonValue()),
      fc.option(fc.string()),
      async (query, variables, operationName) => {
        const ask = () =>
          expectFine(`${gateway.url}/graphql`, post(JSON.stringify({ query, variables, operationName })));
        const first = await ask();
        expect(await ask()).toBe(first);
      },
    ),
    runs(250),
  );
});

it('any variables of an operation get the same answer again, however often it was executed in the meantime', {
  timeout: timeoutMs,
}, async () => {
  await using upstream = await startFaultUpstream((socket, request) => void socket.write(healthy(request)));
  await using gateway = await startGateway(upstream.url, { LOG_LEVEL: 'silent' });
  const operations = [
    'query ($id: ID!) { image(id: $id) { id name members { memberId status } } }',
    'query ($first: Int = 3, $after: String) { images(first: $first, after: $after) { nodes { id } } }',
    `query ($status: [MemberStatus!]) { image(id: "${imageId}") { members(status: $status) { status } } }`,
    'query ($filter: ImageFilter = { hidden: true }, $orderBy: ImageOrder) { images(filter: $filter, orderBy: $orderBy) { nodes { id } } }',
    'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Image { id name } ... on ImageMember { status } } }',
    'query ($id: ID!, $skip: Boolean!, $with: Boolean = true) { __typename @skip(if: $skip) image(id: $id) @include(if: $with) { id } }',
    'mutation ($input: UpdateMemberStatusInput!) { updateMemberStatus(input: $input) { imageMember { status } userErrors { code field } } }',
    'mutation ($ids: [ID!]!, $with: [ID!]! = ["a"]) { createImageMembers(input: { imageIds: $ids, memberIds: $with }) { changes { imageId outcome } userErrors { code } } }',
  ];
  const value: fc.Arbitrary<unknown> = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom(imageId, memberId, 1, 2, true, false, null, 'ACCEPTED', ['ACCEPTED'], [imageId, 'a']),
    fc.constantFrom({ name: 'a' }, { hidden: false }, { field: 'NAME', direction: 'ASC' }, { nothing: 1 }),
    fc.constantFrom({ imageId, memberId, status: 'ACCEPTED' }, { imageId: '..', memberId, status: 'PENDING' }),
    fc.constantFrom(...[imageId, '', 1].map((id) => [{ __typename: 'Image', id }])),
  );
  const names = fc.constantFrom(
    ...['id', 'first', 'after', 'status', 'filter', 'orderBy', 'r', 'skip', 'with', 'input', 'ids'],
  );
  let asked = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...operations),
      fc.dictionary(names, value, { minKeys: 3, maxKeys: 11 }),
      async (query, variables) => {
        const body = JSON.stringify({ query, variables });
        // The answer to a new document: the comment makes it a different one.
        const fresh = JSON.stringify({ query: `${query} # ${asked++}`, variables });
        const answered = await expectFine(`${gateway.url}/graphql`, post(fresh));
        expect(await expectFine(`${gateway.url}/graphql`, post(body))).toBe(answered);
      },
    ),
    runs(150),
  );
});

it('any body and any URL query gets a GraphQL answer, and reveals no defect', {
  timeout: timeoutMs,
}, async () => {
  await using upstream = await startFaultUpstream((socket, request) => void socket.write(healthy(request)));
  await using gateway = await startGateway(upstream.url);
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.json(), fc.string({ unit: 'binary' })),
      fc.webQueryParameters(),
      async (body, search) => {
        await expectFine(`${gateway.url}/graphql`, post(body));
        await expectFine(`${gateway.url}/graphql?${search}`, { headers: { accept: 'application/json' } });
      },
    ),
    runs(100),
  );
});

it('any headers get a GraphQL answer, and only the token reaches upstream', {
  timeout: timeoutMs,
}, async () => {
  await using upstream = await startFaultUpstream((socket, request) => void socket.write(healthy(request)));
  await using gateway = await startGateway(upstream.url);
  const names = fc.constantFrom(
    ...['x-auth-token', 'authorization', 'x-request-id', 'x-openstack-request-id', 'traceparent', 'accept', 'origin'],
    ...[
      'x-project-id',
      'x-forwarded-for',
      'apollographql-client-name',
      'apollo-federation-include-trace',
      'cookie',
      'range',
    ],
  );
  const values = fc.oneof(
    fc.string({
      unit: fc
        .integer({ min: 0x20, max: 0xff })
        .filter((code) => code !== 0x7f)
        .map((code) => String.fromCharCode(code)),
    }),
    fc.constantFrom('Bearer a', '*/*', 'text/html', 'application/graphql-response+json', 'ftv1', 'null'),
  );
  await fc.assert(
    fc.asyncProperty(fc.dictionary(names, values), async (headers) => {
      await expectFine(
        `${gateway.url}/graphql`,
        post(JSON.stringify({ query: `{ image(id: "${imageId}") { name } }` }), headers),
      );
    }),
    runs(150),
  );
});

it('any upstream response results in a GraphQL answer, and reveals no defect', { timeout: timeoutMs }, async () => {
  let bytes: string | Buffer = '';
  await using odd = await listen(createServer((socket) => socket.on('data', () => socket.end(bytes))));
  await using gateway = await startGateway(odd.url, {
    UPSTREAM_RETRIES: '0',
    UPSTREAM_DEADLINE_MS: '200',
    UPSTREAM_BREAKER_FAILURES: '0',
  });
  const value = fc.oneof(
    { weight: 3, arbitrary: fc.jsonValue() },
    { weight: 1, arbitrary: fc.constantFrom('active', imageId, memberId) },
  );
  const changed = (row: object): fc.Arbitrary<object> =>
    fc
      .dictionary(fc.constantFrom(...Object.keys(row), '__proto__', 'size', 'tags', 'x'), value, { maxKeys: 3 })
      .map((changes) => ({ ...row, ...changes }));
  const bodies = fc.oneof(
    changed(imageRow),
    changed(memberRow),
    fc.array(changed(imageRow), { maxLength: 3 }).map((images) => ({ images })),
    fc.array(changed(memberRow), { maxLength: 3 }).map((members) => ({ members })),
    fc.jsonValue(),
  );
  const texts = fc.oneof(
    { weight: 4, arbitrary: bodies.map((body) => JSON.stringify(body)) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  );
  const statuses = fc.oneof(
    { weight: 4, arbitrary: fc.constant(200) },
    { weight: 1, arbitrary: fc.integer({ min: 100, max: 599 }) },
  );
  const raw = fc.oneof(
    {
      weight: 5,
      arbitrary: fc
        .tuple(statuses, texts)
        .map(([status, text]) => Buffer.from(answer(status, text, { Connection: 'close' }))),
    },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)) },
  );
  const asked = [
    `{ image(id: "${imageId}") { id name size tags properties createdAt visibility } }`,
    '{ images(first: 3) { nodes { id name properties } pageInfo { hasNextPage endCursor } } }',
    `{ imageMember(imageId: "${imageId}", memberId: "${memberId}") { status createdAt } }`,
    `mutation { updateMemberStatus(input: { imageId: "${imageId}", memberId: "${memberId}", status: ACCEPTED }) { imageMember { status } userErrors { code } } }`,
    `mutation { createImageMember(input: { imageId: "${imageId}", memberId: "${memberId}" }) { imageMember { status } userErrors { code } } }`,
    `mutation { deleteImageMember(input: { imageId: "${imageId}", memberId: "${memberId}" }) { userErrors { code } } }`,
  ];
  await fc.assert(
    fc.asyncProperty(raw, fc.constantFrom(...asked), async (made, query) => {
      bytes = made;
      await expectFine(`${gateway.url}/graphql`, post(JSON.stringify({ query })));
    }),
    runs(200),
  );
  expect(gateway.log.join('')).not.toContain('"defect"');
});
