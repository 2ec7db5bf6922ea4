import Negotiator from 'negotiator';

/** The media types of GraphQL answers; a client that prefers none gets the first. Source: GraphQL over HTTP. */
const mediaTypes = ['application/json; charset=utf-8', 'application/graphql-response+json; charset=utf-8'] as const;

export type MediaType = (typeof mediaTypes)[number];

/** The media type of answers to a client that accepts these; null where it accepts none of ours. */
export function chooseMediaType(accept: string | undefined): MediaType | null {
  if (accept === undefined || accept === '' || accept === '*/*' || accept === 'application/json') return mediaTypes[0];
  const chosen = new Negotiator({ headers: { accept } }).mediaType([...mediaTypes]);
  return mediaTypes.find((type) => type === chosen) ?? null;
}

/** Whether a browser asks for a page: it accepts HTML rather than JSON. */
export function prefersHtml(accept: string | undefined): boolean {
  if (!accept?.includes('text/html')) return false;
  return new Negotiator({ headers: { accept } }).mediaType([...mediaTypes, 'text/html']) === 'text/html';
}
