import type { Environment } from '../../src/config.ts';
import { type SimulatorOptions, startSimulator } from '../../src/simulator/server.ts';
import { type NewImage, World } from '../../src/simulator/world.ts';
import { type Answer, type Gateway, startGateway } from './gateway.ts';
import { type Received, sendJson, startUpstream } from './upstream.ts';

/** The ids of the projects; the producer owns every image that a test does not give to someone else. */
export const projects = {
  producer: '1'.repeat(32),
  a: 'a'.repeat(32),
  b: 'b'.repeat(32),
  stranger: '5'.repeat(32),
} as const;

type Name = keyof typeof projects;

/** The id of the image with this number. */
export function imageId(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
}

/** A gateway before an embedded Images API with a world of the test's own. */
export interface Sharing extends AsyncDisposable {
  readonly gateway: Gateway;
  readonly world: World;
  /** Sends one operation with the token of this project. */
  query(name: Name, document: string, variables?: Readonly<Record<string, unknown>>): Promise<Answer>;
  /** Puts an image into the world; its members by name, with their status. */
  image(number: number, image?: NewImage, members?: Readonly<Partial<Record<Name, Status>>>): void;
  /** The calls upstream received since this was asked last: images as `#1`, projects by name. */
  calls(): string[];
}

type Status = 'pending' | 'accepted' | 'rejected';

/** Answers a call in the place of the embedded Images API. */
export type Intercept = (request: Received) => { readonly status: number; readonly body?: unknown } | undefined;

interface Options extends SimulatorOptions {
  readonly intercept?: Intercept;
  /** Settings of the gateway. */
  readonly environment?: Environment;
}

/** The token of a project. */
export function tokenOf(name: Name): string {
  return `token-of-${name}`;
}

export async function startSharing({ intercept, environment, ...options }: Options = {}): Promise<Sharing> {
  const world = new World();
  for (const [name, projectId] of Object.entries(projects)) {
    world.addIdentity({ name, projectId, token: tokenOf(name as Name), roles: ['member'] });
  }
  const received: string[] = [];
  const simulator = await startSimulator({
    ...options,
    world,
    onRequest: ({ method, target }) => intercept ?? received.push(toBrief(method, target)),
  });
  const front = await startUpstream((response, request) => {
    received.push(toBrief(request.method, request.target));
    const answer = intercept?.(request);
    if (answer) return sendJson(response, answer.status, answer.body ?? {});
    forward(simulator.url, request).then(
      ({ status, body }) => response.writeHead(status, { 'content-type': 'application/json' }).end(body),
      () => response.destroy(),
    );
  });
  const gateway = await startGateway(intercept ? front.url : simulator.url, environment);
  return {
    gateway,
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
    calls: () => received.splice(0),
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await front[Symbol.asyncDispose]();
      await simulator.close();
    },
  };
}

async function forward(url: string, { method, target, headers, body }: Received) {
  const own = headers.filter(([name]) => name.startsWith('x-') || name.startsWith('content-type') || name === 'accept');
  const init = { method, headers: own.map(([name, value]): [string, string] => [name, value]) };
  const response = await fetch(url + target, body === '' ? init : { ...init, body });
  return { status: response.status, body: response.status === 204 ? undefined : await response.text() };
}

function toBrief(method: string, target: string): string {
  let brief = `${method} ${target.replace('/v2/', '/')}`;
  for (const [name, id] of Object.entries(projects)) brief = brief.replaceAll(id, name);
  return brief.replace(/0{8}-0{4}-4000-8000-0*(\d+)/g, '#$1');
}
