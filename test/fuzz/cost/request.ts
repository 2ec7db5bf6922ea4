import { hash } from 'node:crypto';

/** A text, or a number of copies of it. `{n}` is replaced by a different number in each copy of a selection or an item. */
export type Text = string | { text: string; times: number };

/** The compact form of an argument's value. */
export type Value =
  | null
  | boolean
  | number
  | Text
  | { enum: string }
  | { list: Value[]; times: number }
  | { object: Record<string, Value> }
  /** A value that is passed in a variable of this type. */
  | { variable: Value; type: string };

/** A field or a fragment, repeated any number of times. */
export interface Selection {
  /** The name of a field, or `...` with the type condition of a fragment, if it has one. */
  field: string;
  times?: number;
  /** Length of its aliases, in characters; 0 for no alias, so that GraphQL merges the copies. */
  alias?: number;
  args?: Record<string, Value>;
  directives?: Text;
  select?: Selection[];
  /** Whether this is a named fragment, which every copy spreads, instead of an inline one. */
  named?: boolean;
}

/** The compact form of a GraphQL request over HTTP: long parts are written as a text and its number of copies. */
export interface Request {
  /** The token; undefined: none. See `worlds` for those that upstream accepts. */
  token?: string;
  operation: 'query' | 'mutation' | 'subscription';
  name?: Text;
  select: Selection[];
  /** Text before the operation. */
  before?: Text;
  /** Number of operations in the document; the first is requested. */
  operations?: number;
  /** Other members of the body. */
  body?: Record<string, Value>;
  headers?: Record<string, Text>;
  /** `hash`: a `POST` that, from the second execution on, identifies the document by its SHA-256. */
  method?: 'GET' | 'POST' | 'hash';
}

/** The expanded form of a request, to be sent. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** Expands a request. A different salt gives a different document. `time` counts the executions from 1. */
export function toHttp(request: Request, salt: number, time: number): HttpRequest {
  const { method = 'POST' } = request;
  const writer = new Writer();
  const query = writer.document(request) + toBlanks(salt);
  const parts: Record<string, unknown> = { query, ...writer.asked(request) };
  for (const [name, value] of Object.entries(request.body ?? {})) parts[name] = toJson(value, 0);
  if (method === 'hash') {
    parts['extensions'] = { persistedQuery: { version: 1, sha256Hash: hash('sha256', query) } };
    if (time > 1) delete parts['query'];
  }
  const headers: Record<string, string> = { accept: 'application/json' };
  if (request.token !== undefined) headers['x-auth-token'] = request.token;
  for (const [name, value] of Object.entries(request.headers ?? {})) headers[name] = toText(value, 0);
  if (method === 'GET') {
    const search = new URLSearchParams();
    for (const [name, part] of Object.entries(parts)) {
      search.set(name, typeof part === 'string' ? part : JSON.stringify(part));
    }
    return { method, path: `/graphql?${search}`, headers, body: undefined };
  }
  headers['content-type'] = 'application/json';
  return { method: 'POST', path: '/graphql', headers, body: JSON.stringify(parts) };
}

/** The largest useful request, in characters: slightly more than the gateway accepts. */
const maxCharacters = 1_200_000;

/** Whether a request is too large to be expanded. */
export function isTooLarge(request: Request): boolean {
  return sizeOf(request) > maxCharacters;
}

/** Approximate length of a part once it is expanded, in characters. */
function sizeOf(node: unknown): number {
  if (typeof node === 'string') return node.length + 1;
  if (typeof node !== 'object' || node === null) return 1;
  const { times = 1, alias = 0, operations = 1 } = node as { times?: number; alias?: number; operations?: number };
  // Copies of a variable are the same variable.
  const variables = 'variable' in node && !JSON.stringify(node).includes('{n}') ? 1 / 1_000 : 1;
  let size = 0;
  for (const part of Object.values(node)) size += sizeOf(part);
  return (size + alias) * times * operations * variables;
}

/** Three blank characters that make a document unique, for up to 64 numbers. */
function toBlanks(salt: number): string {
  return [salt, salt >> 2, salt >> 4].map((digit) => ' \t,\n'[digit & 3]).join('');
}

function fill(text: string, n: number): string {
  return text.replaceAll('{n}', String(n).padStart(12, '0'));
}

function toText(text: Text, n: number): string {
  return typeof text === 'string' ? fill(text, n) : fill(text.text, n).repeat(text.times);
}

