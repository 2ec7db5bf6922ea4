import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { demoIdentities } from '../../src/simulator/seed.ts';
import { startSimulator } from '../../src/simulator/server.ts';
import { callers } from './support/client.ts';

const program = fileURLToPath(new URL('../../src/simulator/main.ts', import.meta.url));

function run(env: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [program], { env: { ...process.env, ...env } });
  const output = { out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    output.out += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    output.err += String(chunk);
  });
  return { child, output };
}

describe('the images-api process', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('prints its URL and tokens, serves, and exits 0 on %s', async (signal) => {
    const { child, output } = run({ IMAGES_API_PORT: '0' });
    while (!output.out.includes(demoIdentities.unscoped.token)) await once(child.stdout, 'data');
    const url = /^Images API listening on (http:\/\/127\.0\.0\.1:\d+)$/m.exec(output.out)?.[1] ?? '';
    for (const { token } of Object.values(demoIdentities)) expect(output.out).toContain(token);
    const { json } = await callers(url)(demoIdentities.consumerA.token)('GET', '/v2/images');
    expect(json.images.length).toBeGreaterThan(3);
    const identityUrl = /^Identity API at (\S+)$/m.exec(output.out)?.[1] ?? '';
    const projects = await callers(identityUrl)(demoIdentities.consumerB.token)('GET', '/v3/auth/projects');
    expect(projects.json.projects.map(({ name }) => name)).toEqual(['consumer-b', 'sandbox']);
    child.kill(signal);
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(output.err).toBe('');
  });

  it.each([
    [{ IMAGES_API_PORT: 'many' }, 'images-api: IMAGES_API_PORT is "many": it must be a whole number from 0 to 65535\n'],
    [
      { IMAGES_API_PORT: '65536' },
      'images-api: IMAGES_API_PORT is "65536": it must be a whole number from 0 to 65535\n',
    ],
    [
      { IMAGES_API_HOST: '' },
      'images-api: IMAGES_API_HOST is empty: give a host name or an address, or leave it out\n',
    ],
  ])('reports in one line what is wrong with %j', async (env, message) => {
    const { child, output } = run(env);
    expect((await once(child, 'close'))[0]).toBe(1);
    expect(output).toEqual({ out: '', err: message });
  });

  it('reports in one line that its port is in use', async () => {
    await using simulator = await startSimulator();
    const { port } = new URL(simulator.url);
    const { child, output } = run({ IMAGES_API_PORT: port });
    expect((await once(child, 'close'))[0]).toBe(1);
    expect(output.err).toBe(`images-api: port ${port} on 127.0.0.1 is in use: set IMAGES_API_PORT to a free one\n`);
  });
});
