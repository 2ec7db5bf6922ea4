import { demoIdentities } from './seed.ts';
import { startSimulator } from './server.ts';

/** Where to listen, from IMAGES_API_HOST (default 127.0.0.1) and IMAGES_API_PORT (0 to 65535, default 9292). */
function readSettings(env: NodeJS.ProcessEnv): { readonly host: string; readonly port: number } {
  const host = env['IMAGES_API_HOST'] ?? '127.0.0.1';
  const portText = env['IMAGES_API_PORT'] ?? '9292';
  const port = /^\d{1,5}$/.test(portText) ? Number(portText) : Number.NaN;
  if (host.trim() === '') throw new Error('IMAGES_API_HOST is empty: give a host name or an address, or leave it out');
  if (!(port <= 65_535)) throw new Error(`IMAGES_API_PORT is "${portText}": it must be a whole number from 0 to 65535`);
  return { host, port };
}

function explain(error: unknown, host: string, port: number): Error {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') return new Error(`port ${port} on ${host} is in use: set IMAGES_API_PORT to a free one`);
  const reason = error instanceof Error ? error.message : String(error);
  return new Error(`cannot listen on ${host}, port ${port}: ${reason}`);
}

function tokenTable(): string {
  return Object.values(demoIdentities)
    .map(({ token, name, projectId }) => `  ${token.padEnd(29)} ${name.padEnd(18)} ${projectId ?? 'no project'}\n`)
    .join('');
}

async function main(): Promise<void> {
  const { host, port } = readSettings(process.env);
  const simulator = await startSimulator({ host, port }).catch((error: unknown) => {
    throw explain(error, host, port);
  });
  process.stdout.write(
    `Images API listening on ${simulator.url}\nIdentity API at ${simulator.identityUrl}\n\n` +
      `X-Auth-Token, who, project:\n${tokenTable()}`,
  );
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      void simulator.close().then(() => process.exit(0));
    });
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`images-api: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
