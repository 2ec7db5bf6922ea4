/**
 * The bare limit's answer to W1, made by more and more of the gateway's own layers: `LAYER` says up to which. No GraphQL.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildConnector } from 'undici';
import { Loaders } from '../../src/graphql/data/loaders.ts';
import { parseSettings } from '../../src/settings/parse-settings.ts';
import { Token } from '../../src/token.ts';
import { Breaker } from '../../src/upstream/breaker.ts';
import type { Caller } from '../../src/upstream/call.ts';
import { createLimits } from '../../src/upstream/connect.ts';
import { ConnectionPool } from '../../src/upstream/connection-pool.ts';
import { ImagesClient, imagesApi } from '../../src/upstream/images-client.ts';
import { SharedReads } from '../../src/upstream/shared-reads.ts';
import { Transport } from '../../src/upstream/transport.ts';

const layer = process.env['LAYER'] ?? '';
const settings = parseSettings({});
const transport = new Transport({
  service: imagesApi,
  pool: new ConnectionPool(process.env['IMAGES_API_URL'] ?? '', {
    connections: settings.upstreamConnections,
    maxAgeMs: settings.upstreamConnectionAgeMs,
    connect: buildConnector({ allowH2: false }),
  }),
  origin: '',
  basePath: '/v2',
  ...createLimits(settings),
  breaker: new Breaker({ failures: 20, pauseMs: 2_000, now: () => performance.now(), onChange() {} }),
  onRefused() {},
  onDropped() {},
  observe() {},
});
const sharedReads = layer === 'shared' || layer === 'loaders' ? new SharedReads() : null;

interface Row {
  readonly memberId: string;
  readonly status: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

interface WireRow {
  readonly member_id: string;
  readonly status: string;
  readonly created_at: string;
  readonly updated_at: string;
}

async function viaTransport(id: string, caller: Caller): Promise<object> {
  const [image, members] = await Promise.all(
    [`/images/${id}`, `/images/${id}/members`].map(async (path) =>
      JSON.parse(await transport.call({ operation: 'read', doing: 'read', method: 'GET', path }, caller)),
    ),
  );
  const rows = (members.members as WireRow[]).map((row) => ({
    memberId: row.member_id,
    status: row.status.toUpperCase(),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }));
  return toImage({ ...image, status: image.status.toUpperCase(), visibility: image.visibility.toUpperCase() }, rows);
}

async function viaClient(id: string, caller: Caller): Promise<object> {
  const client = new ImagesClient(transport, sharedReads, caller);
  const loaders = layer === 'loaders' ? new Loaders(client) : null;
  const [image, members] = await Promise.all(
    loaders ? [loaders.image(id), loaders.memberList(id)] : [client.getImage(id), client.listMembers(id)],
  );
  if (image === null || members === null) throw new Error('upstream has no such image');
  return toImage(image, members.rows);
}

interface Image {
  readonly id: string;
  readonly name: string | null;
  readonly status: string | null;
  readonly visibility: string | null;
}

function toImage({ id, name, status, visibility }: Image, rows: readonly Row[]): object {
  const members = rows.map((row) => ({
    memberId: row.memberId,
    status: row.status,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  }));
  return { image: { id, name, status, visibility, members } };
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', async () => {
    const { variables } = JSON.parse(Buffer.concat(chunks).toString());
    const caller = {
      token: new Token(String(request.headers['x-auth-token'])),
      requestId: 'req-1',
      signal: new AbortController().signal,
      deadlineAt: performance.now() + settings.operationDeadlineMs,
    };
    const data = await (layer === 'transport' ? viaTransport : viaClient)(variables.id, caller);
    const body = JSON.stringify({ data });
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
    response.end(body);
  });
});
server.listen(Number(process.env['PORT'] ?? 0), '127.0.0.1', 1024, () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql\n`);
});
