import DataLoader from 'dataloader';
import { Pool } from 'undici';

/** An image as the Images API has it. */
export interface ImageRow {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly visibility: string;
}

/** A member as the Images API has it. */
export interface MemberRow {
  readonly member_id: string;
  readonly status: string;
  readonly created_at: string;
  readonly updated_at: string;
}

/** What the resolvers of the peers need. */
export interface ImagesApi {
  getImage(id: string): Promise<ImageRow | null>;
  listImages(first: number): Promise<readonly ImageRow[]>;
  listMembers(imageId: string): Promise<readonly MemberRow[]>;
  updateMember(imageId: string, memberId: string, status: string): Promise<MemberRow>;
}

/** Where the Images API is. */
export const baseUrl = `${process.env['IMAGES_API_URL'] ?? ''}/v2`;

/** The plain way: `fetch`, and nothing kept. */
export function createFetchApi(token: string): ImagesApi {
  async function call<T>(path: string, init: RequestInit = {}): Promise<T> {
    const answer = await fetch(baseUrl + path, {
      ...init,
      headers: { 'x-auth-token': token, 'content-type': 'application/json' },
    });
    if (!answer.ok) throw new Error(`the Images API answered ${answer.status}`);
    return (await answer.json()) as T;
  }
  return {
    getImage: (id) => call<ImageRow>(`/images/${id}`),
    listImages: async (first) => (await call<{ images: ImageRow[] }>(`/images?limit=${first}`)).images,
    listMembers: async (id) => (await call<{ members: MemberRow[] }>(`/images/${id}/members`)).members,
    updateMember: (imageId, memberId, status) =>
      call(`/images/${imageId}/members/${memberId}`, { method: 'PUT', body: JSON.stringify({ status }) }),
  };
}

const pool = new Pool(new URL(baseUrl).origin, { connections: 8 });

/** The bodies of the Images API, by the kind of the call. */
export interface Bodies {
  readonly image: ImageRow;
  readonly images: { readonly images: readonly ImageRow[] };
  readonly members: { readonly members: readonly MemberRow[] };
  readonly member: MemberRow;
}

/** What is sent to the Images API; the path begins below its version. */
export interface Call {
  readonly method: 'GET' | 'PUT';
  readonly path: string;
  readonly body?: string;
}

/** Makes a call and returns the body of the answer. @throws Error if the answer is not 200. */
export type Request = <K extends keyof Bodies>(kind: K, call: Call) => Promise<Bodies[K]>;

/** undici's `request` over a pool. */
function createRequest(token: string): Request {
  return async <K extends keyof Bodies>(_kind: K, { method, path, body }: Call): Promise<Bodies[K]> => {
    const answer = await pool.request({
      method,
      path: `/v2${path}`,
      headers: { 'x-auth-token': token, 'content-type': 'application/json' },
      ...(body !== undefined && { body }),
    });
    if (answer.statusCode !== 200) throw new Error(`the Images API answered ${answer.statusCode}`);
    return (await answer.body.json()) as Bodies[K];
  };
}

/** The calls of the Images API that the peers need. */
function createRequestApi(request: Request) {
  return {
    getImage: (id: string) => request('image', { method: 'GET', path: `/images/${id}` }),
    async getImages(ids: readonly string[]): Promise<(ImageRow | null)[]> {
      const path = `/images?limit=${ids.length}&visibility=all&member_status=all&id=in:${ids.join(',')}`;
      const { images } = await request('images', { method: 'GET', path });
      const byId = new Map(images.map((image) => [image.id, image]));
      return ids.map((id) => byId.get(id) ?? null);
    },
    listImages: async (first: number) =>
      (await request('images', { method: 'GET', path: `/images?limit=${first}` })).images,
    listMembers: async (id: string) =>
      (await request('members', { method: 'GET', path: `/images/${id}/members` })).members,
    updateMember: (imageId: string, memberId: string, status: string) =>
      request('member', {
        method: 'PUT',
        path: `/images/${imageId}/members/${memberId}`,
        body: JSON.stringify({ status }),
      }),
  };
}

/** The same behind DataLoaders, which live as long as one request. */
export function createLoadingApi(token: string) {
  return createLoaders(createRequest(token));
}

/** The calls of the Images API behind DataLoaders, which live as long as one request. */
export function createLoaders(request: Request) {
  const api = createRequestApi(request);
  const images = new DataLoader(async (ids: readonly string[]) => {
    const [id] = ids;
    return ids.length === 1 && id !== undefined ? [await api.getImage(id)] : api.getImages(ids);
  });
  const members = new DataLoader((ids: readonly string[]) => Promise.all(ids.map((id) => api.listMembers(id))));
  return {
    ...api,
    getImage: (id: string) => images.load(id),
    listMembers: (id: string) => members.load(id),
  };
}
