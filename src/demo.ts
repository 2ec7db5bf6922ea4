import { demoIdentities } from './simulator/seed.ts';
import { startSimulator } from './simulator/server.ts';

/** The embedded Images API, for trying the gateway without a cloud. */
export interface Demo {
  readonly imagesApiUrl: URL;
  /** A token that sees something worth looking at. */
  readonly token: string;
  /** What to do with a gateway at this URL: who one can be, and a query to paste. */
  describe(gatewayUrl: string): string;
  close(): Promise<void>;
}

/** Starts the embedded Images API on a free port. */
export async function startDemo(): Promise<Demo> {
  const simulator = await startSimulator();
  const { token } = demoIdentities.producer;
  return { imagesApiUrl: new URL(`${simulator.url}/v2`), token, describe, close: () => simulator.close() };
}

function describe(gatewayUrl: string): string {
  const { expired, unscoped, ...people } = demoIdentities;
  const rows = Object.values(people).map(
    ({ name, token, projectId }) => `  ${name.padEnd(18)} ${token.padEnd(29)} project ${projectId}`,
  );
  return `
It serves the embedded Images API: images in memory, forgotten when it stops. Be one of these, by X-Auth-Token:
${rows.join('\n')}

Open ${gatewayUrl}/graphql in a browser, or ask:
  curl -s ${gatewayUrl}/graphql -H 'Content-Type: application/json' \\
    -H 'X-Auth-Token: ${people.producer.token}' \\
    -d '{"query":"{ images(first: 3) { nodes { name visibility members { memberId status } } } }"}'
`;
}
