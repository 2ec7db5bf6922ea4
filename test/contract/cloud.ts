import { inject } from 'vitest';
import type { Database } from '../../src/simulator/sameness.ts';
import { createDemoWorld, demoIdentities, sandbox } from '../../src/simulator/seed.ts';
import { startSimulator } from '../../src/simulator/server.ts';
import type { Glance } from './glance/environment.ts';

/** Everyone the suite acts as: two readers beside them, and those whose tokens get nowhere. */
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

/** Those who stand for a project of their own, and so can own images or be members of them. */
export type ProjectName = 'producer' | 'consumerA' | 'consumerB' | 'stranger' | 'admin';

/** What is under test behind the gateway: an Images API with its Identity service, and who is known there. */
export interface Cloud extends AsyncDisposable {
  readonly imagesApiUrl: string;
  readonly identityApiUrl: string;
  /** The tokens; null is for none at all. */
  readonly tokens: Readonly<Record<Caller, string | null>>;
  readonly projects: Readonly<Record<ProjectName, string>>;
  /** A project that no token is for; the user of consumer B has a role in it. It is called `sandbox`. */
  readonly sandboxId: string;
  /** How many members an image may have. */
  readonly memberQuota: number;
  /**
   * Where the rows are. SQLite tells all spellings of an id apart, and times to the microsecond; MariaDB tells no spellings
   * apart that differ in case, accents and trailing spaces alone, and times to the second.
   */
  readonly database: Database;
  /** Who may do what: by the release's default policy, or by its stricter one, which keeps writes from readers. */
  readonly policy: 'legacy' | 'secure';
}

const uselessTokens = { bad: 'gAAAAABnobody-issued-this', empty: '', nobody: null };

/** The databases that this run can have: that of the real Glance, or those that the embedded Images API imitates. */
export function databases(): readonly Database[] {
  const glance = inject('glance');
  return glance ? [glance.database] : ['sqlite', 'mariadb'];
}

/**
 * The cloud of this run: the real Glance where the run was set up for one, else the embedded Images API.
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

/** A quota that is reached soon: how the limit is met does not depend on its size. */
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
