import { composeServices } from '@theguild/federation-composition';
import { parse } from 'graphql';
import { startCatalogue } from '../../../examples/federation/catalogue.ts';
import { startIdentity } from '../../../examples/federation/identity.ts';
import { consumer, type Gateway, imageId, producer, startGateway } from '../gateway.ts';

/** A subgraph as composers accept it. */
export interface Service {
  readonly name: string;
  readonly url: string;
  readonly sdl: string;
}

/** The requests to each subgraph and to the Images API since the last call. */
export interface Counts {
  readonly images: number;
  readonly identity: number;
  readonly catalogue: number;
  readonly upstream: number;
}

/** Three subgraphs and an embedded Images API; the gateway serves federation fields only to a router that sends the secret. */
export interface Graph extends AsyncDisposable {
  readonly gateway: Gateway;
  readonly services: readonly Service[];
  /** The tokens that reached the other two subgraphs. */
  readonly tokens: readonly unknown[];
  counts(): Promise<Counts>;
}

/** Each of the first ten images has a note. */
export async function startGraph(): Promise<Graph> {
  const secret = 'the-secret-of-the-router';
  // The routers' configuration expects the file here.
  process.env['ROUTER_SECRET'] = secret;
  const gateway = await startGateway({
    ROUTER_SECRET: secret,
    SUBSCRIPTION_POLL_INTERVAL_MS: '300',
    // A busy machine must not make the gateway refuse.
    MAX_EVENT_LOOP_DELAY_MS: '600000',
  });
  const asked = { identity: 0, catalogue: 0 };
  const tokens: unknown[] = [];
  const hear = (name: keyof typeof asked) => (headers: { readonly [name: string]: unknown }) => {
    asked[name]++;
    tokens.push(headers['x-auth-token']);
  };
  const identity = await startIdentity(
    [
      { id: producer.projectId, name: 'producer', domain: 'Default' },
      { id: consumer.projectId, name: 'consumer', domain: 'Default' },
    ],
    hear('identity'),
  );
  const notes = Array.from({ length: 10 }, (_, index) => ({
    imageId: imageId(index + 1),
    text: `note ${index + 1}`,
    author: { id: consumer.projectId },
  }));
  const catalogue = await startCatalogue(notes, hear('catalogue'));
  const { data } = await gateway.ask('{ _service { sdl } }', { headers: { 'x-router-secret': secret } });
  const operations = async () => {
    const metrics = await (await fetch(new URL('/metrics', gateway.url))).text();
    const counters = metrics.matchAll(/^image_gateway_operation_duration_seconds_count\{.*\} (\d+)$/gm);
    return [...counters].reduce((sum, [, count]) => sum + Number(count), 0);
  };
  let before = { images: await operations(), identity: 0, catalogue: 0, upstream: 0 };
  return {
    gateway,
    services: [{ name: 'images', url: gateway.url, sdl: data._service.sdl }, identity, catalogue],
    tokens,
    async counts() {
      const now = { images: await operations(), ...asked, upstream: gateway.calls.length };
      const since = {
        images: now.images - before.images,
        identity: now.identity - before.identity,
        catalogue: now.catalogue - before.catalogue,
        upstream: now.upstream - before.upstream,
      };
      before = now;
      return since;
    },
    async [Symbol.asyncDispose]() {
      await catalogue[Symbol.asyncDispose]();
      await identity[Symbol.asyncDispose]();
      await gateway[Symbol.asyncDispose]();
    },
  };
}

/** The supergraph of these subgraphs. */
export function compose(services: readonly Service[]): string {
  const result = composeServices(services.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) })));
  if (result.supergraphSdl === undefined) throw new AggregateError(result.errors ?? [], 'the graph does not compose');
  return result.supergraphSdl;
}
