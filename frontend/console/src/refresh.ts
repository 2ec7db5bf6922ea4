import { useEffect, useRef } from 'react';
import { useLiveStatus } from './live/live.ts';

/** One channel for the whole tab: it does not receive what it sends. */
const channel = new BroadcastChannel('image-sharing.changed');

/** A window that gets the focus again reads at most this often. */
const minIntervalMs = 5_000;

/** Time between two reads while there is no live connection. */
export const pollSeconds = 15;

/** Tells the other tabs of this browser that something was changed; they read again with their own tokens. */
export function announceChange(): void {
  channel.postMessage(null);
}

/**
 * Reads again when the window gets the focus, when it comes back online, after a change in another tab, when subscriptions
 * are back, and at intervals while there are none.
 */
export function useRefresh(refresh: () => Promise<unknown>): void {
  const latest = useRef(refresh);
  useEffect(() => {
    latest.current = refresh;
  }, [refresh]);
  const status = useLiveStatus();
  const before = useRef(status);
  useEffect(() => {
    const read = () => latest.current().catch(() => {});
    const wasApart = before.current === 'reconnecting' || before.current === 'polling';
    before.current = status;
    if (status === 'connected' && wasApart) void read();
    if (status !== 'polling') return;
    const timer = setInterval(() => document.visibilityState === 'visible' && read(), pollSeconds * 1_000);
    return () => clearInterval(timer);
  }, [status]);
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
