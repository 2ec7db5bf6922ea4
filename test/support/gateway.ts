import { type App, createApp } from '../../src/app.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import type { MemorySource } from '../../src/http/memory.ts';
import { createLogger } from '../../src/logging/log.ts';
import { type Environment, parseSettings } from '../../src/settings/parse-settings.ts';

/** An answer of GraphQL over HTTP. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The body as received. */
  readonly raw: string;
  readonly data: Readonly<Record<string, unknown>> | null | undefined;
  readonly errors: readonly AnswerError[] | undefined;
}

export interface AnswerError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: Readonly<Record<string, unknown>> & { readonly code: string; readonly requestId: string };
}

/** A listening gateway with its log. */
export interface Gateway extends AsyncDisposable {
  readonly app: App;
  readonly url: string;
  /** The log lines as written. */
  readonly log: readonly string[];
  /** Sends one GraphQL operation with this token. */
  query(
    token: string | null,
    document: string,
    variables?: Readonly<Record<string, unknown>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>;
}

/** A gateway shares the event loop of its test, which a busy machine may hold up. */
export const patience = { MAX_EVENT_LOOP_DELAY_MS: '600000' };

// Building it takes longer than the rest of a gateway.
const schema = createSchema();

/** Starts the gateway on a free port, in front of this Images API; other settings come from `environment`. */
export async function startGateway(
  upstreamUrl: string,
  environment: Environment = {},
  memorySource?: MemorySource,
): Promise<Gateway> {
  const log: string[] = [];
  const defaults = { PORT: '0', IMAGES_API_URL: upstreamUrl, ...patience };
  const { imagesApiUrl, ...settings } = parseSettings({ ...defaults, ...environment });
  if (imagesApiUrl === null) throw new Error('the tests bring their own Images API');
  const app = await createApp({
    settings: { ...settings, imagesApiUrl },
    // With federated tracing, Apollo Server wraps the resolvers of its schema.
    schema: settings.federatedTracing ? createSchema() : schema,
    log: createLogger('trace', 'iso', (line) => void log.push(line)),
    sample: { document: 'query Sample { images { nodes { id } } }', headers: { 'X-Auth-Token': 'sample-token' } },
    ...(memorySource && { memorySource }),
  });
  const url = await app.listen();
  return {
    app,
    url,
    log,
    async query(token, query, variables, headers) {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(token !== null && { 'x-auth-token': token }), ...headers },
        body: JSON.stringify({ query, variables }),
      });
      const raw = await response.text();
      const { data, errors } = JSON.parse(raw) as Pick<Answer, 'data' | 'errors'>;
      return { status: response.status, headers: response.headers, raw, data, errors };
    },
    [Symbol.asyncDispose]: () => app[Symbol.asyncDispose](),
  };
}
