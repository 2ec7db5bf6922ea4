import { readFileSync } from 'node:fs';
import { Agent, request } from 'undici';
import { beforeAll, expect, it } from 'vitest';
import { demoIdentities } from '../../src/simulator/seed.ts';
import { buildImage, imageName, inspect, startContainer, version } from './container.ts';
import { askForImages, run, tryRun } from './run.ts';

const { token } = demoIdentities.producer;

beforeAll(buildImage, 900_000);

it('takes at most 100 MB over its base image', async () => {
  const size = async (name: string) => Number(await inspect(name, '{{.Size}}'));
  expect((await size(imageName)) - (await size('docker.io/library/node:24-bookworm-slim'))).toBeLessThan(100e6);
});

it('has labels for its title, description, source, version and revision', async () => {
  const labels = JSON.parse(await inspect(imageName, '{{json .Labels}}')) as Record<string, string>;
  const prefix = 'org.opencontainers.image.';
  expect(labels).toMatchObject({
    [`${prefix}title`]: 'image-sharing-gateway',
    [`${prefix}description`]: expect.stringMatching(/GraphQL/),
    [`${prefix}source`]: expect.any(String),
    [`${prefix}version`]: version,
    [`${prefix}revision`]: expect.any(String),
  });
});

it('runs as user 1000, read-only, without capabilities, in 256 MB, and answers', async () => {
  await using container = await startContainer(['demo']);
  expect(await askForImages(container.url, token)).toHaveLength(3);
  const status = readFileSync(`/proc/${container.pid}/status`, 'utf8');
  expect(status).toMatch(/^Uid:\t1000\t/m);
  expect(status).toMatch(/^CapEff:\t0+$/m);
  const megabytes = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024;
  expect(megabytes).toBeLessThan(160);
  expect((await tryRun('podman', ['exec', container.id, 'touch', '/app/written'])).code).not.toBe(0);
});

it('has a health check that fails when nothing answers', async () => {
  const check = JSON.parse(await inspect(imageName, '{{json .HealthCheck.Test}}')) as string[];
  expect(check[0]).toBe('CMD');
  await using container = await startContainer(['demo']);
  const exec = (...environment: string[]) =>
    tryRun('podman', ['exec', ...environment.map((value) => `--env=${value}`), container.id, ...check.slice(1)]);
  expect((await exec()).code).toBe(0);
  expect((await exec('ADMIN_PORT=4001')).code).toBe(1);
});

it('uses the compile cache that was filled when it was built', async () => {
  const { output, errors } = await tryRun('podman', [
    ...['run', '--rm', '--pull=never', '--read-only', '--env=NODE_DEBUG_NATIVE=COMPILE_CACHE', imageName],
    '--print-schema',
  ]);
  const lines = (output + errors).split('\n').filter((line) => line.includes('/app/'));
  const cached = lines.filter((line) => line.includes('because cache was the same'));
  expect(cached.length).toBeGreaterThan(10);
  expect(cached.filter((line) => line.includes('/app/dist/')).length).toBeGreaterThan(3);
  expect(lines.filter((line) => /writing cache for|temporary file for cache/.test(line))).toEqual([]);
});

it('does not start without an Images API, and says so in one line', async () => {
  const { code, errors } = await tryRun('podman', ['run', '--rm', '--pull=never', '--read-only', imageName]);
  expect(code).toBe(1);
  expect(errors.split('\n').filter((line) => line.startsWith('IMAGES_API_URL'))).toHaveLength(1);
});

it('drains under load: every request that reached it is answered', async () => {
  const busy = { MAX_EVENT_LOOP_DELAY_MS: '600000' };
  await using container = await startContainer(['demo'], { DRAIN_DELAY_MS: '4000', LOG_LEVEL: 'warn', ...busy });
  const result = { answered: 0, lost: [] as unknown[] };
  const load = startLoad(container.url, result);
  await expect.poll(() => result.answered, { timeout: 60_000 }).toBeGreaterThan(100);
  await run('podman', ['stop', '--time=20', container.id]);
  await load;
  expect(await inspect(container.id, '{{.State.ExitCode}}')).toBe('0');
  expect(result.lost).toEqual([]);
});

it('serves again after it is killed and restarted', async () => {
  await using container = await startContainer(['demo']);
  await run('podman', ['kill', '--signal=KILL', container.id]);
  await run('podman', ['wait', container.id]);
  await run('podman', ['start', container.id]);
  const port = (await run('podman', ['port', container.id, '4000'])).trim().split(':').at(-1);
  await expect
    .poll(() => askForImages(`http://127.0.0.1:${port}`, token).catch(() => []), { timeout: 60_000 })
    .toHaveLength(3);
});

/** Sixteen callers behind a minimal load balancer, which polls `/readyz` and stops sending once it is not 200. */
async function startLoad(url: string, result: { answered: number; lost: unknown[] }): Promise<void> {
  const body = JSON.stringify({ query: '{ images(first: 20) { nodes { name members { memberId } } } }' });
  const headers = { 'content-type': 'application/json', 'x-auth-token': token };
  const dispatcher = new Agent({ connections: 16, pipelining: 1 });
  let ready = true;
  async function watch(): Promise<void> {
    while (ready) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      ready = (await fetch(`${url}/readyz`)).ok;
    }
  }
  async function call(): Promise<void> {
    while (ready) {
      try {
        const answer = await request(`${url}/graphql`, { method: 'POST', headers, body, dispatcher });
        const { data } = (await answer.body.json()) as { data?: object };
        if (answer.statusCode === 200 && data) result.answered++;
        else result.lost.push(answer.statusCode);
      } catch (error) {
        result.lost.push(error);
      }
    }
  }
  await Promise.all([watch(), ...Array.from({ length: 16 }, call)]);
  await dispatcher.destroy();
}
