import type { Server, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChurningMap } from '../churning-map.ts';

/** Lets a server go down without cutting anyone off. */
export interface Drain {
  /** Whether the server is going down. */
  readonly draining: boolean;
  /**
   * Is draining from now on; after the delay refuses new connections and waits until what is in flight is answered; after
   * the grace period cuts the rest off.
   * @returns whether everything was answered.
   */
  close(graceMs: number, delayMs?: number): Promise<boolean>;
}

/** Watches the requests of a server. Must be called before it listens. */
export function createDrain(server: Server): Drain {
  const inFlight = new ChurningMap<ServerResponse, true>();
  let draining = false;

  server.prependListener('request', (_request, response) => {
    if (draining) response.setHeader('connection', 'close');
    inFlight.set(response, true);
    response.once('close', () => inFlight.delete(response));
  });

  return {
    get draining() {
      return draining;
    },
    async close(graceMs, delayMs = 0) {
      draining = true;
      if (delayMs > 0) await sleep(delayMs);
      for (const [response] of inFlight.entries()) if (!response.headersSent) response.setHeader('connection', 'close');
      let cut = false;
      const timer = setTimeout(() => {
        cut = inFlight.size > 0;
        server.closeAllConnections();
      }, graceMs);
      await new Promise((resolve) => server.close(resolve));
      clearTimeout(timer);
      return !cut;
    },
  };
}
