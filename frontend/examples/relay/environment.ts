import type { ExecutionResult } from 'graphql';
import { createClient } from 'graphql-sse';
import {
  Environment,
  type FetchFunction,
  type GraphQLSingularResponse,
  Network,
  Observable,
  RecordSource,
  Store,
  type SubscribeFunction,
} from 'relay-runtime';

/** An environment for one token; its store needs no set-up, because every `id` belongs to one object alone. */
export function createEnvironment(url: string, token: string): Environment {
  const headers = { 'X-Auth-Token': token };
  const fetchGraphQL: FetchFunction = async ({ text, name }, variables) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'Content-Type': 'application/json' },
      body: JSON.stringify({ query: text, operationName: name, variables }),
    });
    return response.json();
  };
  // Subscribes again by itself when the connection is lost.
  const events = createClient({ url, headers, retryAttempts: Number.POSITIVE_INFINITY, retry: waitToRetry });
  const subscribe: SubscribeFunction = ({ text, name }, variables) =>
    Observable.create((sink) =>
      events.subscribe(
        { query: text ?? '', operationName: name, variables },
        {
          next: (result) => isPause(result) || sink.next(result as GraphQLSingularResponse),
          error: (error) => sink.error(error as Error),
          complete: () => sink.complete(),
        },
      ),
    );
  return new Environment({ network: Network.create(fetchGraphQL, subscribe), store: new Store(new RecordSource()) });
}

/** The time between two attempts is random, so that clients do not come back at the same moment. */
function waitToRetry(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1_000 + 4_000 * Math.random()));
}

/** Whether the gateway ends a stream that `graphql-sse` then opens again: there is no error to show. */
function isPause({ errors }: ExecutionResult<unknown, unknown>): boolean {
  return errors?.[0]?.extensions?.['code'] === 'SUBSCRIPTION_ENDED';
}
