import { Client, cacheExchange, fetchExchange } from 'urql';

/** A client for one token. A mutation that returns a type makes the lists that hold this type be fetched again. */
export function createClient(url: string, token: string): Client {
  return new Client({
    url,
    exchanges: [cacheExchange, fetchExchange],
    fetchOptions: { headers: { 'X-Auth-Token': token } },
    preferGetMethod: false,
  });
}
