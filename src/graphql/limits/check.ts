import { type DocumentNode, type GraphQLSchema, getOperationAST, parse } from 'graphql';
import type { Limits } from '../../number-settings.ts';
import { BoundedCache } from '../bounded-cache.ts';
import { checkCost, checkDocument } from './document.ts';
import type { Variables } from './list-sizes.ts';
import type { Refusal } from './refusal.ts';
import { checkSource } from './source.ts';
import { checkVariables } from './variables.ts';

/** What is asked for, as it came. */
export interface OperationRequest {
  readonly query: string;
  readonly operationName: string | undefined;
  readonly variables: unknown;
}

/** Tells what of a request is over a limit; null where nothing is, and where GraphQL itself will refuse it. */
export type CheckLimits = (request: OperationRequest) => Refusal | null;

/** What is known of a document that is within its limits. */
interface Known {
  readonly characters: number;
  readonly document: DocumentNode;
  /** The names of operations that may be executed with any variables. */
  readonly free: Set<string | undefined>;
}

/**
 * How much text of documents is remembered, in characters, so that a document is looked at once. Parsed, a document
 * takes about a hundred times as much memory.
 */
const maxKnownCharacters = 300_000;

/** Holds requests to the limits, before anything else is done with them. */
export function createLimitCheck(schema: GraphQLSchema, limits: Limits): CheckLimits {
  const known = new BoundedCache<Known>({ maxSize: maxKnownCharacters, sizeOf: ({ characters }) => characters });

  function learn(query: string): Known | Refusal | null {
    const overSource = checkSource(query, limits);
    if (overSource !== null) return overSource;
    const document = tryParse(query);
    if (document === null) return null;
    const overDocument = checkDocument(document, schema, limits);
    if (overDocument !== null) return overDocument;
    const entry = { document, characters: query.length, free: new Set<string | undefined>() };
    known.put(query, entry);
    return entry;
  }

  return ({ query, operationName, variables }) => {
    const overVariables = checkVariables(variables, limits);
    if (overVariables !== null) return overVariables;
    const entry = known.peek(query) ?? learn(query);
    if (entry === null || 'limit' in entry) return entry;
    if (entry.free.has(operationName)) return null;
    const operation = getOperationAST(entry.document, operationName);
    if (!operation) return null;
    const { refusal, varies } = checkCost(entry.document, schema, limits, operation, (variables ?? {}) as Variables);
    if (refusal === null && !varies) entry.free.add(operationName);
    return refusal;
  };
}

/** Null for what is no document: the parser of Apollo Server tells the caller why. */
function tryParse(query: string): DocumentNode | null {
  try {
    return parse(query, { noLocation: true });
  } catch {
    return null;
  }
}
