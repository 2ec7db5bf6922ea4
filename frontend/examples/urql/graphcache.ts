import { cacheExchange } from '@urql/exchange-graphcache';
import { Client, fetchExchange } from 'urql';

/** A client for one token with a normalised cache: a decision changes every list, and nothing is fetched again. */
export function createClient(url: string, token: string): Client {
  return new Client({
    url,
    exchanges: [cacheExchange({ keys }), fetchExchange],
    fetchOptions: { headers: { 'X-Auth-Token': token } },
    preferGetMethod: false,
  });
}

/** Objects without an identity of their own: they belong to what they are part of. */
const keys = {
  ImageUserError: () => null,
  ImageMemberChange: () => null,
  ImageChange: () => null,
};
