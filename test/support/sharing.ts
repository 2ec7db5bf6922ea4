import type { Environment } from '../../src/settings/parse-settings.ts';
import type { Database } from '../../src/simulator/sameness.ts';
import { type SimulatorOptions, startSimulator } from '../../src/simulator/server.ts';
import { type NewImage, World } from '../../src/simulator/world.ts';
import { type Answer, type Gateway, startGateway } from './gateway.ts';
import { imageId } from './image-id.ts';
import { type Handle, startProxy } from './proxy.ts';
import { type Received, sendJson } from './upstream.ts';

export { imageId };

/** The ids of the projects; the producer owns every image unless a test sets another owner. */
export const projects = {
  producer: '1'.repeat(32),
  a: 'a'.repeat(32),
  b: 'b'.repeat(32),
  stranger: '5'.repeat(32),
} as const;

type Name = keyof typeof projects;

/** A gateway in front of an embedded Images API with the test's own data. */
export interface Sharing extends AsyncDisposable {
  readonly gateway: Gateway;
  /** The address of the embedded Images API, for further gateways. */
  readonly upstreamUrl: string;
  readonly world: World;
  /** Sends one operation with the token of this project. */
  query(name: Name, document: string, variables?: Readonly<Record<string, unknown>>): Promise<Answer>;
  /** Adds an image; its members are given by name, with their status. */
  image(number: number, image?: NewImage, members?: Readonly<Partial<Record<Name, Status>>>): void;
  /** Asks the Images API itself, with the token of this project. @returns the status. */
  rest(name: Name, method: string, path: string, body?: unknown): Promise<number>;
  /** The upstream calls since the last check: images as `#1`, projects by name. */
  calls(): string[];
}

type Status = 'pending' | 'accepted' | 'rejected';

/** Answers a call in place of the embedded Images API, or decides how it is handled. */
export type Intercept = (
  request: Received,
) => { readonly status: number; readonly body?: unknown } | Handle | undefined;

interface Options extends SimulatorOptions {
  /** The imitated database; SQLite by default. */
  readonly database?: Database;
  readonly intercept?: Intercept;
  /** Settings of the gateway. */
  readonly environment?: Environment;
  /** Whether the gateway uses the Identity service; off by default. */
  readonly hasIdentity?: boolean;
}

/** The token of a project. */
export function tokenOf(name: Name): string {
  return `token-of-${name}`;
}

export async function startSharing({
  intercept,
  environment,
  hasIdentity,
  database = 'sqlite',
  ...options
}: Options = {}): Promise<Sharing> {
  const world = new World({ database });
  for (const [name, projectId] of Object.entries(projects)) {
    world.addIdentity({ name, projectId, token: tokenOf(name as Name), roles: ['member'] });
  }
  const received: string[] = [];
  const simulator = await startSimulator({
    ...options,
    world,
    onRequest: ({ method, target }) => intercept ?? received.push(toBrief(method, target)),
  });
  const front = await startProxy(simulator.url, (request) => {
    received.push(toBrief(request.method, request.target));
    const answer = intercept?.(request);
    if (answer === undefined || typeof answer === 'function') return answer;
    return (response) => sendJson(response, answer.status, answer.body ?? {});
  });
  const { url } = intercept ? front : simulator;
  const gateway = await startGateway(url, {
    ...environment,
    ...(hasIdentity && { IDENTITY_API_URL: `${url}/identity` }),
  });
  return {
    gateway,
    upstreamUrl: url,
    world,
    query: (name, document, variables) => gateway.query(tokenOf(name), document, variables),
    image(number, image = {}, members = {}) {
      world.addImage({
        id: imageId(number),
        name: `image ${number}`,
        owner: projects.producer,
        ...image,
        members: Object.entries(members).map(([name, status]) => ({ memberId: projects[name as Name], status })),
      });
    },
    async rest(name, method, path, body) {
      const isPatch = method === 'PATCH';
      const response = await fetch(`${simulator.url}/v2/${path}`, {
        method,
        headers: {
          'x-auth-token': tokenOf(name),
          'content-type': isPatch ? 'application/openstack-images-v2.1-json-patch' : 'application/json',
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      await response.arrayBuffer();
      return response.status;
    },
    calls: () => received.splice(0),
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await front[Symbol.asyncDispose]();
      await simulator.close();
    },
  };
}

function toBrief(method: string, target: string): string {
  let brief = `${method} ${target.replace('/v2/', '/').replace('/identity/v3', 'identity')}`;
  for (const [name, id] of Object.entries(projects)) brief = brief.replaceAll(id, name);
  return brief.replace(/0{8}-0{4}-4000-8000-0*(\d+)/g, '#$1');
}
