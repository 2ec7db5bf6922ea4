/**
 * The bare limit: `node:http` and undici's `dispatch`, the same upstream calls, and the same JSON built by hand. No
 * GraphQL, no checks, no logs.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';

interface MemberRow {
  readonly member_id: string;
  readonly status: string;
  readonly created_at: string;
  readonly updated_at: string;
}

interface ImageRow {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly visibility: string;
}

interface Variables {
  readonly id: string;
  readonly first: number;
  readonly input: { readonly imageId: string; readonly memberId: string; readonly status: string };
  readonly representations: readonly { readonly id: string }[];
}

const upstream = new Pool(process.env['IMAGES_API_URL'] ?? '', { connections: 8, pipelining: 1 });

function call<T>(method: 'GET' | 'PUT', path: string, token: string, body: string | null = null): Promise<T> {
  const headers = ['accept', 'application/json', 'x-auth-token', token];
  if (body) headers.push('content-type', 'application/json');
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    upstream.dispatch(
      { method, path: `/v2${path}`, headers, body },
      {
        onRequestStart() {},
        onResponseStart() {},
        onResponseData(_controller, chunk) {
          chunks.push(chunk);
        },
        onResponseEnd() {
          const all = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
          resolve(JSON.parse(all.toString()));
        },
        onResponseError(_controller, error) {
          reject(error);
        },
      },
    );
  });
}

function toMember(row: MemberRow): object {
  return {
    memberId: row.member_id,
    status: row.status.toUpperCase(),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function toImage(row: ImageRow): object {
  return { id: row.id, name: row.name, status: row.status.toUpperCase(), visibility: row.visibility.toUpperCase() };
}

async function listMembers(id: string, token: string): Promise<object[]> {
  const list = await call<{ members: MemberRow[] }>('GET', `/images/${id}/members`, token);
  return list.members.map(toMember);
}

type Operation = (variables: Variables, token: string) => Promise<object> | object;

const operations: Readonly<Record<string, Operation>> = {
  async W1({ id }, token) {
    const [image, members] = await Promise.all([call<ImageRow>('GET', `/images/${id}`, token), listMembers(id, token)]);
    return { image: { ...toImage(image), members } };
  },
  async W2({ first }, token) {
    const list = await call<{ images: ImageRow[] }>('GET', `/images?limit=${first}`, token);
    const nodes = list.images.map(async (row) => ({ ...toImage(row), members: await listMembers(row.id, token) }));
    return { images: { nodes: await Promise.all(nodes) } };
  },
  async W3({ id }, token) {
    const members = await listMembers(id, token);
    const data: Record<string, object> = {};
    for (let n = 0; n < 10; n++) data[`a${n}`] = { id, members };
    return data;
  },
  async W4({ input }, token) {
    const body = JSON.stringify({ status: input.status.toLowerCase() });
    const row = await call<MemberRow>('PUT', `/images/${input.imageId}/members/${input.memberId}`, token, body);
    return { updateMemberStatus: { imageMember: toMember(row), userErrors: [] } };
  },
  async W5({ representations }, token) {
    const ids = representations.map(({ id }) => id);
    const path = `/images?limit=${ids.length}&visibility=all&member_status=all&id=in:${ids.join(',')}`;
    const list = await call<{ images: ImageRow[] }>('GET', path, token);
    const byId = new Map(list.images.map((row) => [row.id, toImage(row)]));
    return { _entities: ids.map((id) => byId.get(id) ?? null) };
  },
  W6: () => ({ __typename: 'Query' }),
};

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', async () => {
    const { operationName, variables } = JSON.parse(Buffer.concat(chunks).toString());
    const data = await operations[operationName]?.(variables, String(request.headers['x-auth-token']));
    const body = JSON.stringify({ data });
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
    response.end(body);
  });
});
server.listen(Number(process.env['PORT'] ?? 0), '127.0.0.1', 1024, () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql\n`);
});
