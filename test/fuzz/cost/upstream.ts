import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { type Listening, listen } from '../../support/listen.ts';

/** The content that the Images API shows to one token. */
interface World {
  /** Attributes of every image, in addition to its id. */
  readonly image?: object;
  /** Attributes of every member, in addition to its ids. */
  readonly member?: object;
  /** HTTP status of writes, and of reads of a single member. */
  readonly write?: number;
  readonly read?: number;
}

/** Number of members, tags and properties of an image: Glance's default quota for each. */
const quota = 128;
/** Maximum length of a name or a tag, and of a property's value. */
const maxName = 255;
const maxProperty = 65_535;

const times = { created_at: '2026-11-21T03:23:00Z', updated_at: '2026-11-21T03:23:00Z' };
const plainImage = { name: 'image', status: 'active', visibility: 'shared', owner: 'p'.repeat(32), tags: [], ...times };

function many<T>(make: (index: number) => T, count = quota): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

/** Images whose strings consist of this character, which JSON may have to escape. */
function withTexts(character: string, length: number, count: number) {
  const tags = many((index) => `${index}`.padEnd(length, character), count);
  return { name: character.repeat(maxName), tags, ...Object.fromEntries(tags.map((tag, index) => [`p${index}`, tag])) };
}

/** The content that each accepted token sees. */
export const worlds: Readonly<Record<string, World>> = {
  'few attributes': {},
  'short texts': { image: withTexts('x', 3, quota) },
  'long texts': { image: withTexts('x', maxName, quota) },
  'texts to escape': { image: withTexts('\u0001', maxName, quota), member: { schema: '\u0001'.repeat(maxName) } },
  'texts of many bytes': { image: withTexts('字', maxName, quota) },
  'one long property': { image: { long: 'x'.repeat(maxProperty), escaped: '\u0001'.repeat(10_000) } },
  'properties as long as they can be': {
    image: Object.fromEntries(many((index) => [`p${index}`, 'x'.repeat(maxProperty)])),
  },
  'rows that cannot be understood': { image: { size: 'much' }, member: { status: 'sleepy' } },
  'members that cannot be understood': { member: { status: 'sleepy' } },
  'writes that are refused': { write: 403, read: 404 },
  'members that exist already': { write: 409 },
  'members that are full': { write: 413, read: 404 },
  'an Images API in trouble': { write: 500, read: 503 },
};

/** The tokens that upstream accepts. */
export const acceptedTokens = Object.keys(worlds);

export interface LargeUpstream extends Listening {
  /** Number of calls received so far. */
  readonly calls: number;
}

/** An Images API that contains every requested image, with lists and strings as long as Glance allows. */
export async function startLargeUpstream(): Promise<LargeUpstream> {
  let calls = 0;
  const shown = new Map(Object.entries(worlds).map(([token, world]) => [token, new Shown(world)]));
  const server = createServer((request, response) => {
    calls++;
    const answering = answer(request, response, shown.get(String(request.headers['x-auth-token'])));
    answering.catch(() => response.destroy());
  });
  const listening = await listen(server);
  return {
    ...listening,
    get calls() {
      return calls;
    },
  };
}

/** A world as JSON. Rows differ only in their ids, so that creating a page is cheap. */
class Shown {
  readonly world: World;
  readonly #imageRest: string;
  readonly #memberRest: string;

  constructor(world: World) {
    this.world = world;
    this.#imageRest = JSON.stringify({ ...plainImage, ...world.image }).slice(1);
    const member = { status: 'accepted', schema: '/v2/schemas/member', ...times, ...world.member };
    this.#memberRest = JSON.stringify(member).slice(1);
  }

  image(id: string): string {
    return `{"id":${JSON.stringify(id)},${this.#imageRest}`;
  }

  member(imageId: string, memberId: string): string {
    return `{"image_id":${JSON.stringify(imageId)},"member_id":${JSON.stringify(memberId)},${this.#memberRest}`;
  }
}

async function answer(request: IncomingMessage, response: ServerResponse, shown: Shown | undefined): Promise<void> {
  const body = request.method === 'GET' ? {} : await json(request).catch(() => ({}));
  function send(status: number, ...parts: string[]): void {
    response.writeHead(status, { 'content-type': 'application/json' });
    for (const part of parts) response.write(part);
    response.end();
  }
  if (shown === undefined) return send(401, '{}');
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://upstream');
  const [, version, collection, id = '', below, memberId] = pathname.split('/').map(decodeURIComponent);
  if (version === 'v3') return send(200, answerAsIdentity(collection, id));
  const { write = 200, read = 200 } = shown.world;
  if (collection === 'schemas') return send(200, '{}');
  if (id === '') return send(200, '{"next":"more","images":[', ...listImages(searchParams, shown), ']}');
  if (below === undefined) return send(200, shown.image(id));
  if (request.method === 'GET' && memberId === undefined) {
    const rows = many((index) => shown.member(id, String(index).padStart(32, 'm')));
    return send(200, '{"members":[', rows.join(','), ']}');
  }
  if (request.method === 'GET') return send(read, read === 200 ? shown.member(id, memberId ?? '') : '{}');
  if (write !== 200) return send(write, '{}');
  if (request.method === 'DELETE') {
    response.writeHead(204).end();
    return;
  }
  const { member = memberId ?? '', status = 'pending' } = body as { member?: string; status?: string };
  send(200, shown.member(id, String(member)).replace('accepted', status));
}

const project = { id: 'p'.repeat(32), name: 'n'.repeat(64) };
const projects = JSON.stringify({
  projects: many((index) => ({ ...project, id: `${index}`.padEnd(32, 'm') }), 10_000),
});
const token = JSON.stringify({
  token: { user: project, project, roles: many(() => project), expires_at: '2026-11-21T03:23:00Z' },
});

/** An Identity service in which every user has many roles and projects. */
function answerAsIdentity(collection = '', id: string): string {
  if (id === 'tokens') return token;
  return collection === 'projects' && id !== '' ? JSON.stringify({ project: { ...project, id } }) : projects;
}

/** A page of up to slightly more bytes than the gateway accepts. Filters of different length list different images. */
function listImages(search: URLSearchParams, shown: Shown): string[] {
  const ids = search.get('id')?.slice('in:'.length).split(',');
  const name = search.get('name') ?? search.get('tag') ?? search.get('owner') ?? '';
  const first = Number(search.get('marker')?.slice(-12) ?? -1) + 1;
  const listed = ids ?? many((index) => toId(first + index, name.length), Number(search.get('limit')));
  const rows: string[] = [];
  let bytes = 0;
  for (const id of listed) {
    if (bytes > 20_000_000) break;
    const row = `${rows.length === 0 ? '' : ','}${shown.image(id)}`;
    bytes += row.length;
    rows.push(row);
  }
  return rows;
}

function toId(number: number, list: number): string {
  return `00000000-0000-4000-${String(8000 + (list % 1000))}-${String(number % 1e12).padStart(12, '0')}`;
}
