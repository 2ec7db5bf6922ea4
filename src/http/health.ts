import type { Handler } from './server.ts';
import { sendText } from './server.ts';

/** `GET /healthz`: 200 while the process is alive. */
export const healthz: Handler = (_request, response) => sendText(response, 200, 'ok\n');

/** Why the gateway is not ready to serve requests, or null if it is. */
export type Readiness = () => Promise<string | null>;

/** `GET /readyz`: 200 if the gateway is ready, else 503 with the reason. */
export function createReadyz(whyNotReady: Readiness): Handler {
  return async (_request, response) => {
    const why = await whyNotReady();
    sendText(response, why === null ? 200 : 503, why === null ? 'ready\n' : `not ready: ${why}\n`);
  };
}
