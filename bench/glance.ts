import { randomUUID } from 'node:crypto';
import { Client } from 'undici';
import { type Ask, Callers, send, toAsk, toCall } from './measure/load.ts';
import { type Server, start } from './measure/process.ts';
import { toTable, withSpread } from './measure/statistics.ts';
import type { Report } from './report.ts';

const concurrencies = [1, 2, 4, 8, 16];
const rounds = 3;
const listRounds = 5;
/** Single reads: how many in a round, and the rounds, each with a new connection. */
const [readRounds, readsPerRound] = [10, 100];
/** The images whose members are listed, those that are in the inbox, and those that are shared in bulk. */
const [listed, inbox, bulk] = [50, 100, 20];
/** How many projects each image is shared with in bulk; far below the 128 that Glance allows by default. */
const projects = 20;

/** The lists are found by tag, so that nothing else on this Glance comes in between. */
const tag = `bench-${randomUUID()}`;

interface Glance {
  readonly url: URL;
  readonly producer: string;
  readonly consumer: string;
  readonly consumerProject: string;
}

/**
 * What sharing costs with a real Glance: `test/contract/glance/up` starts one and tells the file to load into the
 * environment.
 */
export async function reportGlance(): Promise<Report> {
  const glance = {
    url: new URL(read('GLANCE_URL')),
    producer: read('PRODUCER_TOKEN'),
    consumer: read('CONSUMER_A_TOKEN'),
    consumerProject: read('CONSUMER_A_PROJECT_ID'),
  };
  await using images = await createImages(glance);
  const lists = await measureLists(glance);
  const reads = await measureReads(glance, images.ids[0] ?? '');
  const shares = await measureShares(glance, images.ids);
  const inboxes = await measureInbox(glance, images.ids);
  return {
    title: 'With a real Glance',
    data: { lists, reads, shares, inboxes },
    markdown: [
      `\`images(first: ${listed}) { nodes { members } }\` compared with the same ${listed + 1} calls made by hand, in ` +
        `milliseconds: median (lowest–highest) of ${listRounds} rounds, each with new connections. Concurrency is the ` +
        'number of concurrent calls: `UPSTREAM_CONNECTIONS` of the gateway, of which one token gets eight by default. A connection ' +
        'stays with the Glance worker that accepted it, and workers accept new ones in batches: with all connections on ' +
        'one of the two workers, everything takes half as long again for any client. The fastest times are those with ' +
        'both workers busy.',
      toTable(
        ['concurrency', 'by hand', 'gateway', 'gateway / best by hand', 'fastest / fastest by hand'],
        lists.map(({ concurrency, byHand, gateway }) => {
          const best = Math.min(...lists.map((list) => middle(list.byHand)));
          const ratio = (middle(gateway) / best).toFixed(2);
          const fastest = Math.min(...lists.flatMap((list) => list.byHand));
          const fastestRatio = (Math.min(...gateway) / fastest).toFixed(2);
          return [String(concurrency), withSpread(byHand, 0), withSpread(gateway, 0), ratio, fastestRatio];
        }),
      ),
      `\`image(id)\` with its attributes, one read at a time, compared with the same call made by hand, in milliseconds: p50 ` +
        `as median (lowest–highest) of ${readRounds} rounds of ${readsPerRound} reads:`,
      toTable(
        ['', 'p50', 'added'],
        reads.map(({ title, ms, added }) => [title, withSpread(ms, 2), withSpread(added, 2)]),
      ),
      `Sharing ${bulk} images with ${projects} projects each, ${bulk * projects} members in total:`,
      toTable(
        ['', 'seconds', 'requests', 'upstream calls'],
        shares.map(({ title, seconds, requests, calls }) => [
          title,
          seconds.toFixed(1),
          String(requests),
          String(calls),
        ]),
      ),
      `A consumer’s inbox of ${inbox} images, each with the consumer’s own status:`,
      toTable(
        ['', 'milliseconds', 'requests', 'upstream calls'],
        inboxes.map(({ title, ms, requests, calls }) => [title, withSpread(ms, 0), String(requests), String(calls)]),
      ),
    ].join('\n\n'),
  };
}

