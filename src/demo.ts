import { isExplorerInstalled } from './http/explorer.ts';
import { demoIdentities } from './simulator/seed.ts';
import { startSimulator } from './simulator/server.ts';

interface Person {
  readonly name: string;
  readonly token: string;
  readonly projectId: string;
}

/** The embedded Images API, for trying the gateway without a cloud. */
export interface Demo {
  readonly imagesApiUrl: URL;
  /** The base URL of its Identity API; null if it has none. */
  readonly identityApiUrl: URL | null;
  /** A token that sees images in every member status. */
  readonly token: string;
  /** The demo users that the console offers: those with a usable token. */
  readonly people: readonly Person[];
  /** Reports changes as they happen; null if nothing does. @returns a function that stops it. */
  readonly listenToEvents:
    | ((onEvent: (type: string, payload: Readonly<Record<string, unknown>>) => void) => () => void)
    | null;
  /** Instructions to print for a gateway at this URL: the demo tokens, the pages, and a query to paste. */
  describe(gatewayUrl: string, serves: { readonly console: boolean }): string;
  close(): Promise<void>;
}

/** Starts the embedded Images API on a free port. */
export async function startDemo(): Promise<Demo> {
  const simulator = await startSimulator();
  const { token } = demoIdentities.producer;
  return {
    imagesApiUrl: new URL(`${simulator.url}/v2`),
    identityApiUrl: new URL(`${simulator.identityUrl}/v3`),
    token,
    people,
    listenToEvents: (onEvent) => simulator.world.listen(onEvent),
    describe,
    close: () => simulator.close(),
  };
}

const { expired: _expired, unscoped: _unscoped, ...usable } = demoIdentities;
const people = Object.values(usable);

function describe(gatewayUrl: string, serves: { readonly console: boolean }): string {
  const rows = people.map(
    ({ name, token, projectId }) => `  ${name.padEnd(18)} ${token.padEnd(29)} project ${projectId}`,
  );
  return `
*** THIS IS A DEMO: it serves the embedded Images API, whose images are lost when it stops, and anyone may use the
*** tokens below. For your own cloud, set IMAGES_API_URL.

Be one of these, by X-Auth-Token:
${rows.join('\n')}

In a browser:
${serves.console ? `  ${gatewayUrl}/console   the console: share images, accept them\n` : ''}  ${gatewayUrl}/graphql   Apollo Sandbox
${isExplorerInstalled() ? `  ${gatewayUrl}/explorer  GraphiQL, which needs no internet\n` : ''}
Or ask:
  curl -s ${gatewayUrl}/graphql -H 'Content-Type: application/json' \\
    -H 'X-Auth-Token: ${demoIdentities.producer.token}' \\
    -d '{"query":"{ images(first: 3) { nodes { name visibility members { memberId status } } } }"}'
`;
}
