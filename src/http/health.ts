import type { Handler } from './server.ts';
import { sendText } from './server.ts';

/** `GET /healthz`: 200 while the process lives. */
export const healthz: Handler = (_request, response) => sendText(response, 200, 'ok\n');

/** Why the gateway cannot serve, or null when it can. */
export type Readiness = () => Promise<string | null>;

/** `GET /readyz`: 200 when the gateway can serve, else 503 and why not. */
export function createReadyz(whyNotReady: Readiness): Handler {
  return async (_request, response) => {
    const why = await whyNotReady();
    sendText(response, why === null ? 200 : 503, why === null ? 'ready\n' : `not ready: ${why}\n`);
  };
}
