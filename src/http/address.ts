import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';

/** The address key of a request's caller: see `toAddressKey`. With `trustProxy`, the address reported by the proxy. */
export function readAddressKey(
  { socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>,
  trustProxy: boolean,
): string {
  const forwarded = trustProxy ? headers['x-forwarded-for'] : undefined;
  const last = String(forwarded ?? '')
    .split(',')
    .at(-1)
    ?.trim();
  return toAddressKey(last || (socket.remoteAddress ?? ''));
}

/**
 * The key for limits per address: the address itself, or for IPv6 its /64 network, because a caller with one address of
 * the network can use all of them.
 */
export function toAddressKey(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  return mapped ?? (isIPv6(address) ? toNetwork(address) : address);
}

/** The first four groups of an IPv6 address. */
function toNetwork(address: string): string {
  const [head = '', tail] = address.split('%', 1)[0]?.split('::') ?? [];
  const groups = head === '' ? [] : head.split(':');
  const rest = tail ? tail.split(':') : [];
  const zeros = tail === undefined ? 0 : 8 - groups.length - rest.length;
  const all = [...groups, ...Array<string>(Math.max(0, zeros)).fill('0'), ...rest];
  return all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
