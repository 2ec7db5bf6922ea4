import { expect } from 'vitest';
import { GatewayError } from '../../src/errors.ts';
import { DocumentStore } from '../../src/graphql/documents/document-store.ts';
import { createPrepare } from '../../src/graphql/documents/prepare-document.ts';
import type { Refusal } from '../../src/graphql/limits/refusal.ts';
import { createFindOperation } from '../../src/graphql/pipeline/find-operation.ts';
import type { Parameters } from '../../src/graphql/pipeline/parameters.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import { parseSettings } from '../../src/settings/parse-settings.ts';
import { type Limits, settingTable } from '../../src/settings/settings.ts';

/** The schema of the gateway. */
export const schema = createSchema();
/** The default limits. */
export const defaults: Limits = parseSettings({});

/** The limit that a request exceeds; null if it exceeds none, or if GraphQL itself refuses it. */
export function createCheck(limits: Partial<Limits> = {}) {
  const all = { ...defaults, ...limits };
  const find = createFindOperation({
    schema,
    limits: all,
    store: new DocumentStore(createPrepare({ schema, limits: all, introspection: true })),
    trust: { documents: () => null, mode: 'off', onUntrusted: () => {} },
  });
  const nothing = { documentId: undefined, sha256: undefined, operationName: undefined, variables: {}, isSafe: false };
  return (query: string, rest: Partial<Parameters> = {}): Refusal | null => {
    try {
      find({ ...nothing, query, ...rest }, { requestId: 'r', isRouter: false });
      return null;
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      const { limit } = error.details;
      if (limit === undefined) return null;
      const [key] = Object.entries(settingTable).find(([, { name }]) => name === limit.name) ?? expect.fail();
      return { limit: key as keyof Limits, allowed: limit.allowed, found: limit.found };
    }
  };
}

export function check(query: string, rest: Partial<Parameters> = {}, limits: Partial<Limits> = {}): Refusal | null {
  return createCheck(limits)(query, rest);
}

export function times(count: number, text: (index: number) => string, separator = ' '): string {
  return Array.from({ length: count }, (_, index) => text(index)).join(separator);
}
