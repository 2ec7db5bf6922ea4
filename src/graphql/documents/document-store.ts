import { hash } from 'node:crypto';
import type { DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import { LeakFreeMap } from '../../collections/leak-free-map.ts';
import type { Operation } from './operation.ts';

/** A document that may be executed: it is within its limits and fits the schema. */
export interface KnownDocument {
  readonly text: string;
  /** The SHA-256 of the text, as hexadecimal digits: the id of a persisted query. */
  readonly sha256: string;
  /** Parsed by `parseDocument`, so its locations are offsets. */
  readonly syntaxTree: DocumentNode;
  /** How many bytes of an answer describe the schema, at most. */
  readonly schemaBytes: number;
  /** The operations that were asked for, by the name that the requests gave; undefined: none. */
  readonly operations: Map<string | undefined, Operation>;
}

/** Approximately how many bytes all documents may take together, with their compiled operations. */
const maxBytes = 64_000_000;
/** Approximately how many bytes a syntax tree takes for each character of the text. */
const bytesPerCharacter = 100;

/** Makes a document ready to be executed. @throws GatewayError that says why it cannot be. */
export type Prepare = (text: string) => Omit<KnownDocument, 'text' | 'sha256' | 'operations'>;

/**
 * Keeps one entry for each document, with all that is known about it. The least recently used documents go first. What
 * is known depends on the text and the schema alone, never on who sent it.
 */
export class DocumentStore {
  readonly #prepare: Prepare;
  readonly #byHash = new LeakFreeMap<string, KnownDocument>();
  readonly #byText = new LRUCache<string, KnownDocument>({
    maxSize: maxBytes,
    sizeCalculation: ({ text, operations }) => {
      let bytes = text.length * bytesPerCharacter + 1;
      for (const { compiledBytes } of operations.values()) bytes += compiledBytes;
      return Math.min(bytes, maxBytes);
    },
    noDisposeOnSet: true,
    dispose: ({ sha256 }) => void this.#byHash.delete(sha256),
  });

  constructor(prepare: Prepare) {
    this.#prepare = prepare;
  }

  /** The document with this text. @throws GatewayError if it cannot be executed; it is not remembered then. */
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

  /** Adds an operation to what is known of a document. */
  addOperation(document: KnownDocument, name: string | undefined, operation: Operation): void {
    document.operations.set(name, operation);
    // The cache measures an entry anew only when it gets another object.
    this.#keep({ ...document });
  }

  #keep(document: KnownDocument): void {
    this.#byHash.set(document.sha256, document);
    this.#byText.set(document.text, document);
  }
}
