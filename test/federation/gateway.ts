import { createApp } from '../../src/app.ts';
import { createLogger } from '../../src/logging/log.ts';
import { type Environment, parseSettings } from '../../src/settings/parse-settings.ts';
import { type ReceivedRequest, startSimulator } from '../../src/simulator/server.ts';
import { World } from '../../src/simulator/world.ts';
import { patience } from '../support/gateway.ts';

/** A producer with many shared images, and a consumer of some of them. */
export const producer = { token: 'producer-token', projectId: '1'.repeat(32) };
export const consumer = { token: 'consumer-token', projectId: 'a'.repeat(32) };
/** Projects that every image is shared with, in addition to the consumer. */
export const others = ['b'.repeat(32), 'c'.repeat(32), 'd'.repeat(32)];

export function imageId(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
}

/** Sixty shared images, each with four members; the last ten are hidden. */
function createWorld(): World {
  const world = new World();
  world.addIdentity({ ...producer, name: 'producer', roles: ['member', 'reader'] });
  world.addIdentity({ ...consumer, name: 'consumer', roles: ['member', 'reader'] });
  for (let number = 1; number <= 60; number++) {
    world.addImage({
      id: imageId(number),
      name: `image ${number}`,
      owner: producer.projectId,
      status: 'active',
      osHidden: number > 50,
      members: [consumer.projectId, ...others].map((memberId) => ({ memberId })),
    });
  }
  return world;
}

/** The untyped content of an answer. */
export interface GraphQLAnswer {
  readonly status: number;
  readonly contentType: string | null;
  readonly data: ReturnType<typeof JSON.parse>;
  readonly errors: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions: Readonly<Record<string, unknown>>;
  }[];
  readonly extensions: Readonly<Record<string, unknown>> | undefined;
  readonly text: string;
}

export interface Gateway extends AsyncDisposable {
  /** Where GraphQL is served. */
  readonly url: string;
  /** The calls to the two APIs, in order: `GET /v2/images/…`. */
  readonly calls: string[];
  /** The tokens that came with these calls. */
  readonly tokens: (string | undefined)[];
  /** Stops the Images API. */
  stopUpstream(): Promise<void>;
  ask(
    query: string,
    options?: { variables?: object; token?: string | null; headers?: Record<string, string> },
  ): Promise<GraphQLAnswer>;
}

/** A gateway with its own embedded Images and Identity APIs, on free ports. */
export async function startGateway(environment: Environment = {}): Promise<Gateway> {
  const calls: string[] = [];
  const tokens: (string | undefined)[] = [];
  const simulator = await startSimulator({
    world: createWorld(),
    onRequest({ method, target, headers }: ReceivedRequest) {
      calls.push(`${method} ${target}`);
      tokens.push(headers['x-auth-token'] as string | undefined);
    },
  });
  const settings = parseSettings({
    ...patience,
    PORT: '0',
    UPSTREAM_RETRIES: '0',
    IMAGES_API_URL: simulator.url,
    IDENTITY_API_URL: simulator.identityUrl,
    ...environment,
  });
  const app = await createApp({
    settings: { ...settings, imagesApiUrl: settings.imagesApiUrl ?? new URL(simulator.url) },
    log: createLogger('silent', 'iso', () => {}),
    sample: { document: '{ __typename }', headers: {} },
  });
  const url = `${await app.listen()}/graphql`;
  return {
    url,
    calls,
    tokens,
    stopUpstream: () => simulator.close(),
    async ask(query, { variables = {}, token = producer.token, headers = {} } = {}) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(token !== null && { 'x-auth-token': token }), ...headers },
        body: JSON.stringify({ query, variables }),
      });
      const text = await response.text();
      const { data, errors = [], extensions } = JSON.parse(text);
      return {
        status: response.status,
        contentType: response.headers.get('content-type'),
        data,
        errors,
        extensions,
        text,
      };
    },
    async [Symbol.asyncDispose]() {
      await app.close();
      await simulator.close();
    },
  };
}
