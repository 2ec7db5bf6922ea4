import { inject } from 'vitest';
import type { Database } from '../../src/simulator/sameness.ts';
import { createDemoWorld, demoIdentities, sandbox } from '../../src/simulator/seed.ts';
import { startSimulator } from '../../src/simulator/server.ts';
import type { Glance } from './glance/environment.ts';

/** Every caller of the suite: the projects, two readers, and callers whose tokens are not accepted. */
export type Caller =
  | 'producer'
  | 'producerReader'
  | 'consumerA'
  | 'consumerAReader'
  | 'consumerB'
  | 'stranger'
  | 'admin'
  | 'unscoped'
  | 'expired'
  | 'bad'
  | 'empty'
  | 'nobody';

/** Callers with a project of their own, which can own images or be a member. */
export type ProjectName = 'producer' | 'consumerA' | 'consumerB' | 'stranger' | 'admin';

/** The cloud behind the gateway: an Images API with its Identity service, and its callers. */
export interface Cloud extends AsyncDisposable {
  readonly imagesApiUrl: string;
  readonly identityApiUrl: string;
  /** The token of each caller; null for no token. */
  readonly tokens: Readonly<Record<Caller, string | null>>;
  readonly projects: Readonly<Record<ProjectName, string>>;
  /** A project without a token, named `sandbox`; the user of consumer B has a role in it. */
  readonly sandboxId: string;
  /** How many members an image may have. */
  readonly memberQuota: number;
  /**
   * The database. SQLite distinguishes all spellings of an id, and stores times to the microsecond; MariaDB does not distinguish
   * spellings that differ only in case, accents and trailing spaces, and stores times to the second.
   */
  readonly database: Database;
  /** Who may do what: by the release's default policy, or by its stricter one, which keeps writes from readers. */
  readonly policy: 'legacy' | 'secure';
}

const uselessTokens = { bad: 'gAAAAABnobody-issued-this', empty: '', nobody: null };

/** The databases of this run: that of the real Glance, or those that the embedded Images API imitates. */
export function databases(): readonly Database[] {
  const glance = inject('glance');
  return glance ? [glance.database] : ['sqlite', 'mariadb'];
}

/**
 * The cloud of this run: the real Glance if the environment names one, otherwise the embedded Images API.
 *
 * @param database the one to imitate; SQLite by default.
 */
export async function openCloud(database?: Database): Promise<Cloud> {
  const glance = inject('glance');
  return glance ? toCloud(glance) : startEmbedded(database);
}

function toCloud({ tokens, ...rest }: Glance): Cloud {
  return { ...rest, tokens: { ...tokens, ...uselessTokens }, async [Symbol.asyncDispose]() {} };
}

/** A small quota: behaviour at the limit does not depend on its size. */
async function startEmbedded(database: Database = 'sqlite'): Promise<Cloud> {
  const memberQuota = 4;
  const simulator = await startSimulator({ memberQuota, world: createDemoWorld({ database }) });
  const { producer, producerReader, consumerA, consumerAReader, consumerB } = demoIdentities;
  const { stranger, admin, unscoped, expired } = demoIdentities;
  return {
    imagesApiUrl: simulator.url,
    identityApiUrl: simulator.identityUrl,
    sandboxId: sandbox.id,
    memberQuota,
    database,
    policy: 'legacy',
    tokens: {
      producer: producer.token,
      producerReader: producerReader.token,
      consumerA: consumerA.token,
      consumerAReader: consumerAReader.token,
      consumerB: consumerB.token,
      stranger: stranger.token,
      admin: admin.token,
      unscoped: unscoped.token,
      expired: expired.token,
      ...uselessTokens,
    },
    projects: {
      producer: producer.projectId,
      consumerA: consumerA.projectId,
      consumerB: consumerB.projectId,
      stranger: stranger.projectId,
      admin: admin.projectId,
    },
    [Symbol.asyncDispose]: () => simulator.close(),
  };
}
