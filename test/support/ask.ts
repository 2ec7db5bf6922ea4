import { execute, type GraphQLFormattedError, parse } from 'graphql';
import { type ContextOptions, createContext, type GatewayContext } from '../../src/graphql/context.ts';
import { CallerIdentity } from '../../src/graphql/data/caller-identity.ts';
import { Loaders } from '../../src/graphql/data/loaders.ts';
import { MemoryPool } from '../../src/graphql/limits/memory-pool.ts';
import { OperationBudget } from '../../src/graphql/limits/operation-budget.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import type { IdentityClient } from '../../src/identity/client.ts';
import { type Environment, parseSettings } from '../../src/settings/parse-settings.ts';
import type { ImagesClient } from '../../src/upstream/images-client.ts';
import { withoutNetwork } from './transport.ts';

interface Options extends Partial<Omit<ContextOptions, 'budget'>>, Pick<GatewayContext, 'watch'> {
  readonly environment?: Environment;
  /** The Identity service; by default there is none. */
  readonly identity?: IdentityClient;
}

const schema = createSchema();

/** The context of a request that makes its calls with this client. */
export function contextOf(
  client: ImagesClient,
  { environment, identity, watch, ...options }: Options = {},
): GatewayContext {
  const [transport, sharedReads, caller] = withoutNetwork();
  const budget = new OperationBudget(parseSettings({ ...environment }), new MemoryPool(10_000_000).open(), {
    isShort: false,
  });
  const context = createContext({ transport, sharedReads, identity: null }, caller, {
    verifyRemovals: false,
    bulkConcurrency: 2,
    federation: { sdl: true, entities: true },
    ...options,
    budget,
  });
  const own = { identity: new CallerIdentity(identity ?? null, client), loaders: new Loaders(client) };
  return { ...context, client, ...own, watch };
}

/** Executes an operation with this context. @returns its data, and its errors with those of rows. */
export async function ask(
  contextValue: GatewayContext,
  document: string,
  variableValues: Readonly<Record<string, unknown>> = {},
): Promise<{ readonly data: unknown; readonly errors: readonly GraphQLFormattedError[] }> {
  const { data, errors = [] } = await execute({ schema, document: parse(document), contextValue, variableValues });
  return { data, errors: [...errors, ...contextValue.rowErrors].map((error) => error.toJSON()) };
}