function read(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is missing: start a Glance with test/contract/glance/up and load its file`);
  return value;
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Runs every item, a few at a time. */
async function runEach<T>(items: readonly T[], concurrency: number, run: (item: T) => Promise<unknown>): Promise<void> {
  const queue = items.values();
  const workers = Array.from({ length: concurrency }, async () => {
    for (const item of queue) await run(item);
  });
  await Promise.all(workers);
}

async function measure(run: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  await run();
  return performance.now() - before;
}

/** Any call, straight to Glance. */
async function call(glance: Glance, token: string, method: string, path: string, body?: object): Promise<unknown> {
  const answer = await fetch(new URL(`/v2${path}`, glance.url), {
    method,
    headers: { 'x-auth-token': token, accept: 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text === '' ? null : JSON.parse(text);
}

/** The producer's images, each shared with the consumer, to be deleted at the end. */
async function createImages(glance: Glance) {
  const ids: string[] = [];
  await runEach(Array.from({ length: inbox }), 4, async () => {
    const body = { name: tag, tags: [tag], visibility: 'shared' };
    const { id } = (await call(glance, glance.producer, 'POST', '/images', body)) as { id: string };
    ids.push(id);
    await call(glance, glance.producer, 'POST', `/images/${id}/members`, { member: glance.consumerProject });
  });
  return {
    ids,
    [Symbol.asyncDispose]: () => runEach(ids, 1, (id) => deleteImage(glance, id)),
  };
}

/** Glance on SQLite now and then answers 500 because its database is locked. */
async function deleteImage(glance: Glance, id: string, attempts = 5): Promise<void> {
  try {
    await call(glance, glance.producer, 'DELETE', `/images/${id}`);
  } catch (error) {
    if (attempts === 1) throw error;
    await deleteImage(glance, id, attempts - 1);
  }
}

function startGateway({ url }: Glance, connections?: number): Promise<Server> {
  // A connection stays with the worker of Glance that took it: only new ones show more than one lucky or unlucky mix.
  const env = connections && { UPSTREAM_CONNECTIONS: String(connections), UPSTREAM_CONNECTION_AGE_MS: '1000' };
  return start({ script: 'src/main.ts', env: { IMAGES_API_URL: url.href, ...env } });
}

/** One operation of one caller, through the gateway. */
async function ask(gateway: Server, token: string, document: string, variables: object): Promise<void> {
  await using callers = new Callers(gateway.url, 1, token);
  await callers.send(toAsk(gateway.url, { document, variables: { ...variables } }), 0);
}

async function measureLists(glance: Glance) {
  await using stack = new AsyncDisposableStack();
  const document =
    'query List($first: Int!, $tag: String!) { images(first: $first, filter: { tag: $tag }) ' +
    '{ nodes { id name status visibility members { memberId status createdAt updatedAt } } } }';
  const lanes = [];
  for (const concurrency of concurrencies) {
    const gateway = stack.use(await startGateway(glance, concurrency));
    const viaGateway = () => ask(gateway, glance.producer, document, { first: listed, tag });
    // Compiled code.
    for (let warmUp = 0; warmUp < 20; warmUp++) await viaGateway();
    lanes.push({ concurrency, viaGateway, byHand: [] as number[], gateway: [] as number[] });
  }
  for (let round = 0; round < listRounds; round++) {
    for (const { concurrency, viaGateway, byHand, gateway } of lanes) {
      await using connections = new AsyncDisposableStack();
      const clients = Array.from({ length: concurrency }, () => connections.use(new ClosingClient(glance.url.origin)));
      for (let time = 0; time <= 2; time++) {
        const ms = [await measure(() => listByHand(glance, clients)), await measure(viaGateway)] as const;
        // The first time, connections are made.
        if (time === 0) continue;
        byHand.push(ms[0]);
        gateway.push(ms[1]);
      }
    }
  }
  return lanes.map(({ concurrency, byHand, gateway }) => ({ concurrency, byHand, gateway }));
}

async function measureReads(glance: Glance, id: string) {
  await using gateway = await startGateway(glance, 1);
  const document = 'query Read($id: ID!) { image(id: $id) { id name status visibility } }';
  const byHand: number[] = [];
  const viaGateway: number[] = [];
  for (let round = 0; round <= readRounds; round++) {
    await using client = new ClosingClient(glance.url.origin);
    await using callers = new Callers(gateway.url, 1, glance.producer);
    const ms: [number[], number[]] = [[], []];
    for (let read = 0; read < readsPerRound; read++) {
      ms[0].push(await measure(() => send(client, toCall(`/v2/images/${id}`), glance.producer)));
      ms[1].push(await measure(() => callers.send(toAsk(gateway.url, { document, variables: { id } }), 0)));
    }
    // The first round makes connections, and compiles code.
    if (round === 0) continue;
    byHand.push(middle(ms[0]));
    viaGateway.push(middle(ms[1]));
  }
  const added = viaGateway.map((value, round) => value - (byHand[round] ?? 0));
  return [
    { title: 'by hand', ms: byHand, added: byHand.map(() => 0) },
    { title: '**this gateway**', ms: viaGateway, added },
  ];
}

class ClosingClient extends Client implements AsyncDisposable {
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

async function listByHand({ producer }: Glance, clients: readonly ClosingClient[]): Promise<void> {
  const [first] = clients;
  if (first === undefined) return;
  const page = await send(first, toCall(`/v2/images?limit=${listed}&tag=${tag}`), producer);
  const { images }: { images: { id: string }[] } = JSON.parse(page.toString());
  const queue = images.values();
  const workers = clients.map(async (client) => {
    for (const { id } of queue)
      JSON.parse((await send(client, toCall(`/v2/images/${id}/members`), producer)).toString());
  });
  await Promise.all(workers);
}

/** How many calls to upstream the gateway has made so far, by its own metrics. */
async function countCalls(gateway: Server): Promise<number> {
  const text = await (await fetch(new URL('/metrics', gateway.url))).text();
  const counts = text.matchAll(/^image_gateway_upstream_attempt_duration_seconds_count\S* (\d+)$/gm);
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}

async function measureShares(glance: Glance, ids: readonly string[]) {
  const memberIds = Array.from({ length: projects }, () => randomUUID().replaceAll('-', ''));
  const sets = [0, 1, 2, 3].map((set) => ids.slice(set * bulk, (set + 1) * bulk));
  const [forBulk = [], forAliases = [], forOne = [], forFour = []] = sets;
  await using gateway = await startGateway(glance);
  const pairs = (imageIds: readonly string[]) => imageIds.flatMap((id) => memberIds.map((member) => ({ id, member })));
  const post = ({ id, member }: { id: string; member: string }) =>
    call(glance, glance.producer, 'POST', `/images/${id}/members`, { member });
  const bulkDocument =
    'mutation Share($input: CreateImageMembersInput!) { createImageMembers(input: $input) ' +
    '{ changes { imageId memberId outcome } userErrors { code } } }';
  const toAliases = (imageId: string): string => {
    const fields = memberIds.map(
      (memberId, number) =>
        `a${number}: createImageMember(input: { imageId: "${imageId}", memberId: "${memberId}" }) { userErrors { code } }`,
    );
    return `mutation Share { ${fields.join(' ')} }`;
  };
  const ways = [
    {
      title: 'one bulk mutation',
      requests: 1,
      run: () => ask(gateway, glance.producer, bulkDocument, { input: { imageIds: forBulk, memberIds } }),
      imageIds: forBulk,
    },
    {
      title: `single mutations, ${projects} aliases in each operation`,
      requests: bulk,
      run: () => runEach(forAliases, 1, (id) => ask(gateway, glance.producer, toAliases(id), {})),
      imageIds: forAliases,
    },
    {
      title: 'by hand, sequentially',
      requests: bulk * projects,
      run: () => runEach(pairs(forOne), 1, post),
      imageIds: forOne,
    },
    {
      title: 'by hand, four concurrent',
      requests: bulk * projects,
      run: () => runEach(pairs(forFour), 4, post),
      imageIds: forFour,
    },
  ];
  const found = [];
  for (const { title, requests, run, imageIds } of ways) {
    const before = await countCalls(gateway);
    const seconds = (await measure(run)) / 1000;
    const calls = (await countCalls(gateway)) - before || requests;
    for (const id of imageIds) await checkMembers(glance, id, projects + 1);
    found.push({ title, seconds, requests, calls });
  }
  return found;
}

/** Checks that every project has become a member; otherwise the figures are invalid. */
async function checkMembers(glance: Glance, imageId: string, expected: number): Promise<void> {
  const { members } = (await call(glance, glance.producer, 'GET', `/images/${imageId}/members`)) as {
    members: unknown[];
  };
  if (members.length !== expected) throw new Error(`image ${imageId} has ${members.length} members, not ${expected}`);
}

async function measureInbox(glance: Glance, ids: readonly string[]) {
  await using gateway = await startGateway(glance);
  await using caller = new Callers(gateway.url, 1, glance.consumer);
  await using clients = new AsyncDisposableStack();
  const four = Array.from({ length: 4 }, () => clients.use(new ClosingClient(glance.url.origin)));
  const document =
    'query Inbox($first: Int!, $tag: String!) ' +
    '{ images(first: $first, filter: { sharedWithMe: true, memberStatus: ALL, tag: $tag }) ' +
    '{ nodes { id name myMembership { status } } } }';
  const graph: Ask = toAsk(gateway.url, { document, variables: { first: inbox, tag } });
  const byHand = async (): Promise<void> => {
    const [first] = four;
    if (first === undefined) return;
    const path = `/v2/images?limit=${inbox}&visibility=shared&member_status=all&tag=${tag}`;
    await send(first, toCall(path), glance.consumer);
    const queue = ids.values();
    const workers = four.map(async (client) => {
      for (const id of queue) {
        await send(client, toCall(`/v2/images/${id}/members/${glance.consumerProject}`), glance.consumer);
      }
    });
    await Promise.all(workers);
  };
  const [viaGateway, hand]: [number[], number[]] = [[], []];
  let calls = 0;
  for (let round = 0; round <= rounds; round++) {
    const before = await countCalls(gateway);
    const ms = await measure(async () => {
      const answer = (await caller.send(graph, 0)).toString();
      const statuses = answer.match(/"myMembership":\{"status":"PENDING"\}/g)?.length;
      if (statuses !== inbox) throw new Error(`the inbox shows ${statuses} own statuses, not ${inbox}`);
    });
    calls = (await countCalls(gateway)) - before;
    const handMs = await measure(byHand);
    if (round === 0) continue;
    viaGateway.push(ms);
    hand.push(handMs);
  }
  return [
    { title: 'one query', ms: viaGateway, requests: 1, calls },
    { title: 'by hand, four concurrent', ms: hand, requests: inbox + 1, calls: inbox + 1 },
  ];
}
