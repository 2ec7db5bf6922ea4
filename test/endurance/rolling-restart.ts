// Restarts two gateways behind HAProxy one after the other under load: no request may fail.
// Usage: node test/endurance/rolling-restart.ts [restarts]; needs Debian's haproxy.
import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { demoIdentities } from '../../src/simulator/demo-identities.ts';
import { Client, type Outcome, print, quantile, startProgram, tally } from './gateway.ts';

const restarts = Number(process.argv[2] ?? 6);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

await using images = await startProgram({ IMAGES_API_PORT: '0' }, 'src/simulator/main.ts');
const ports = [await freePort(), await freePort()];
const front = await freePort();
const start = (index: number) =>
  startProgram({ IMAGES_API_URL: images.url, PORT: String(ports[index]), DRAIN_DELAY_MS: '1500', LOG_LEVEL: 'silent' });
const gateways = [await start(0), await start(1)];

const config = join(mkdtempSync(join(tmpdir(), 'haproxy-')), 'haproxy.cfg');
writeFileSync(
  config,
  `global
  maxconn 2000
defaults
  mode http
  timeout connect 2s
  timeout client 30s
  timeout server 30s
  retries 2
  option redispatch
frontend front
  bind 127.0.0.1:${front}
  default_backend gateways
backend gateways
  balance roundrobin
  option httpchk GET /readyz
  default-server inter 200ms fall 2 rise 2
${ports.map((port, index) => `  server g${index} 127.0.0.1:${port} check`).join('\n')}
`,
);
const proxy = spawn('/usr/sbin/haproxy', ['-f', config, '-db'], { stdio: 'ignore' });
const url = `http://127.0.0.1:${front}`;
while (
  (await request(`${url}/readyz`).then(
    async ({ statusCode, body }) => [statusCode, await body.text()][0],
    () => 0,
  )) !== 200
)
  await sleep(100);

const client = new Client(url, 16);
const outcomes: Outcome[] = [];
let over = false;
const query = 'query Page { images(first: 10) { nodes { id name members { memberId status } } } }';
const load = Promise.all(
  Array.from({ length: 16 }, async () => {
    while (!over) outcomes.push(await client.ask(demoIdentities.producer.token, query));
  }),
);
for (let restart = 0; restart < restarts; restart++) {
  const index = restart % 2;
  await sleep(1_000);
  gateways[index]?.child.kill('SIGTERM');
  const code = await gateways[index]?.exited;
  gateways[index] = await start(index);
  print(`restart ${restart + 1}: gateway ${index} exited with ${code}; ${outcomes.length} operations so far`);
  await sleep(1_000);
}
over = true;
await load;
await client.close();
proxy.kill();
for (const gateway of gateways) await gateway[Symbol.asyncDispose]();
const times = outcomes.map(({ ms }) => ms);
print(
  `${tally(outcomes)}; median ${quantile(times, 0.5).toFixed(1)} ms, 99 % ${quantile(times, 0.99).toFixed(1)} ms, longest ${Math.max(...times).toFixed(0)} ms`,
);
