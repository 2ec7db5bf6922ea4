import { root, type StartOptions } from './measure/process.ts';
import { bodyArgument, type Operation, type Workload } from './workloads.ts';

/** A server that takes part in the comparison. */
export interface Participant {
  readonly name: string;
  readonly title: string;
  /** The program that starts it, below the root of the repository. */
  readonly script: string;
  /** Of a gateway: the checkout that it is built from. */
  readonly checkout?: string;
  /** Whether its schema is the gateway's, as far as the workloads need it, or made from the OpenAPI document. */
  readonly schema: 'gateway' | 'openapi';
  /** The argument that holds the body of a request, in a schema that was made from the OpenAPI document. */
  readonly bodyArgument?: string;
  /** Whether it takes several times the CPU time of the gateway: shorter and fewer measurements will do. */
  readonly slow?: boolean;
}

/** Everything that can be compared; a peer's packages are the newest of their kind that `package.json` names. */
export const participants: readonly Participant[] = [
  { name: 'bare', title: 'bare limit', script: 'bench/servers/bare.ts', schema: 'gateway' },
  { name: 'gateway', title: '**this gateway**', script: 'src/main.ts', checkout: root, schema: 'gateway' },
  {
    name: 'apollo-express',
    title: 'Apollo + express + fetch, no loader',
    script: 'bench/peers/apollo-express.ts',
    schema: 'gateway',
    slow: true,
  },
  {
    name: 'apollo-datasource',
    title: 'Apollo + `datasource-rest`',
    script: 'bench/peers/apollo-datasource.ts',
    schema: 'gateway',
    slow: true,
  },
  {
    name: 'apollo-fastify',
    title: 'Apollo + Fastify + DataLoader + undici `request`',
    script: 'bench/peers/apollo-fastify.ts',
    schema: 'gateway',
  },
  { name: 'mercurius', title: 'Mercurius with JIT', script: 'bench/peers/mercurius.ts', schema: 'gateway' },
  {
    name: 'mercurius-equal',
    title: 'Mercurius, equal work',
    script: 'bench/peers/mercurius-equal.ts',
    schema: 'gateway',
  },
  { name: 'yoga', title: 'GraphQL Yoga', script: 'bench/peers/yoga.ts', schema: 'gateway', slow: true },
  {
    name: 'hive',
    title: 'Hive Gateway / Mesh, OpenAPI',
    script: 'bench/peers/hive.ts',
    schema: 'openapi',
    bodyArgument: 'input',
    slow: true,
  },
  {
    name: 'openapi-to-graphql',
    title: 'openapi-to-graphql',
    script: 'bench/peers/openapi-to-graphql.ts',
    schema: 'openapi',
    bodyArgument: 'memberUpdateInput',
    slow: true,
  },
];

/**
 * The participant of this name. `before=/path/to/checkout` is another checkout of the gateway, to be measured beside
 * this one.
 *
 * @throws Error if there is none.
 */
export function findParticipant(name: string): Participant {
  const [title, checkout] = name.split('=', 2);
  if (title && checkout) return { name: title, title, script: `${checkout}/src/main.ts`, checkout, schema: 'gateway' };
  const found = participants.find((participant) => participant.name === name);
  if (found === undefined) {
    throw new Error(`There is no ${name}: ${participants.map((participant) => participant.name).join(', ')}`);
  }
  return found;
}

/** How the gateway is started: as users start it, with the defaults of production. */
export function toStartOptions({ script }: Participant, upstream: URL): StartOptions {
  return { script, env: { IMAGES_API_URL: upstream.origin } };
}

/** What a client of this server sends for a workload; null if the server has nothing like it. */
export function toOperation(participant: Participant, workload: Workload): Operation | null {
  if (participant.schema === 'gateway' || workload.openapi === null) {
    return participant.schema === 'gateway' ? workload : null;
  }
  const document = workload.openapi.document.replace(bodyArgument, participant.bodyArgument ?? '');
  return { ...workload.openapi, document };
}
