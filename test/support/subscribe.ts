import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createSocketClient } from 'graphql-ws';
import { WebSocket } from 'ws';

/** A payload of a subscription, or the errors that ended it. */
export interface Payload {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: Readonly<Record<string, unknown>> }[];
}

/** A subscription, read one payload at a time. */
export interface Subscribed extends AsyncDisposable {
  /** The next payload; null once the subscription is complete. Rejects where the client library says that it failed. */
  next(): Promise<Payload | null>;
}

export interface Operation {
  readonly query: string;
  readonly variables?: Record<string, unknown>;
}

/** Subscribes with one of the transports. */
export type Subscribe = (url: string, token: string | null, operation: Operation) => Subscribed;

/** All transports, each with the library that frontends use, or as the specification says where there is none. */
export const transports: Readonly<Record<'sse' | 'websocket' | 'multipart', Subscribe>> = {
  sse: (url, token, operation) =>
    collect(
      createSseClient({
        url: `${url}/graphql`,
        headers: token === null ? {} : { 'x-auth-token': token },
        retryAttempts: 0,
      }).iterate<Record<string, unknown>>(operation),
    ),
  websocket: (url, token, operation) => {
    const client = createSocketClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: token === null ? {} : { 'X-Auth-Token': token },
      retryAttempts: 0,
    });
    return collect(client.iterate<Record<string, unknown>>(operation), () => client.dispose());
  },
  multipart: (url, token, operation) => collect(readMultipart(url, token, operation)),
};

function collect(iterator: AsyncIterableIterator<unknown>, dispose = (): unknown => undefined): Subscribed {
  return {
    async next() {
      const { done, value } = await iterator.next();
      return done ? null : (value as Payload);
    },
    async [Symbol.asyncDispose]() {
      await iterator.return?.();
      await dispose();
    },
  };
}

/** Source: Apollo Router, "Multipart protocol for GraphQL subscriptions over HTTP". */
async function* readMultipart(url: string, token: string | null, operation: Operation): AsyncGenerator<Payload> {
  const abort = new AbortController();
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      accept: 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0',
      'content-type': 'application/json',
      ...(token !== null && { 'x-auth-token': token }),
    },
    body: JSON.stringify(operation),
    signal: abort.signal,
  });
  try {
    const delimiter = '\r\n--graphql';
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      for (let at = text.indexOf(delimiter); at >= 0; at = text.indexOf(delimiter)) {
        const part = text.slice(0, at);
        text = text.slice(at + delimiter.length);
        const body = part.slice(part.indexOf('\r\n\r\n') + 4);
        if (part === '' || body === '{}') continue;
        const { payload, errors } = JSON.parse(body) as { payload: Payload | null; errors?: Payload['errors'] };
        yield payload ?? { ...(errors && { errors }) };
      }
    }
  } finally {
    abort.abort();
  }
}
