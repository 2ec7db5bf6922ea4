import { maxAcceptCharacters } from './media-type.ts';

/** How a stream of GraphQL responses is framed. */
export type StreamType = 'sse' | 'multipart';

/**
 * The stream that an `Accept` header asks for, the more preferred first: `text/event-stream`, or `multipart/mixed`, unless
 * that is meant for deferred parts of a query only.
 *
 * @returns null where it asks for none.
 */
export function chooseStream(accept = ''): StreamType | null {
  // Almost no request asks for a stream, and types may be in any case.
  if (accept.length > maxAcceptCharacters || !/event-stream|multipart/i.test(accept)) return null;
  const asked = accept
    .toLowerCase()
    .split(',')
    .map((range) => {
      const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
      const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
      return { type, parameters, weight: weight === undefined ? 1 : Number(weight) };
    });
  const streams = asked.flatMap(({ type, parameters, weight }) => {
    const stream = type === 'text/event-stream' ? 'sse' : type === 'multipart/mixed' ? 'multipart' : null;
    const isDeferred = parameters.some((parameter) => parameter.startsWith('deferspec='));
    const isSubscription = parameters.some((parameter) => parameter.startsWith('subscriptionspec='));
    if (stream === null || !(weight > 0) || (isDeferred && !isSubscription)) return [];
    return [{ stream, weight } as const];
  });
  return streams.sort((a, b) => b.weight - a.weight)[0]?.stream ?? null;
}
