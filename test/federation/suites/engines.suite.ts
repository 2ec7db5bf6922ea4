import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after, afterEach, beforeEach, describe, it } from 'node:test';
import { consumer, imageId, others, producer } from '../gateway.ts';
import { engines, type Router } from './engines.ts';
import { type Counts, compose, type Graph, startGraph } from './graph.ts';

const queries = {
  'a page of images, their members, projects and notes': `{
    images(first: 5, orderBy: {field: NAME, direction: ASC}) {
      nodes { id name owner { name domain } notes { text author { name } } members { status project { name } } }
    }
  }`,
  'ten images referenced by the catalogue': `{
    annotatedImages { id name notes { text } owner { name } }
  }`,
  'the members of the images referenced by the catalogue':
    '{ annotatedImages { notes { text } members { memberId } } }',
  'the ids of the images referenced by the catalogue': '{ annotatedImages { id notes { text } } }',
} as const;

const share = `mutation ($input: CreateImageMemberInput!) {
  createImageMember(input: $input) {
    imageMember { status project { id name } }
    image { id notes { text } }
    userErrors { code }
  }
}`;

const membersChanged = `subscription {
  imageMembersChanged(imageId: "${imageId(3)}") { image { id notes { text } } changes { action memberId } }
}`;

/** Subscribes over server-sent events. */
async function subscribe({ url }: Router, query: string, token: string) {
  const abort = new AbortController();
  const response = await fetch(url, {
    method: 'POST',
    headers: { accept: 'text/event-stream', 'content-type': 'application/json', 'x-auth-token': token },
    body: JSON.stringify({ query }),
    signal: abort.signal,
  });
  const chunks = (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
  let text = '';
  return {
    async next(): Promise<unknown> {
      for (;;) {
        const [event, payload] = /^data: ?(\{.*\})\n[\s\S]*?\n/m.exec(text) ?? [];
        if (event !== undefined && payload !== undefined) {
          text = text.slice(text.indexOf(event) + event.length);
          return JSON.parse(payload);
        }
        const { done, value } = await chunks.next();
        if (done) throw new Error(`the stream ended: ${text}`);
        text += value;
      }
    },
    async [Symbol.asyncDispose]() {
      abort.abort();
    },
  };
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly data: ReturnType<typeof JSON.parse>;
  readonly errors?: readonly { readonly path?: unknown; readonly extensions?: Readonly<Record<string, unknown>> }[];
}

const requestId = 'asked-by-a-client';

async function ask(router: Router, query: string, token: string | null, variables = {}): Promise<Answer> {
  const response = await fetch(router.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-request-id': requestId,
      ...(token !== null && { 'x-auth-token': token }),
    },
    body: JSON.stringify({ query, variables }),
  });
  const text = await response.text();
  return { status: response.status, text, ...JSON.parse(text) };
}

/** The first query selects projects in three places; engines differ in how many they batch into one request. */
const lookUpsOfProjects: Readonly<Record<string, number>> = {
  '@apollo/gateway': 3,
  '@graphql-hive/gateway': 1,
  '@graphql-hive/router-runtime': 2,
};

/** Engine, query and cost. */
const table: (Counts & { readonly engine: string; readonly query: string })[] = [];
after(() => {
  const file = process.env['ENGINES_TABLE'];
  if (file) writeFileSync(file, JSON.stringify(table));
});

