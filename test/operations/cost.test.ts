import { describe, expect, it } from 'vitest';
import { startGateway } from '../support/gateway.ts';
import { type Received, sendJson, startUpstream } from '../support/upstream.ts';

const good = 'a-good-token';

function id(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
}

const times = { created_at: '2026-11-21T03:23:00Z', updated_at: '2026-11-21T03:23:00Z' };

function toImage(number: number) {
  return { id: id(number), name: `image ${number}`, status: 'active', visibility: 'shared', tags: [], ...times };
}

/** Glance's default member quota. */
function toMembers(imageId: string) {
  return Array.from({ length: 128 }, (_, index) => ({
    image_id: imageId,
    member_id: String(index).padStart(32, '0'),
    status: 'accepted',
    schema: '/v2/schemas/member',
    ...times,
  }));
}

/** An Images API that accepts one token, and returns any image and any number of images and members. */
function answer({ target, method, headers }: Received): readonly [number, unknown] {
  if (headers.find(([name]) => name === 'x-auth-token')?.[1] !== good) return [401, {}];
  const { pathname, searchParams } = new URL(target, 'http://upstream');
  const [, , collection, imageId = '', below, memberId] = pathname.split('/');
  if (collection === 'schemas') return [200, {}];
  if (imageId === '') {
    const ids = searchParams.get('id')?.slice('in:'.length).split(',');
    const numbers = ids?.map((text) => Number(text.slice(-12)));
    // Lists with different name filters contain different images.
    const first = Number(searchParams.get('name')?.slice('eq:'.length) ?? 0) * 1_000;
    const all = Array.from({ length: Number(searchParams.get('limit')) }, (_, index) => first + index);
    return [200, { images: (numbers ?? all).map(toImage) }];
  }
  if (below === undefined) return [200, toImage(Number(imageId.slice(-12)))];
  if (memberId !== undefined || method !== 'GET') return [404, {}];
  return [200, { members: toMembers(imageId) }];
}

/** A gateway in front of that Images API; `ask` measures the cost of an operation. */
async function start(environment: Record<string, string> = {}) {
  const upstream = await startUpstream((response, request) => sendJson(response, ...answer(request)));
  // A busy machine must not cause refusals here.
  const gateway = await startGateway(upstream.url, { MAX_EVENT_LOOP_DELAY_MS: '60000', ...environment });
  return {
    gateway,
    async ask(token: string | null, document: string, variables: object = {}) {
      const [calls, lines] = [upstream.received.length, gateway.log.length];
      const { status, raw, data, errors } = await gateway.query(token, document, { ...variables });
      return {
        status,
        data,
        codes: [...new Set(errors?.map(({ extensions }) => extensions.code))],
        limit: errors?.[0]?.extensions['limit'],
        errors: errors?.length ?? 0,
        bytes: Buffer.byteLength(raw),
        calls: upstream.received.length - calls,
        logBytes: gateway.log
          .slice(lines)
          .filter((line) => line.includes('"operation"'))
          .join('').length,
      };
    },
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await upstream[Symbol.asyncDispose]();
    },
  };
}

function repeat(count: number, text: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => text(index)).join(' ');
}

const key = { __typename: 'ImageMember', imageId: 'i'.repeat(255), memberId: 'm'.repeat(255) };
const ids = Array.from({ length: 1_000 }, (_, index) => id(index));

/** Small operations with expensive answers. */
const costly: Readonly<Record<string, readonly [string, object]>> = {
  'one entity many times, with a long id': [
    `query ($r: _Any!) { _entities(representations: [${repeat(450, () => '$r')}]) { ... on Project { ${repeat(99, (i) => `a${i}: id`)} } } }`,
    { r: { __typename: 'Project', id: 'p'.repeat(255) } },
  ],
  'many entities under many aliases': [
    `query ($r: [_Any!]!) { _entities(representations: $r) { ... on ImageMember {
      ${repeat(99, (i) => `a${i}: id`)} project { ${repeat(99, (i) => `p${i}: id`)} } } } }`,
    { r: Array(1_000).fill(key) },
  ],
  'entities with invalid ids': [
    `${'\n'.repeat(4_000)} query ($r: [_Any!]!) { _entities(representations: $r) { ... on Image { name } } }`,
    { r: Array(1_000).fill({ __typename: 'Image', id: '/' }) },
  ],
  'entities that must be looked up': [
    'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Image { name } } }',
    { r: ids.map((imageId) => ({ __typename: 'Image', id: imageId })) },
  ],
  'a long string in many filters': [
    `query ($s: String) { ${repeat(100, (i) => `a${i}: images(first: 1, filter: { name: $s, tag: $s }) { nodes { id } }`)} }`,
    { s: 'é'.repeat(450_000) },
  ],
  'a string that is not an enum value, many times': [
    'query ($s: [MemberStatus!]) { images { nodes { members(status: $s) { id } } } }',
    { s: Array.from({ length: 20 }, (_, index) => String(index).repeat(20_000)) },
  ],
  'many pages that are not selected': [
    `{ ${repeat(100, (i) => `a${i}: images(first: ${900 + i}) { pageInfo { hasNextPage } }`)} }`,
    {},
  ],
  'bulk mutations of many pairs': [
    `mutation ($i: [ID!]!) { ${repeat(40, (i) => `a${i}: createImageMembers(input: { imageIds: $i, memberIds: ["p${i}"] }) { changes { imageId userErrors { message } } }`)} }`,
    { i: ids },
  ],
  'many changes of members': [
    `mutation { ${repeat(100, (i) => `a${i}: createImageMember(input: { imageId: "${id(1)}", memberId: "p${i}" }) { imageMember { id } }`)} }`,
    {},
  ],
  'an operation with a very long name and very long aliases': [
    `query ${'N'.repeat(40_000)} { ${'a'.repeat(40_000)}: image(id: "/") { id } }`,
    {},
  ],
};

