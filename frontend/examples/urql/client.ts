import type { ExecutionResult } from 'graphql';
import { createClient as createSseClient } from 'graphql-sse';
import { Client, cacheExchange, fetchExchange, subscriptionExchange } from 'urql';

/** A client for one token. A mutation that returns a type makes the lists that hold this type be fetched again. */
export function createClient(url: string, token: string): Client {
  const headers = { 'X-Auth-Token': token };
  // Subscribes again by itself when the connection is lost.
  const events = createSseClient({ url, headers, retryAttempts: Number.POSITIVE_INFINITY, retry: waitToRetry });
  return new Client({
    url,
    exchanges: [
      cacheExchange,
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query = '', variables = {} }) => ({
          subscribe: (sink) => ({
            unsubscribe: events.subscribe<Record<string, unknown>, Record<string, unknown>>(
              { query, variables },
              { ...sink, next: (result) => isPause(result) || sink.next(result) },
            ),
          }),
        }),
      }),
    ],
    fetchOptions: { headers },
    preferGetMethod: false,
  });
}

/** The time between two attempts is random, so that clients do not come back at the same moment. */
function waitToRetry(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1_000 + 4_000 * Math.random()));
}

/** Whether the gateway ends a stream that `graphql-sse` then opens again: there is no error to show. */
function isPause({ errors }: ExecutionResult<unknown, unknown>): boolean {
  return errors?.[0]?.extensions?.['code'] === 'SUBSCRIPTION_ENDED';
}
