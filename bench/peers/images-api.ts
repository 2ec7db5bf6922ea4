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

/** undici's `request` over a pool. */
function createRequest(token: string) {
  return async <T>(method: 'GET' | 'PUT', path: string, body?: string): Promise<T> => {
    const answer = await pool.request({
      method,
      path: `/v2${path}`,
      headers: { 'x-auth-token': token, 'content-type': 'application/json' },
      ...(body !== undefined && { body }),
    });
    if (answer.statusCode !== 200) throw new Error(`the Images API answered ${answer.statusCode}`);
    return (await answer.body.json()) as T;
  };
}

/** undici's `request` over a pool, without anything that is kept. */
function createRequestApi(token: string) {
  const request = createRequest(token);
  return {
    getImage: (id: string) => request<ImageRow>('GET', `/images/${id}`),
    async getImages(ids: readonly string[]): Promise<(ImageRow | null)[]> {
      const path = `/images?limit=${ids.length}&visibility=all&member_status=all&id=in:${ids.join(',')}`;
      const { images } = await request<{ images: ImageRow[] }>('GET', path);
      const byId = new Map(images.map((image) => [image.id, image]));
      return ids.map((id) => byId.get(id) ?? null);
    },
    listImages: async (first: number) =>
      (await request<{ images: ImageRow[] }>('GET', `/images?limit=${first}`)).images,
    listMembers: async (id: string) =>
      (await request<{ members: MemberRow[] }>('GET', `/images/${id}/members`)).members,
    updateMember: (imageId: string, memberId: string, status: string) =>
      request<MemberRow>('PUT', `/images/${imageId}/members/${memberId}`, JSON.stringify({ status })),
  };
}

/** The same behind DataLoaders, which live as long as one request. */
export function createLoadingApi(token: string) {
  const api = createRequestApi(token);
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
