import { hash } from 'node:crypto';
import type { DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import { LeakFreeMap } from '../../collections/leak-free-map.ts';
import type { Operation } from './operation.ts';

/** A document that may be executed: it is valid and within the limits. */
export interface KnownDocument {
  readonly text: string;
  /** The SHA-256 of the text, as hexadecimal digits: the id of a persisted query. */
  readonly sha256: string;
  /** Parsed by `parseDocument`, so its locations are offsets. */
  readonly syntaxTree: DocumentNode;
  /** The requested operations, by the operation name of the requests, which may be undefined. */
  readonly operations: Map<string | undefined, Operation>;
}

/** Maximum memory of all documents with their compiled operations, approximately, in bytes. */
const maxBytes = 64_000_000;
/** Approximate memory of a syntax tree per character of the text, in bytes. */
const bytesPerCharacter = 100;

/** Parses, checks and measures a document. @throws GatewayError if it may not be executed. */
export type Prepare = (text: string) => Omit<KnownDocument, 'text' | 'sha256' | 'operations'>;

/**
 * A cache with one entry per document, which holds everything derived from it. Evicts the least recently used
 * documents. Entries depend only on the text and the schema, never on the caller.
 */
export class DocumentStore {
  readonly #prepare: Prepare;
  readonly #byHash = new LeakFreeMap<string, KnownDocument>();
  readonly #byText = new LRUCache<string, KnownDocument>({
    maxSize: maxBytes,
    sizeCalculation: ({ text, operations }) => {
      let bytes = text.length * bytesPerCharacter;
      for (const { compiledBytes } of operations.values()) bytes += compiledBytes;
      return Math.min(bytes, maxBytes);
    },
    noDisposeOnSet: true,
    dispose: ({ sha256 }) => void this.#byHash.delete(sha256),
  });

  constructor(prepare: Prepare) {
    this.#prepare = prepare;
  }

  /** The document with this text. @throws GatewayError if it may not be executed; failures are not cached. */
  get(text: string): KnownDocument {
    const known = this.#byText.get(text);
    if (known !== undefined) return known;
    const document = { ...this.#prepare(text), text, sha256: hash('sha256', text), operations: new Map() };
    this.#keep(document);
    return document;
  }

  /** The document with this SHA-256, if it is known. */
  getByHash(sha256: string): KnownDocument | undefined {
    const document = this.#byHash.get(sha256);
    return document && this.#byText.get(document.text);
  }

  /** Adds an operation to the entry of a document. */
  addOperation(document: KnownDocument, name: string | undefined, operation: Operation): void {
    document.operations.set(name, operation);
    // The cache recomputes the size of an entry only for a new object.
    this.#keep({ ...document });
  }

  #keep(document: KnownDocument): void {
    this.#byHash.set(document.sha256, document);
    this.#byText.set(document.text, document);
  }
}
