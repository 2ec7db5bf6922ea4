/**
 * A stub of the Images API, as fast as can be: every body is made once, when it is first asked for. Prints its URL.
 * `/calls` answers how many calls it has received, and begins to count anew; `/world?images=50&members=20&delayMs=0`
 * changes how many images there are, how many members each has, and how long an answer takes.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { imageId, memberId } from '../workloads.ts';

const time = '2026-11-21T03:41:54Z';
const world = { images: 50, members: 20, delayMs: 0 };
const bodies = new Map<string, Buffer | null>();
let calls = 0;

function toImage(number: number): object {
  const id = imageId(number);
  return {
    name: `Image ${number}`,
    disk_format: 'qcow2',
    container_format: 'bare',
    visibility: 'shared',
    size: 2_361_393_152,
    virtual_size: 10_737_418_240,
    status: 'active',
    checksum: 'd41d8cd98f00b204e9800998ecf8427e',
    protected: false,
    min_ram: 512,
    min_disk: 10,
    owner: '1'.repeat(32),
    os_hidden: false,
    os_hash_algo: 'sha512',
    os_hash_value: 'c'.repeat(128),
    id,
    created_at: time,
    updated_at: time,
    tags: ['lts'],
    self: `/v2/images/${id}`,
    file: `/v2/images/${id}/file`,
    schema: '/v2/schemas/image',
    os_distro: 'ubuntu',
    os_version: '24.04',
  };
}

function toMember(image: number, number: number): object {
  return {
    member_id: memberId(number),
    image_id: imageId(image),
    status: 'accepted',
    created_at: time,
    updated_at: time,
    schema: '/v2/schemas/member',
  };
}

function range(length: number): number[] {
  return Array.from({ length }, (_, number) => number);
}

/** The number at the end of an id; NaN if there is nothing by this id. */
function toNumber(id: string, count: number): number {
  const number = Number(/\d{1,12}$/.exec(id)?.[0] ?? Number.NaN);
  return number < count ? number : Number.NaN;
}

/** What is at this URL; null if nothing is. */
function toBody(url: string): object | null {
  const { pathname, searchParams } = new URL(url, 'http://stub');
  const [, id, members, member] = /^\/v2\/images(?:\/([^/]+)(?:(\/members)(?:\/([^/]+))?)?)?$/.exec(pathname) ?? [];
  if (pathname === '/v2/images') {
    const asked = searchParams.get('id')?.slice('in:'.length).split(',');
    const numbers = asked?.map((one) => toNumber(one, world.images)) ?? range(world.images);
    const found = numbers.filter((number) => !Number.isNaN(number));
    const limit = Number(searchParams.get('limit') ?? found.length);
    return { images: found.slice(0, limit).map(toImage), schema: '/v2/schemas/images' };
  }
  const image = id === undefined ? Number.NaN : toNumber(id, world.images);
  if (Number.isNaN(image)) return null;
  if (members === undefined) return toImage(image);
  if (member === undefined) {
    return { members: range(world.members).map((number) => toMember(image, number)), schema: '/v2/schemas/members' };
  }
  const number = toNumber(member, world.members);
  return Number.isNaN(number) ? null : toMember(image, number);
}

function getBody(url: string): Buffer | null {
  let body = bodies.get(url);
  if (body === undefined) {
    const value = toBody(url);
    body = value && Buffer.from(JSON.stringify(value));
    bodies.set(url, body);
  }
  return body;
}

function changeWorld(search: URLSearchParams): void {
  for (const key of ['images', 'members', 'delayMs'] as const) world[key] = Number(search.get(key) ?? world[key]);
  bodies.clear();
}

const server = createServer((request, response) => {
  const url = request.url ?? '';
  if (url === '/calls') {
    response.end(String(calls));
    calls = 0;
    return;
  }
  if (url.startsWith('/world?')) {
    changeWorld(new URLSearchParams(url.slice('/world?'.length)));
    response.end();
    return;
  }
  calls++;
  const answer = (): void => {
    const body = getBody(url);
    response.writeHead(body ? 200 : 404, {
      'content-type': 'application/json',
      'content-length': body?.length ?? 0,
      'x-openstack-request-id': 'req-e01cf576-e847-49d1-add5-6348c197aab9',
    });
    response.end(body);
  };
  const answerInTime = world.delayMs > 0 ? (): void => void setTimeout(answer, world.delayMs) : answer;
  if (request.method === 'GET') answerInTime();
  else request.resume().once('end', answerInTime);
});
server.keepAliveTimeout = 60_000;
server.listen(Number(process.env['PORT'] ?? 0), '127.0.0.1', 1024, () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