for (const [engine, start] of Object.entries(engines)) {
  describe(engine, () => {
    let graph: Graph;
    let router: Router;
    beforeEach(async () => {
      graph = await startGraph();
      router = await start(compose(graph.services));
      await ask(router, '{ __typename }', null);
    });
    afterEach(async () => {
      await router[Symbol.asyncDispose]();
      await graph[Symbol.asyncDispose]();
    });

    async function cost(query: string, act: () => Promise<Answer>): Promise<{ answer: Answer; counts: Counts }> {
      await graph.counts();
      const answer = await act();
      const counts = await graph.counts();
      table.push({ engine, query, ...counts });
      return { answer, counts };
    }

    it('resolves a page of images across all three subgraphs', async () => {
      const name = 'a page of images, their members, projects and notes';
      const { answer, counts } = await cost(name, () => ask(router, queries[name], producer.token));
      assert.equal(answer.errors, undefined);
      assert.equal(answer.data.images.nodes.length, 5);
      assert.deepEqual(answer.data.images.nodes[0], {
        id: imageId(1),
        name: 'image 1',
        owner: { name: 'producer', domain: 'Default' },
        notes: [{ text: 'note 1', author: { name: 'consumer' } }],
        members: [
          { status: 'PENDING', project: { name: 'consumer' } },
          ...others.map(() => ({ status: 'PENDING', project: { name: null } })),
        ],
      });
      assert.deepEqual(counts, { images: 1, identity: lookUpsOfProjects[engine], catalogue: 1, upstream: 6 });
    });

    it('resolves the images of another subgraph with one call', async () => {
      const name = 'ten images referenced by the catalogue';
      const { answer, counts } = await cost(name, () => ask(router, queries[name], producer.token));
      assert.equal(answer.errors, undefined);
      assert.deepEqual(
        answer.data.annotatedImages,
        Array.from({ length: 10 }, (_, index) => ({
          id: imageId(index + 1),
          name: `image ${index + 1}`,
          notes: [{ text: `note ${index + 1}` }],
          owner: { name: 'producer' },
        })),
      );
      assert.deepEqual(counts, { images: 1, identity: 1, catalogue: 1, upstream: 1 });
    });

    it('lists the members of the images of another subgraph without looking up the images', async () => {
      const name = 'the members of the images referenced by the catalogue';
      const { answer, counts } = await cost(name, () => ask(router, queries[name], producer.token));
      assert.equal(answer.errors, undefined);
      assert.equal(answer.data.annotatedImages[9].members.length, 4);
      assert.deepEqual(counts, { images: 1, identity: 0, catalogue: 1, upstream: 10 });
    });

    it('makes no call for the ids of images', async () => {
      const name = 'the ids of the images referenced by the catalogue';
      const { answer, counts } = await cost(name, () => ask(router, queries[name], producer.token));
      assert.equal(answer.errors, undefined);
      assert.deepEqual(counts, { images: 0, identity: 0, catalogue: 1, upstream: 0 });
    });

    it('passes subscriptions on, with fields of other subgraphs in each payload, if the engine can', {
      timeout: 60_000,
    }, async () => {
      if (engine === '@apollo/gateway') {
        const { errors } = await ask(router, membersChanged, producer.token);
        assert.ok(errors);
        return;
      }
      await using subscription = await subscribe(router, membersChanged, producer.token);
      const image = { id: imageId(3), notes: [{ text: 'note 3' }] };
      assert.deepEqual(await subscription.next(), { data: { imageMembersChanged: { image, changes: [] } } });
      await ask(router, share, producer.token, { input: { imageId: imageId(3), memberId: 'e'.repeat(32) } });
      const changes = [{ action: 'ADDED', memberId: 'e'.repeat(32) }];
      assert.deepEqual(await subscription.next(), { data: { imageMembersChanged: { image, changes } } });
    });

    it('executes a mutation once, and resolves fields of other subgraphs in its result', async () => {
      const input = { imageId: imageId(3), memberId: 'e'.repeat(32) };
      const { answer, counts } = await cost('a mutation', () => ask(router, share, producer.token, { input }));
      assert.equal(answer.errors, undefined);
      assert.deepEqual(answer.data.createImageMember, {
        imageMember: { status: 'PENDING', project: { id: input.memberId, name: null } },
        image: { id: imageId(3), notes: [{ text: 'note 3' }] },
        userErrors: [],
      });
      assert.deepEqual(counts, { images: 1, identity: 1, catalogue: 1, upstream: 1 });
    });

    it('resolves the viewer, and its project’s name from the identity subgraph', async () => {
      const query = '{ viewer { user { name } project { id name domain } roles } }';
      const { answer, counts } = await cost('the caller', () => ask(router, query, producer.token));
      assert.equal(answer.errors, undefined);
      assert.deepEqual(answer.data.viewer, {
        user: { name: 'producer' },
        project: { id: producer.projectId, name: 'producer', domain: 'Default' },
        roles: ['member', 'reader'],
      });
      assert.deepEqual(counts, { images: 1, identity: 1, catalogue: 0, upstream: 1 });
      const nobody = await ask(router, query, null);
      assert.deepEqual([nobody.data, nobody.errors], [{ viewer: null }, undefined]);
    });

    it('returns errors that a user can fix as data', async () => {
      const input = { imageId: imageId(3), memberId: consumer.projectId };
      const { data, errors } = await ask(router, share, consumer.token, { input });
      assert.equal(errors, undefined);
      assert.deepEqual(data.createImageMember.userErrors, [{ code: 'NOT_IMAGE_OWNER' }]);
    });

    it('returns the code of an error, and keeps the data of other subgraphs', async () => {
      const query = '{ annotatedImages { name notes { text } } }';
      const { answer, counts } = await cost('an error', () => ask(router, query, 'unknown-token'));
      assert.equal(answer.status, 200);
      assert.deepEqual(answer.data.annotatedImages[9], { name: null, notes: [{ text: 'note 10' }] });
      assert.ok(answer.errors?.length);
      for (const { extensions } of answer.errors) assert.equal(extensions?.['code'], 'UNAUTHENTICATED');
      assert.ok(!answer.text.includes('unknown-token'));
      assert.deepEqual(counts, { images: 1, identity: 0, catalogue: 1, upstream: 1 });
    });

    it('returns the code and path of an error at the root, and the client’s request id', async () => {
      const { status, data, errors } = await ask(router, `{ image(id: "${imageId(1)}") { name } }`, null);
      assert.equal(status, 200);
      assert.deepEqual(data, { image: null });
      assert.deepEqual(
        errors?.map(({ path, extensions }) => [path, extensions?.['code'], extensions?.['requestId']]),
        [[['image'], 'UNAUTHENTICATED', requestId]],
      );
    });

    it('forwards each caller’s token byte for byte during concurrent requests', async () => {
      const upstream = graph.gateway.tokens.length;
      const catalogue = graph.tokens.length;
      const name = 'the members of the images referenced by the catalogue';
      const odd = 'gAAAAABo-_=.~/+%20"x" y';
      const callers = Array.from({ length: 12 }, (_, index) => (index % 2 ? consumer.token : producer.token));
      const answers = await Promise.all([...callers, odd].map((token) => ask(router, queries[name], token)));
      // The owner of an image sees all its members; a member sees only itself.
      const seen = answers.map(({ data }) =>
        data.annotatedImages.map(({ members }: Answer['data']) => members?.length),
      );
      assert.deepEqual(seen, [
        ...callers.map((token) => Array(10).fill(token === producer.token ? 4 : 1)),
        Array(10).fill(undefined),
      ]);
      assert.deepEqual(new Set(graph.gateway.tokens.slice(upstream)), new Set([producer.token, consumer.token, odd]));
      assert.deepEqual(new Set(graph.tokens.slice(catalogue)), new Set([producer.token, consumer.token, odd]));
    });
  });
}