describe.each(Object.entries(costly))('%s', (_name, [document, variables]) => {
  it.each([null, 'a-bad-token'])('costs little with the token %s, the first time and later', async (token) => {
    await using gateway = await start();
    for (let time = 1; time <= 3; time++) {
      const { bytes, calls, logBytes, errors } = await gateway.ask(token, document, variables);
      expect(bytes).toBeLessThanOrEqual(65_536);
      expect(calls).toBeLessThanOrEqual(token === null ? 0 : 30);
      expect(logBytes).toBeLessThan(4_096);
      expect(errors).toBeGreaterThan(0);
    }
  });
});

describe('an operation with a token that upstream accepts', () => {
  it('gets 100 images with 128 members each in full', async () => {
    await using gateway = await start();
    const document = `{ images(first: 100) { nodes { id name status visibility createdAt updatedAt
      members { id imageId memberId status createdAt updatedAt schema project { id } } } } }`;
    const { codes, calls, data } = await gateway.ask(good, document);
    const nodes = (data as { images: { nodes: { members: unknown[] }[] } }).images.nodes;
    expect([codes, calls, nodes.length, nodes.flatMap(({ members }) => members).length]).toEqual([
      [],
      101,
      100,
      12_800,
    ]);
  });

  it('gets a page of 1000 images with a member of each, in 1001 calls', async () => {
    await using gateway = await start();
    const { codes, calls } = await gateway.ask(
      good,
      '{ images(first: 1000) { nodes { member(memberId: "x") { id } } } }',
    );
    expect([codes, calls]).toEqual([[], 1_001]);
  });

  it('resolves a thousand entities from their keys, after upstream has accepted the token', async () => {
    await using gateway = await start();
    const document = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on ImageMember { id memberId } } }';
    const { codes, calls, bytes } = await gateway.ask(good, document, { r: Array(1_000).fill(key) });
    expect([codes, calls]).toEqual([[], 1]);
    expect(bytes).toBeGreaterThan(900_000);
  });

  it.each<readonly [string, string, Record<string, string>]>([
    [
      'MAX_UPSTREAM_CALLS',
      `{ ${repeat(3, (i) => `a${i}: images(first: 1000, filter: { name: "${i}" }) { nodes { member(memberId: "x") { id } } }`)} }`,
      {},
    ],
    [
      'MAX_ANSWER_FIELDS',
      `{ image(id: "${id(1)}") { members { image { members { image { members { id status } } } } } } }`,
      {},
    ],
    [
      'MAX_ANSWER_FIELDS',
      `{ image(id: "${id(1)}") { members { image { members(status: [${repeat(2_400, () => 'PENDING')}]) { id } } } } }`,
      {},
    ],
    [
      'MAX_ANSWER_BYTES',
      `{ image(id: "${id(1)}") { members { ${repeat(90, (i) => `${'a'.repeat(900)}${i}: memberId`)} } } }`,
      { MAX_ANSWER_BYTES: '1000000' },
    ],
    ['MAX_UPSTREAM_BYTES', '{ images(first: 20) { nodes { members { id } } } }', { MAX_UPSTREAM_BYTES: '100000' }],
  ])('gets an error that names the limit if it exceeds %s', async (limit, document, environment) => {
    await using gateway = await start(environment);
    for (let time = 1; time <= 3; time++) {
      const { status, data, codes, bytes, ...rest } = await gateway.ask(good, document);
      expect([status, data, codes, rest.limit]).toEqual([200, null, ['LIMIT_EXCEEDED'], limit]);
      expect(bytes).toBeLessThan(1_000);
      expect(rest.calls).toBeLessThanOrEqual(1_100);
    }
  });

  it('is warned that its writes may have succeeded if its answer is dropped', async () => {
    await using gateway = await start({ MAX_ANSWER_BYTES: '1000' });
    const document = `mutation { updateMemberStatus(input: { imageId: "${id(1)}", memberId: "m", status: ACCEPTED }) {
      image { ${repeat(90, (i) => `a${i}: name`)} } } }`;
    const { errors } = await gateway.gateway.query(good, document);
    expect(errors).toMatchObject([{ extensions: { code: 'LIMIT_EXCEEDED', outcome: 'UNKNOWN' } }]);
  });
});

describe('operations that hold much memory', () => {
  const document = '{ images(first: 30) { nodes { members { id } } } }';

  it('are answered with 503 while they exceed the limit together, and served again later', async () => {
    await using gateway = await start({ MAX_WORKING_BYTES: '1000000', SHARE_READS: 'false' });
    const answers = await Promise.all(Array.from({ length: 12 }, () => gateway.ask(good, document)));
    const refused = answers.filter(({ status }) => status === 503);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(12);
    expect(refused.every(({ codes }) => codes.join() === 'OVERLOADED')).toBe(true);
    expect((await gateway.ask(good, document)).status).toBe(200);
  });

  it('are answered even if a single one needs more than the limit for all', async () => {
    await using gateway = await start({ MAX_WORKING_BYTES: '1000' });
    expect(await gateway.ask(good, document)).toMatchObject({ status: 200, codes: [] });
  });
});
