import { LRUCache } from 'lru-cache';
import Negotiator from 'negotiator';

/** The media types of GraphQL responses; the first is the default for callers without an `Accept` header. */
const answerTypes = ['application/json; charset=utf-8', 'application/graphql-response+json; charset=utf-8'] as const;

export type MediaType = (typeof answerTypes)[number];

export const defaultMediaType: MediaType = answerTypes[0];

/** A longer `Accept` is ignored: no client sends one, and negotiating it would take milliseconds. */
export const maxAcceptCharacters = 1_000;

/**
 * Chooses the media type of a response by the `Accept` header of its request, quality values included.
 * Source: GraphQL over HTTP, "Media Types"; RFC 9110 §12.5.1.
 *
 * @returns null for a caller that accepts neither of GraphQL's types.
 */
export function chooseMediaType(accept: string | undefined): MediaType | null {
  if (!accept || accept === '*/*' || accept.length > maxAcceptCharacters) return defaultMediaType;
  const known = negotiated.get(accept);
  if (known !== undefined) return known.type;
  const preferred = new Negotiator({ headers: { accept } }).mediaType([...answerTypes]);
  const type = answerTypes.find((answerType) => answerType === preferred) ?? null;
  negotiated.set(accept, { type });
  return type;
}

/** The results for the latest `Accept` headers: clients send few different ones. */
const negotiated = new LRUCache<string, { readonly type: MediaType | null }>({ max: 50 });

/** As `chooseMediaType`, but defaults to JSON, so that a refusal can always be explained. */
export function negotiateMediaType(accept: string | undefined): MediaType {
  return chooseMediaType(accept) ?? defaultMediaType;
}

/** Whether the caller prefers HTML to JSON, as browsers do. */
export function prefersHtml(accept: string | undefined): boolean {
  if (!accept?.includes('text/html') || accept.length > maxAcceptCharacters) return false;
  return new Negotiator({ headers: { accept } }).mediaType([...answerTypes, 'text/html']) === 'text/html';
}

/** The parsed value of `Content-Type`, in lower case; undefined for a missing parameter. */
export interface ContentType {
  /** The type without parameters: `application/json`. */
  readonly type: string;
  readonly charset: string | undefined;
}

/** Parses a `Content-Type` header, ignoring parameters other than `charset`. Source: RFC 9110 §8.3.1. */
export function parseContentType(value: string): ContentType {
  const [type = ''] = value.split(';', 1);
  const parameters = value.slice(type.length).matchAll(/;\s*([^\s;="]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))/g);
  for (const [, name = '', quoted, plain = ''] of parameters) {
    if (name.toLowerCase() !== 'charset') continue;
    const charset = quoted?.replace(/\\(.)/g, '$1') ?? plain;
    return { type: type.trim().toLowerCase(), charset: charset.toLowerCase() };
  }
  return { type: type.trim().toLowerCase(), charset: undefined };
}
