import type { Caller, Cloud, ProjectName } from '../cloud.ts';

/** The callers with tokens that a cloud issues; the other tokens are invented. */
export type IssuedCaller = Exclude<Caller, 'bad' | 'empty' | 'nobody'>;

type Known = 'imagesApiUrl' | 'identityApiUrl' | 'projects' | 'sandboxId' | 'memberQuota' | 'database' | 'policy';

/** A running Glance, as described by the environment. */
export interface Glance extends Pick<Cloud, Known> {
  readonly tokens: Readonly<Record<IssuedCaller, string>>;
}

declare module 'vitest' {
  interface ProvidedContext {
    /** The Glance under test; undefined if the contract suite runs against the embedded Images API. */
    glance?: Glance;
  }
}

const variables = {
  producer: 'PRODUCER',
  producerReader: 'PRODUCER_READER',
  consumerA: 'CONSUMER_A',
  consumerAReader: 'CONSUMER_A_READER',
  consumerB: 'CONSUMER_B',
  stranger: 'STRANGER',
  admin: 'ADMIN',
  unscoped: 'UNSCOPED',
  expired: 'EXPIRED',
} as const satisfies Readonly<Record<IssuedCaller, string>>;

const projectNames = ['producer', 'consumerA', 'consumerB', 'stranger', 'admin'] as const satisfies ProjectName[];

/**
 * Reads the environment that `up` wrote for its Glance.
 *
 * @throws Error that names the missing variables.
 */
export function parseGlance(environment: Readonly<Partial<Record<string, string>>>): Glance {
  const missing: string[] = [];
  function read(name: string): string {
    const value = environment[name];
    if (!value) missing.push(name);
    return value ?? '';
  }
  function readAll<Name extends IssuedCaller>(names: readonly Name[], suffix: string): Record<Name, string> {
    const entries = names.map((name) => [name, read(variables[name] + suffix)] as const);
    return Object.fromEntries(entries) as Record<Name, string>;
  }
  const glance = {
    imagesApiUrl: read('GLANCE_URL'),
    identityApiUrl: read('KEYSTONE_URL'),
    sandboxId: read('SANDBOX_PROJECT_ID'),
    tokens: readAll(Object.keys(variables) as IssuedCaller[], '_TOKEN'),
    projects: readAll(projectNames, '_PROJECT_ID'),
    memberQuota: Number(environment['MEMBER_QUOTA'] || 128),
    database: environment['GLANCE_DATABASE'] === 'mariadb' ? 'mariadb' : 'sqlite',
    policy: environment['GLANCE_POLICY'] === 'secure' ? 'secure' : 'legacy',
  } as const;
  if (missing.length === 0) return glance;
  throw new Error(
    `The contract suite needs a Glance. Start one with test/contract/glance/up and load the file that it names ` +
      `into the environment, where these are missing: ${missing.join(', ')}.`,
  );
}
