import Negotiator from 'negotiator';

/** The media types of answers that hold GraphQL; the first one is for callers who do not say what they accept. */
const answerTypes = ['application/json; charset=utf-8', 'application/graphql-response+json; charset=utf-8'] as const;

/** A longer `Accept` is not looked at: no client sends one, and negotiating it takes milliseconds. */
const maxAcceptCharacters = 1_000;

/**
 * Chooses the media type of an answer by the `Accept` header of its request, quality values included. A caller who
 * accepts neither of GraphQL's types gets JSON: for a refusal that is better than no explanation.
 * Source: GraphQL over HTTP, "Media Types"; RFC 9110 §12.5.1.
 */
export function negotiateMediaType(accept: string | undefined): (typeof answerTypes)[number] {
  const [json] = answerTypes;
  if (accept === undefined || accept === '*/*' || accept.length > maxAcceptCharacters) return json;
  const preferred = new Negotiator({ headers: { accept } }).mediaType(answerTypes);
  return answerTypes.find((type) => type === preferred) ?? json;
}

/** The value of `Content-Type`, in lower case; undefined for a parameter that is not there. */
export interface ContentType {
  /** The type without parameters: `application/json`. */
  readonly type: string;
  readonly charset: string | undefined;
}

/** Reads a `Content-Type` header. Parameters other than `charset` say nothing about JSON. Source: RFC 9110 §8.3.1. */
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