function toJson(value: Value, n: number): unknown {
  if (typeof value === 'string') return fill(value, n);
  if (typeof value !== 'object' || value === null) return value;
  if ('text' in value) return toText(value, n);
  if ('enum' in value) return value.enum;
  if ('variable' in value) return toJson(value.variable, n);
  if ('list' in value) {
    return copies(value.times).flatMap((copy) => value.list.map((item) => toJson(item, copy)));
  }
  return Object.fromEntries(Object.entries(value.object).map(([key, item]) => [key, toJson(item, n)]));
}

function copies(times: number): number[] {
  return Array.from({ length: times }, (_, index) => index);
}

/** Writes one document, and collects its variables and fragments. `#aliases` numbers selections by their content. */
class Writer {
  /** By type and value. */
  readonly #variables = new Map<string, { readonly name: string; readonly type: string; readonly value: unknown }>();
  readonly #fragments = new Map<string, string>();
  /** The number in the aliases of a selection, by its content. */
  readonly #aliases = new Map<string, number>();

  document({ operation, name = 'Q', select, before = '', operations = 1 }: Request): string {
    const set = this.#set(select, 0);
    const variables = [...this.#variables.values()].map((one) => `$${one.name}:${one.type}`);
    const head = variables.length === 0 ? '' : `(${variables})`;
    const fragments = [...this.#fragments].map(([text, id]) => `fragment ${id} ${text}`);
    const all = copies(operations).map((copy) => `${operation} ${toText(name, 0)}${copy || ''}${head}${set}`);
    return toText(before, 0) + [...all, ...fragments].join(' ');
  }

  /** The other parameters of the request. */
  asked({ name = 'Q', operations = 1 }: Request): Record<string, unknown> {
    const variables = Object.fromEntries([...this.#variables.values()].map((one) => [one.name, one.value]));
    return { variables, ...(operations > 1 && { operationName: toText(name, 0) }) };
  }

  #set(select: readonly Selection[], n: number): string {
    const all = select.flatMap((one) => copies(one.times ?? 1).map((copy) => this.#selection(one, copy || n, copy)));
    return `{${all.length === 0 ? '__typename' : all.join(' ')}}`;
  }

  #selection(selection: Selection, n: number, copy: number): string {
    const { field, times = 1, alias = times > 1 ? 1 : 0, args = {}, directives = '', select, named } = selection;
    const given = Object.entries(args).map(([name, value]) => `${name}:${this.#literal(value, n)}`);
    const set = select === undefined ? '' : this.#set(select, n);
    const condition = toText(directives, n);
    if (named) {
      const text = `${field === '...' ? 'on Query' : field.slice(4)}${set}`;
      const id = this.#fragments.get(text) ?? `F${this.#fragments.size}`;
      this.#fragments.set(text, id);
      return `...${id} ${condition}`;
    }
    const isAliased = alias > 0 && !field.startsWith('...');
    const head = isAliased ? `${this.#alias(selection, copy, alias)}:` : '';
    return `${head}${field}${given.length === 0 ? '' : `(${given})`}${condition}${set}`;
  }

  #alias(selection: Selection, copy: number, length: number): string {
    const { times: _times, alias: _alias, ...content } = selection;
    const key = JSON.stringify(content);
    const number = this.#aliases.get(key) ?? this.#aliases.size;
    this.#aliases.set(key, number);
    return `a${number.toString(36)}_${copy.toString(36)}`.padEnd(length, '_');
  }

  #literal(value: Value, n: number): string {
    if (typeof value === 'object' && value !== null) {
      if ('enum' in value) return value.enum;
      if ('variable' in value) return `$${this.#variable(value.type, toJson(value.variable, n))}`;
      if ('list' in value) {
        const items = copies(value.times).flatMap((copy) => value.list.map((item) => this.#literal(item, copy)));
        return `[${items}]`;
      }
      if ('object' in value) {
        return `{${Object.entries(value.object).map(([key, item]) => `${key}:${this.#literal(item, n)}`)}}`;
      }
    }
    return JSON.stringify(toJson(value, n));
  }

  #variable(type: string, value: unknown): string {
    const key = `${type} ${JSON.stringify(value)}`;
    const known = this.#variables.get(key);
    if (known !== undefined) return known.name;
    const name = `v${this.#variables.size}`;
    this.#variables.set(key, { name, type, value });
    return name;
  }
}
