/** How much text is kept, in characters. */
const maxCharacters = 4_000_000;

/** Documents that clients registered by their hash (automatic persisted queries): bounded, the oldest go first. */
export class PersistedQueries {
  readonly #documents = new Map<string, string>();
  #characters = 0;

  /** The document with this hash, as far as it is still known. */
  document(sha256Hash: string): string | undefined {
    return this.#documents.get(`apq:${sha256Hash}`);
  }

  async get(key: string): Promise<string | undefined> {
    return this.#documents.get(key);
  }

  async set(key: string, document: string): Promise<void> {
    await this.delete(key);
    this.#documents.set(key, document);
    this.#characters += document.length;
    for (const oldest of this.#documents.keys()) {
      if (this.#characters <= maxCharacters) break;
      await this.delete(oldest);
    }
  }

  async delete(key: string): Promise<boolean> {
    this.#characters -= this.#documents.get(key)?.length ?? 0;
    return this.#documents.delete(key);
  }
}
