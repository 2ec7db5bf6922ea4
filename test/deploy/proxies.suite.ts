import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { expect, it } from 'vitest';
import { demoIdentities } from '../../src/simulator/seed.ts';
import { createPlace, findPort, startBehind, startHaproxy, startNginx } from './proxy.ts';
import { root, type Served } from './run.ts';

/** The embedded Images API, as a process of its own. */
async function startImages() {
  const images = spawn(process.execPath, ['src/simulator/main.ts'], {
    cwd: root,
    env: { ...process.env, IMAGES_API_PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(images.stdout, 'data')) as [Buffer];
  return {
    url: /(http:\/\/\S+)/.exec(String(line))?.[1] ?? '',
    async [Symbol.asyncDispose]() {
      images.kill('SIGKILL');
      await once(images, 'close');
    },
  };
}

const dispatcher = () => new Agent({ connect: { rejectUnauthorized: false, servername: 'images.example.com' } });

async function getStatus(url: string): Promise<number> {
  const { statusCode, body } = await request(url, { dispatcher: dispatcher() });
  await body.dump();
  return statusCode;
}

/** Asks without a pause while `during` goes on. @returns how often it was answered, and all that went wrong. */
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

it('nginx spreads requests over sockets, keeps health inside, and loses nothing while gateways restart', async () => {
  using place = createPlace();
  await using images = await startImages();
  const startGateway = (index: number) =>
    startBehind({
      IMAGES_API_URL: images.url,
      HOST: join(place.folder, `${index + 1}.sock`),
      DRAIN_DELAY_MS: '500',
    });
  const gateways = [await startGateway(0), await startGateway(1)];
  await using proxy = await startNginx(place);
  const { url } = proxy;
  await expect.poll(() => getStatus(url).catch(() => proxy.errors()), { timeout: 60_000 }).toBeTypeOf('number');
  for (const path of ['/healthz', '/readyz', '/metrics']) expect(await getStatus(url + path)).toBe(404);
  const { answered, failed } = await askMeanwhile(url, () => restartAll(gateways, startGateway));
  for (const gateway of gateways) await gateway.stop();
  expect(failed).toEqual([]);
  expect(answered).toBeGreaterThan(100);
}, 120_000);

it('the HAProxy configuration for kolla-ansible affects no other service', () => {
  const configuration = readFileSync(join(root, 'deploy/proxies/kolla-haproxy.cfg'), 'utf8');
  const sections = [...configuration.matchAll(/^([a-z].*)$/gm)].map(([, section]) => section);
  expect(sections).toEqual(['frontend image_sharing_front', 'backend image_sharing_back']);
});

it.each(['haproxy.cfg', 'kolla-haproxy.cfg'] as const)(
  'HAProxy with %s asks who is ready, keeps health inside, and loses nothing while gateways restart',
  async (name) => {
    using place = createPlace();
    await using images = await startImages();
    const ports = [
      { port: await findPort(), adminPort: await findPort() },
      { port: await findPort(), adminPort: await findPort() },
    ] as const;
    const startGateway = (index: number) =>
      startBehind({
        IMAGES_API_URL: images.url,
        PORT: String(ports[index]?.port),
        ADMIN_PORT: String(ports[index]?.adminPort),
        DRAIN_DELAY_MS: '1500',
      });
    const gateways = [await startGateway(0), await startGateway(1)];
    await using proxy = await startHaproxy(place, ports, name);
    const { url } = proxy;
    await expect
      .poll(() => getStatus(`${url}/graphql?query=%7B__typename%7D`).catch(() => proxy.errors()), { timeout: 60_000 })
      .toBe(200);
    for (const path of ['/healthz', '/readyz', '/metrics']) expect(await getStatus(url + path)).toBe(404);
    const { answered, failed } = await askMeanwhile(url, () => restartAll(gateways, startGateway));
    for (const gateway of gateways) await gateway.stop();
    expect(failed).toEqual([]);
    expect(answered).toBeGreaterThan(100);
  },
  120_000,
);
