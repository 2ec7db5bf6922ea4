import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { expect, it } from 'vitest';
import { demoIdentities } from '../../src/simulator/seed.ts';
import { root, run, type Served, serve } from './run.ts';

const snippet = (name: string): string => readFileSync(join(root, 'deploy/proxies', name), 'utf8');

/** A free port of loopback. */
async function findPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** A folder with a certificate for loopback, and the Images API, both removed at the end of the scope. */
async function createPlace() {
  const folder = mkdtempSync(join(tmpdir(), 'proxy-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'];
  await run('openssl', ['req', '-x509', ...kind, '-keyout', key, '-out', cert, '-subj', '/CN=images.example.com']);
  writeFileSync(join(folder, 'both.pem'), readFileSync(cert, 'utf8') + readFileSync(key, 'utf8'));
  const images = spawn(process.execPath, ['src/simulator/main.ts'], {
    cwd: root,
    env: { ...process.env, IMAGES_API_PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(images.stdout, 'data')) as [Buffer];
  return {
    folder,
    key,
    cert,
    imagesUrl: /(http:\/\/\S+)/.exec(String(line))?.[1] ?? '',
    async [Symbol.asyncDispose]() {
      images.kill('SIGKILL');
      await once(images, 'close');
      rmSync(folder, { recursive: true });
    },
  };
}

/** Starts a program that serves until the scope ends. */
function startProxy(command: string, args: readonly string[]) {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += String(chunk);
  });
  const closed = once(child, 'close');
  return {
    errors: () => errors,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await closed;
    },
  };
}

const dispatcher = () => new Agent({ connect: { rejectUnauthorized: false, servername: 'images.example.com' } });

async function getStatus(url: string): Promise<number> {
  const { statusCode, body } = await request(url, { dispatcher: dispatcher() });
  await body.dump();
  return statusCode;
}

/** Sends operations continuously while `during` runs. @returns the number of answers, and all failures. */
async function askMeanwhile(url: string, during: () => Promise<void>) {
  const agent = dispatcher();
  const result = { answered: 0, failed: [] as unknown[] };
  let over = false;
  async function call(): Promise<void> {
    while (!over) {
      try {
        const { statusCode, body } = await request(`${url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-auth-token': demoIdentities.producer.token },
          body: JSON.stringify({ query: '{ images(first: 3) { nodes { name } } }' }),
          dispatcher: agent,
        });
        const text = await body.text();
        if (statusCode === 200 && !text.includes('"errors"')) result.answered++;
        else result.failed.push(`${statusCode} ${text}`);
      } catch (error) {
        result.failed.push(error);
      }
    }
  }
  const callers = Promise.all(Array.from({ length: 8 }, call));
  await during();
  over = true;
  await callers;
  await agent.destroy();
  return result;
}

/** Restarts gateways one after the other behind a proxy, under load. */
async function restartAll(gateways: Served[], start: (index: number) => Promise<Served>): Promise<void> {
  for (const index of gateways.keys()) {
    await sleep(1_000);
    expect((await gateways[index]?.stop())?.code).toBe(0);
    gateways[index] = await start(index);
    await sleep(1_500);
  }
}

/** A busy machine must not cause refusals. */
const environment = { LOG_LEVEL: 'silent', TRUST_PROXY: 'true', MAX_EVENT_LOOP_DELAY_MS: '600000' };

const start = (env: Record<string, string>): Promise<Served> =>
  serve(process.execPath, ['src/main.ts'], {
    env: { ...process.env, ...environment, ...env },
  });

it('nginx balances requests between sockets, hides health checks, and loses no request while gateways restart', async () => {
  await using place = await createPlace();
  const port = await findPort();
  const { folder } = place;
  const config = snippet('nginx.conf')
    .replaceAll('/run/image-sharing-gateway', folder)
    .replaceAll('listen 443 ssl', `listen 127.0.0.1:${port} ssl`)
    .replace(/ssl_certificate \S+;/, `ssl_certificate ${place.cert};`)
    .replace(/ssl_certificate_key \S+;/, `ssl_certificate_key ${place.key};`);
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  const frame = `daemon off; ${user} pid ${folder}/pid; error_log stderr error; events {}`;
  writeFileSync(join(folder, 'nginx.conf'), `${frame}\nhttp { access_log off; ${paths.join(' ')}\n${config}\n}\n`);
  const startGateway = (index: number) =>
    start({ IMAGES_API_URL: place.imagesUrl, HOST: join(folder, `${index + 1}.sock`), DRAIN_DELAY_MS: '500' });
  const gateways = [await startGateway(0), await startGateway(1)];
  await using proxy = startProxy('nginx', ['-c', join(folder, 'nginx.conf'), '-e', 'stderr']);
  const url = `https://127.0.0.1:${port}`;
  await expect.poll(() => getStatus(url).catch(() => proxy.errors()), { timeout: 10_000 }).toBeTypeOf('number');
  for (const path of ['/healthz', '/readyz', '/metrics']) expect(await getStatus(url + path)).toBe(404);
  const { answered, failed } = await askMeanwhile(url, () => restartAll(gateways, startGateway));
  for (const gateway of gateways) await gateway.stop();
  expect(failed).toEqual([]);
  expect(answered).toBeGreaterThan(100);
}, 120_000);

it('HAProxy checks readiness, hides health checks, and loses no request while gateways restart', async () => {
  await using place = await createPlace();
  const front = await findPort();
  const ports = [await findPort(), await findPort()];
  const admins = [await findPort(), await findPort()];
  const config = snippet('haproxy.cfg')
    .replace('bind :443', `bind 127.0.0.1:${front}`)
    .replace(/crt \S+/, `crt ${join(place.folder, 'both.pem')}`)
    .replace(/server one \S+/, `server one 127.0.0.1:${ports[0]} port ${admins[0]}`)
    .replace(/server two \S+/, `server two 127.0.0.1:${ports[1]} port ${admins[1]}`);
  const file = join(place.folder, 'haproxy.cfg');
  writeFileSync(file, config);
  await run('haproxy', ['-c', '-f', file]);
  const startGateway = (index: number) =>
    start({
      IMAGES_API_URL: place.imagesUrl,
      PORT: String(ports[index]),
      ADMIN_PORT: String(admins[index]),
      DRAIN_DELAY_MS: '1500',
    });
  const gateways = [await startGateway(0), await startGateway(1)];
  await using proxy = startProxy('haproxy', ['-f', file]);
  const url = `https://127.0.0.1:${front}`;
  await expect
    .poll(() => getStatus(`${url}/graphql?query=%7B__typename%7D`).catch(() => proxy.errors()), { timeout: 10_000 })
    .toBe(200);
  for (const path of ['/healthz', '/readyz', '/metrics']) expect(await getStatus(url + path)).toBe(404);
  const { answered, failed } = await askMeanwhile(url, () => restartAll(gateways, startGateway));
  for (const gateway of gateways) await gateway.stop();
  expect(failed).toEqual([]);
  expect(answered).toBeGreaterThan(100);
}, 120_000);
