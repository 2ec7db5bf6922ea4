import { useSyncExternalStore } from 'react';

export type Screen = 'images' | 'inbox';

/** What is on the screen. It is all in the address, so that back, reload and links work. */
export interface Route {
  readonly screen: Screen;
  readonly params: URLSearchParams;
}

/** Reads the part of an address after `#`: `#/images?q=debian`. */
export function parseRoute(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  return { screen: path === 'inbox' ? 'inbox' : 'images', params: new URLSearchParams(search) };
}

/** The address of a screen; parameters without a value are left out. */
export function toHash(screen: Screen, params: Readonly<Record<string, string | null>> | URLSearchParams = {}): string {
  const entries = params instanceof URLSearchParams ? [...params] : Object.entries(params);
  const search = new URLSearchParams(entries.flatMap(([key, value]) => (value ? [[key, value]] : [])));
  // Commas separate ids, and need no escape after `#`.
  return `#/${screen}${search.size > 0 ? `?${search.toString().replaceAll('%2C', ',')}` : ''}`;
}

/** The address of the same screen with some parameters changed; null removes one. */
export function changeParams({ screen, params }: Route, changes: Readonly<Record<string, string | null>>): string {
  return toHash(screen, { ...Object.fromEntries(params), ...changes });
}

/** Goes to an address; `replace` leaves no entry in the history, as for a text that is being typed. */
export function navigate(hash: string, replace = false): void {
  if (hash === location.hash) return;
  history[replace ? 'replaceState' : 'pushState'](null, '', hash);
  dispatchEvent(new Event('hashchange'));
}

export function useRoute(): Route {
  return parseRoute(useSyncExternalStore(listenToHash, () => location.hash));
}

function listenToHash(onChange: () => void): () => void {
  addEventListener('hashchange', onChange);
  addEventListener('popstate', onChange);
  return () => {
    removeEventListener('hashchange', onChange);
    removeEventListener('popstate', onChange);
  };
}
