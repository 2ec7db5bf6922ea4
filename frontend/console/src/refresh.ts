import { useEffect, useRef } from 'react';

/** One channel for the whole tab: it does not receive what it sends. */
const channel = new BroadcastChannel('image-sharing.changed');

/** A window that gets the focus again reads at most this often. */
const minIntervalMs = 5_000;

/** Tells the other tabs of this browser that something was changed; they read again with their own tokens. */
export function announceChange(): void {
  channel.postMessage(null);
}

/** Reads again when the window gets the focus, when it comes back online, and after a change in another tab. */
export function useRefresh(refresh: () => Promise<unknown>): void {
  const latest = useRef(refresh);
  useEffect(() => {
    latest.current = refresh;
  }, [refresh]);
  useEffect(() => {
    let last = Date.now();
    function read(): void {
      last = Date.now();
      latest.current().catch(() => {});
    }
    function onFocus(): void {
      if (document.visibilityState === 'visible' && Date.now() - last >= minIntervalMs) read();
    }
    channel.addEventListener('message', read);
    addEventListener('focus', onFocus);
    addEventListener('online', read);
    document.addEventListener('visibilitychange', onFocus);
    return () => {
      channel.removeEventListener('message', read);
      removeEventListener('focus', onFocus);
      removeEventListener('online', read);
      document.removeEventListener('visibilitychange', onFocus);
    };
  }, []);
}
