import { Environment, type FetchFunction, Network, RecordSource, Store } from 'relay-runtime';

/** An environment for one token; its store needs no set-up, because every `id` belongs to one object alone. */
export function createEnvironment(url: string, token: string): Environment {
  const fetchGraphQL: FetchFunction = async ({ text, name }, variables) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Auth-Token': token },
      body: JSON.stringify({ query: text, operationName: name, variables }),
    });
    return response.json();
  };
  return new Environment({ network: Network.create(fetchGraphQL), store: new Store(new RecordSource()) });
}
