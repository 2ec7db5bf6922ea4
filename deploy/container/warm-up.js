// Runs while the image is built, with NODE_COMPILE_CACHE set: starts the gateway as in production and sends it a query, so
// that the cache contains all code that a start and a query load.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** Starts the gateway with these arguments and settings, sends it queries, and ends it. */
async function warmUp(args, settings) {
  const env = { ...process.env, HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'silent', ...settings };
  const stdio = ['ignore', 'pipe', 'inherit'];
  const child = spawn(process.execPath, ['/app/bin/image-sharing-gateway.cjs', ...args], { env, stdio });
  const closed = once(child, 'close');
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /listens at (\S+)$/.exec(line)?.[1];
    if (url === undefined) continue;
    child.stdout.resume();
    const headers = { 'content-type': 'application/json', 'x-auth-token': 'demo-admin-token' };
    const body = JSON.stringify({ query: '{ images(first: 1) { nodes { name members { memberId } } } }' });
    // An operation is compiled when it is requested for the second time.
    for (let time = 0; time < 3; time++) await (await fetch(url, { method: 'POST', headers, body })).text();
    child.kill('SIGTERM');
    break;
  }
  const [code] = await closed;
  if (code !== 0) throw new Error(`the gateway exited with ${code}`);
}

await warmUp(['demo'], {});
await warmUp([], { IMAGES_API_URL: 'http://127.0.0.1:9', FEDERATED_TRACING: 'true' });
await warmUp(['--print-schema'], {});
