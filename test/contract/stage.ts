import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Environment } from '../../src/settings/parse-settings.ts';
import type { Database } from '../../src/simulator/sameness.ts';
import { type AnswerError, type Gateway, startGateway } from '../support/gateway.ts';
import { type Disturb, startProxy } from '../support/proxy.ts';
import { type Operation, type Subscribed, transports } from '../support/subscribe.ts';
import { type Caller, type Cloud, openCloud, type ProjectName } from './cloud.ts';

/** Member statuses on the wire, which the set-up uses because it bypasses the gateway. */
type WireStatus = 'pending' | 'accepted' | 'rejected';

/** An image to create; other attributes are those of the Images API. */
export interface NewImage {
  readonly owner?: ProjectName;
  readonly members?: Readonly<Partial<Record<ProjectName, WireStatus>>>;
  readonly visibility?: 'public' | 'private' | 'shared' | 'community';
  /** `active` and `deactivated` images have data. */
  readonly status?: 'queued' | 'active' | 'deactivated';
  readonly data?: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/** A GraphQL answer of the gateway, with HTTP status 200. */
export interface Answer {
  readonly data: unknown;
  readonly errors: readonly AnswerError[];
}

/** A gateway in front of a cloud, and functions that set up the cloud directly. Closing it deletes the images it created. */
export class Stage implements AsyncDisposable {
  readonly cloud: Cloud;
  /** A tag and a name prefix unique to this stage. */
  readonly tag = `contract-${randomUUID()}`;
  readonly #gateway: Gateway;
  readonly #opened: AsyncDisposableStack;
  readonly #made: string[] = [];

  constructor(cloud: Cloud, gateway: Gateway, opened: AsyncDisposableStack) {
    this.cloud = cloud;
    this.#gateway = gateway;
    this.#opened = opened;
  }

  /** The calls that the gateway has made to the cloud so far, by operation; unanswered ones include the reason. */
  get calls(): readonly string[] {
    return this.#gateway.log
      .map((line) => JSON.parse(line) as { msg: string; operation: string; failure?: string })
      .flatMap(({ msg, operation, failure }) => (msg === 'upstream' ? [[operation, failure].join(' ').trim()] : []));
  }

  /** Sends an operation to the gateway. An operation that executed answers 200, even if it has errors. */
  async ask(caller: Caller, document: string, variables: Readonly<Record<string, unknown>> = {}): Promise<Answer> {
    const { status, data, errors } = await this.#gateway.query(this.cloud.tokens[caller], document, variables);
    expect(status, JSON.stringify(errors)).toBe(200);
    return { data, errors: errors ?? [] };
  }

