import process from 'node:process';
import { type Glance, type IssuedCaller, parseGlance } from '../../../test/contract/glance/environment.ts';

/** The Glance and Keystone that the environment names, and images to share there. */
export interface GlanceCloud extends AsyncDisposable, Pick<Glance, 'tokens' | 'projects' | 'sandboxId' | 'policy'> {
  /** The settings of a gateway in front of this cloud. */
  readonly environment: Readonly<Record<string, string>>;
  /** Creates an image of the producer; it is deleted at the end. @returns its id. */
  create(name: string, visibility: 'private' | 'shared'): Promise<string>;
  /** The members of an image with their statuses, by project id. */
  members(imageId: string): Promise<Readonly<Record<string, string>>>;
}

/** @throws Error if the environment does not describe a Glance. */
export function openGlance(): GlanceCloud {
  const { imagesApiUrl, identityApiUrl, tokens, projects, sandboxId, policy } = parseGlance(process.env);
  const created: string[] = [];

  async function call(caller: IssuedCaller, method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${imagesApiUrl}/v2/images${path}`, {
      method,
      headers: { 'content-type': 'application/json', 'x-auth-token': tokens[caller] },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: Glance answered ${response.status}`);
    return response.status === 204 ? null : response.json();
  }

  return {
    tokens,
    projects,
    sandboxId,
    policy,
    environment: { IMAGES_API_URL: imagesApiUrl, IDENTITY_API_URL: identityApiUrl, CONSOLE: 'true' },
    async create(name, visibility) {
      const { id } = (await call('producer', 'POST', '', { name, visibility })) as { readonly id: string };
      created.push(id);
      return id;
    },
    async members(imageId) {
      const { members } = (await call('admin', 'GET', `/${imageId}/members`)) as {
        readonly members: readonly { readonly member_id: string; readonly status: string }[];
      };
      return Object.fromEntries(members.map(({ member_id, status }) => [member_id, status]));
    },
    async [Symbol.asyncDispose]() {
      for (const id of created) await call('admin', 'DELETE', `/${id}`);
    },
  };
}
