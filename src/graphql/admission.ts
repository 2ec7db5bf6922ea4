import { GatewayError } from '../errors.ts';
import { type Limits, numberSettings } from '../number-settings.ts';
import type { BoundedCache } from './bounded-cache.ts';
import type { GraphQLHttpRequest } from './execute.ts';
import { readIncoming, withDocument } from './incoming.ts';
import type { CheckLimits } from './limits/check.ts';
import type { TrustedDocuments } from './trusted-documents.ts';

/** What is known of documents, and how strict to be. */
export interface TrustOptions {
  readonly documents: TrustedDocuments | null;
  readonly mode: 'off' | 'log' | 'enforce';
  /** Hears of documents that are in no manifest. */
  readonly onUntrusted: (operationName: string | undefined, requestId: string) => void;
}

export interface AdmissionOptions {
  readonly checkLimits: CheckLimits;
  /** The documents that clients registered by their hash, as Apollo Server keeps them. */
  readonly persistedQueries: BoundedCache<string>;
  readonly trust: TrustOptions;
}

/** A request that may pass. */
export interface Admitted {
  /** With its document in it, if that is known. */
  readonly request: GraphQLHttpRequest;
  /** The text of its document, if it is known. */
  readonly query: string | undefined;
}

/** Lets a request pass, or says why not. */
export type Admit = (
  request: GraphQLHttpRequest,
  caller: { readonly requestId: string; readonly isRouter: boolean },
) => Admitted | GatewayError;

/** Holds requests to what is trusted and to the limits, before they are parsed for good. */
export function createAdmission({ checkLimits, persistedQueries, trust }: AdmissionOptions): Admit {
  const { documents, mode, onUntrusted } = trust;
  return (request, { requestId, isRouter }) => {
    const incoming = readIncoming(request);
    const { operationName, variables, documentId } = incoming;
    if (incoming.query === undefined && documentId === undefined) return { request, query: undefined };
    const trusted = documentId === undefined || incoming.query ? undefined : documents?.byId(documentId);
    const registered = documentId === undefined ? undefined : persistedQueries.peek(`apq:${documentId}`);
    const query = incoming.query ?? trusted ?? registered;
    // A router makes up its documents itself.
    if (mode !== 'off' && !isRouter && trusted === undefined && !(query !== undefined && documents?.has(query))) {
      if (mode === 'enforce') {
        return new GatewayError('DOCUMENT_NOT_TRUSTED', 'This document is not in the manifest of trusted documents.');
      }
      onUntrusted(operationName, requestId);
    }
    if (query === undefined) return { request, query };
    const over = checkLimits({ query, operationName, variables });
    if (over !== null) return overLimit(over.limit, over.allowed, over.found);
    return { request: trusted === undefined ? request : withDocument(request, trusted), query };
  };
}

function overLimit(limit: keyof Limits, allowed: number, found: number): GatewayError {
  const { name, unit } = numberSettings[limit];
  const message = `The operation is over ${name}: ${found} or more where ${allowed} ${unit} are allowed.`;
  return new GatewayError('LIMIT_EXCEEDED', message.replace('  ', ' '), { limit: { name, allowed, found } });
}