  /** Subscribes with the client library of a transport. */
  subscribe(transport: keyof typeof transports, caller: Caller, operation: Operation): Subscribed {
    return transports[transport](this.#gateway.url, this.cloud.tokens[caller], operation);
  }

  /** The gateway's base URL. */
  get url(): string {
    return this.#gateway.url;
  }

  /** Gets another token for the same user and project. */
  async anotherToken(caller: ProjectName): Promise<string> {
    const id = this.cloud.tokens[caller];
    const response = await fetch(`${this.cloud.identityApiUrl}/auth/tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        auth: {
          identity: { methods: ['token'], token: { id } },
          scope: { project: { id: this.cloud.projects[caller] } },
        },
      }),
    });
    const token = response.headers.get('x-subject-token');
    if (token === null) throw new Error(`no token: ${response.status} ${await response.text()}`);
    return token;
  }

  /** Revokes a token, by itself. */
  async revoke(token: string): Promise<void> {
    const headers = { 'x-auth-token': token, 'x-subject-token': token };
    const { status } = await fetch(`${this.cloud.identityApiUrl}/auth/tokens`, { method: 'DELETE', headers });
    if (status !== 204) throw new Error(`the token is not revoked: ${status}`);
  }

  /** Waits until all workers of Glance refuse a token: each of them has it in a cache of its own. */
  async untilRefused(token: string): Promise<void> {
    for (let inARow = 0; inARow < 10; ) {
      const url = `${this.cloud.imagesApiUrl}/v2/images?limit=1`;
      const { status } = await fetch(url, { headers: { 'x-auth-token': token, connection: 'close' } });
      inARow = status === 401 ? inARow + 1 : 0;
      if (status !== 401) await sleep(500);
    }
  }

  /** Sets a member's status, with the member's own token. */
  async decide(imageId: string, name: ProjectName, status: WireStatus): Promise<void> {
    await this.#rest(name, 'PUT', `/images/${imageId}/members/${this.cloud.projects[name]}`, { status });
  }

  /** What the gateway measures. */
  async metrics(): Promise<string> {
    return (await fetch(`${this.#gateway.url}/metrics`)).text();
  }

  /** Sends any request to the gateway's GraphQL endpoint. */
  request(search: string, init: RequestInit): Promise<Response> {
    return fetch(`${this.#gateway.url}/graphql${search}`, init);
  }

  /**
   * Creates an image. Its id sorts after those of all earlier images: if times are stored in seconds, the id
   * determines which of two images is newer.
   *
   * @returns its id.
   */
  async image(image: NewImage = {}): Promise<string> {
    const { owner = 'producer', members = {}, visibility, status, data = 'data', attributes } = image;
    const { id } = (await this.#rest(owner, 'POST', '/images', {
      id: nextImageId(),
      name: this.tag,
      tags: [this.tag],
      disk_format: 'raw',
      container_format: 'bare',
      ...attributes,
    })) as { id: string };
    this.#made.push(id);
    for (const [name, memberStatus] of Object.entries(members) as [ProjectName, WireStatus][]) {
      await this.share(id, this.cloud.projects[name]);
      const path = `/images/${id}/members/${this.cloud.projects[name]}`;
      if (memberStatus !== 'pending') await this.#rest(name, 'PUT', path, { status: memberStatus });
    }
    if (status === 'active' || status === 'deactivated') await this.#upload(id, owner, data);
    if (status === 'deactivated') await this.#rest('admin', 'POST', `/images/${id}/actions/deactivate`);
    if (visibility !== undefined) await this.change(id, { visibility });
    return id;
  }

  /** Waits until the cloud's clock advances, if it counts only seconds. */
  async nextTime(): Promise<void> {
    if (this.cloud.database === 'mariadb') await sleep(1_050);
  }

  /** Creates an image with as many members as the cloud allows, including consumerA with the status accepted. */
  async fullImage(): Promise<string> {
    const imageId = await this.image({ members: { consumerA: 'accepted' } });
    const others = Array.from({ length: this.cloud.memberQuota - 1 }, () => this.share(imageId, randomUUID()));
    await Promise.all(others);
    return imageId;
  }

  /** Adds a project as a member, as the cloud's administrator. */
  async share(imageId: string, memberId: string): Promise<void> {
    await this.#rest('admin', 'POST', `/images/${imageId}/members`, { member: memberId });
  }

  /** Removes a member, as the cloud's administrator. */
  async unshare(imageId: string, memberId: string): Promise<void> {
    await this.#rest('admin', 'DELETE', `/images/${imageId}/members/${memberId}`);
  }

  /** Changes attributes of an image, as the cloud's administrator. */
  async change(imageId: string, attributes: Readonly<Record<string, unknown>>): Promise<void> {
    const patch = Object.entries(attributes).map(([name, value]) => ({ op: 'replace', path: `/${name}`, value }));
    await this.#rest('admin', 'PATCH', `/images/${imageId}`, patch, 'application/openstack-images-v2.1-json-patch');
  }

  /** Deletes an image. */
  async delete(imageId: string): Promise<void> {
    await this.#rest('admin', 'DELETE', `/images/${imageId}`);
    this.#made.splice(this.#made.indexOf(imageId), 1);
  }

  /** The members of a shared image in the cloud itself, to check what a refused write left behind. */
  async rows(imageId: string): Promise<unknown> {
    return ((await this.#rest('admin', 'GET', `/images/${imageId}/members`)) as { members: unknown }).members;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const id of [...this.#made]) {
      await this.change(id, { protected: false });
      await this.delete(id);
    }
    await this.#opened.disposeAsync();
  }

  #authentication(caller: Caller): Record<string, string> {
    const token = this.cloud.tokens[caller];
    return token === null ? {} : { 'x-auth-token': token };
  }

  #upload(id: string, owner: Caller, data: string): Promise<unknown> {
    return this.#rest(owner, 'PUT', `/images/${id}/file`, data, 'application/octet-stream');
  }

  async #rest(
    caller: Caller,
    method: string,
    path: string,
    body?: object | string,
    type = 'application/json',
  ): Promise<unknown> {
    const response = await fetch(`${this.cloud.imagesApiUrl}/v2${path}`, {
      method,
      headers: { accept: 'application/json', ...(body && { 'content-type': type }), ...this.#authentication(caller) },
      ...(body && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`set-up failed: ${method} ${path}: ${response.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
  }
}

/** A new UUID that begins with the time, in microseconds. */
function nextImageId(): string {
  const microseconds = Math.floor((performance.timeOrigin + performance.now()) * 1000);
  const time = microseconds.toString(16).padStart(12, '0').slice(-12);
  return `${time.slice(0, 8)}-${time.slice(8)}-4${randomUUID().slice(15)}`;
}

/** Options of a stage. */
export interface StageOptions {
  /** The database that the embedded Images API imitates; SQLite by default. */
  readonly database?: Database;
  /** Settings of the gateway. */
  readonly environment?: Environment;
  /** Whether the gateway uses the cloud's Identity service; off by default. */
  readonly hasIdentity?: boolean;
  /** Handles the gateway's calls on their way to the cloud. */
  readonly disturb?: Disturb;
}

/** Opens the cloud of this run, with a gateway in front of it, for one test. */
export async function openStage({ database, environment, hasIdentity, disturb }: StageOptions = {}): Promise<Stage> {
  await using opened = new AsyncDisposableStack();
  const cloud = opened.use(await openCloud(database));
  const { url } = disturb ? opened.use(await startProxy(cloud.imagesApiUrl, disturb)) : { url: cloud.imagesApiUrl };
  const identity = hasIdentity ? { IDENTITY_API_URL: cloud.identityApiUrl } : {};
  const gateway = opened.use(await startGateway(url, { ...identity, ...environment }));
  return new Stage(cloud, gateway, opened.move());
}
