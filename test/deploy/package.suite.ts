import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoIdentities } from '../../src/simulator/seed.ts';
import { startCollector } from '../support/collector.ts';
import { askForImages, root, run, serve, tryRun } from './run.ts';

const work = mkdtempSync(join(tmpdir(), 'package-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

let packed: Packed;
beforeAll(async () => {
  const [first] = JSON.parse(
    await run('npm', ['pack', '--json', '--foreground-scripts=false', '--pack-destination', work]),
  ) as Packed[];
  if (first === undefined) throw new Error('npm pack made nothing');
  packed = first;
});

/** A folder with a Node of its own. */
interface Place {
  readonly cwd: string;
  /** The environment of commands that run there. */
  readonly env: NodeJS.ProcessEnv;
}

/** Creates an empty folder with this Node version. */
async function installNode(version: string): Promise<Place> {
  const cwd = mkdtempSync(join(work, 'node-'));
  writeFileSync(join(cwd, 'package.json'), '{ "private": true }\n');
  await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', `node@${version}`], { cwd });
  const path = join(cwd, 'node_modules/.bin');
  return { cwd, env: { HOME: cwd, PATH: [path, process.env['PATH']].join(delimiter), PORT: '0' } };
}

/** Installs the tarball in an empty folder. */
async function installPackage(version: string): Promise<Place & { readonly command: string }> {
  const place = await installNode(version);
  await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', join(work, packed.filename)], {
    cwd: place.cwd,
  });
  return { ...place, command: join(place.cwd, 'node_modules/.bin/image-sharing-gateway') };
}

/** Asks for images with traces on. @returns what a collector received until the gateway had ended. */
async function trace(command: string, args: readonly string[], { cwd, env }: Place, protocol: string) {
  await using collector = await startCollector();
  const traced = { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_EXPORTER_OTLP_PROTOCOL: protocol };
  await using gateway = await serve(command, args, { cwd, env: traced });
  await askForImages(gateway.url, demoIdentities.producer.token);
  expect((await gateway.stop()).code).toBe(0);
  return {
    types: [...new Set(collector.requests.map(({ headers }) => headers['content-type']))],
    spans: collector.spans.map(({ kind, name }) => `${kind} ${name}`),
  };
}

it('the tarball is below 2 MB and holds JavaScript with types and source maps, and no tests', () => {
  expect(statSync(join(work, packed.filename)).size).toBeLessThan(2_000_000);
  const paths = packed.files.map(({ path }) => path);
  for (const path of [
    'dist/main.cjs',
    'dist/main.cjs.map',
    'dist/start.d.ts',
    'schema/image.graphql',
    'vendor/open-telemetry.LICENSE.txt',
    'README.md',
  ]) {
    expect(paths).toContain(path);
  }
  expect(paths.filter((path) => /^(?:src|test|bench|docs)\/|\.ts$/.test(path) && !path.endsWith('.d.ts'))).toEqual([]);
});

it('the compiled files are strict code, as the sources are', () => {
  const files = packed.files.map(({ path }) => path).filter((path) => /^dist\/[^/]+\.cjs$/.test(path));
  expect(files.length).toBeGreaterThan(10);
  for (const file of files) expect(readFileSync(join(root, file), 'utf8'), file).toMatch(/^"use strict";/);
});

describe.each(['22', '24'])('installed in an empty folder on Node %s', (version) => {
  let place: Awaited<ReturnType<typeof installPackage>>;
  beforeAll(async () => {
    place = await installPackage(version);
  });

  it('takes at most 60 MB, without GraphiQL', async () => {
    const kilobytes = await run('du', ['-sk', '--exclude=node', 'node_modules'], { cwd: place.cwd });
    expect(Number.parseInt(kilobytes, 10)).toBeLessThan(60_000);
    expect(await tryRun('ls', ['node_modules/@graphql-yoga'], place)).toMatchObject({ code: 2 });
  });

  it('serves the demo, with its console, and ends with 0 on SIGTERM', async () => {
    await using gateway = await serve(place.command, ['demo'], place);
    expect(await askForImages(gateway.url, demoIdentities.producer.token)).toHaveLength(3);
    expect((await fetch(`${gateway.url}/console`)).status).toBe(200);
    expect((await fetch(`${gateway.url}/explorer`)).status).toBe(404);
    const { code, output } = await gateway.stop();
    expect(code).toBe(0);
    expect(output).toContain('THIS IS A DEMO');
    expect(output).not.toContain('/explorer');
  });

  it('keeps compiled code in a folder of the user, and starts without it if there is none', async () => {
    const caches = mkdtempSync(join(work, 'caches-'));
    for (const folder of [caches, '/dev/null/nowhere']) {
      const env = { ...place.env, XDG_CACHE_HOME: folder };
      await using gateway = await serve(place.command, ['demo'], { ...place, env });
      expect(await askForImages(gateway.url, demoIdentities.producer.token)).toHaveLength(3);
      expect((await gateway.stop()).code).toBe(0);
    }
    expect(existsSync(join(caches, 'image-sharing-gateway'))).toBe(true);
  });

  it('serves an Images API, in production', async () => {
    const env = { ...place.env, IMAGES_API_URL: 'http://127.0.0.1:1' };
    await using gateway = await serve(place.command, [], { ...place, env });
    expect((await fetch(`${gateway.url}/explorer`)).status).toBe(404);
    expect((await fetch(`${gateway.url}/readyz`)).status).toBe(503);
    expect((await gateway.stop()).code).toBe(0);
  });

  it('does not start without an Images API, and says so in one line', async () => {
    const { code, errors, output } = await tryRun(place.command, [], place);
    expect({ code, output }).toEqual({ code: 1, output: '' });
    expect(errors).toMatch(/^IMAGES_API_URL [^\n]*\n$/);
  });

  it.each([
    ['http/protobuf', 'application/x-protobuf'],
    ['http/json', 'application/json'],
  ])('sends traces by %s, with the bundled OpenTelemetry SDK', async (protocol, type) => {
    expect(await tryRun('ls', ['node_modules/@opentelemetry/sdk-trace-node'], place)).toMatchObject({ code: 2 });
    const { types, spans } = await trace(place.command, ['demo'], place, protocol);
    expect(types).toEqual([type]);
    expect(spans).toEqual(expect.arrayContaining(['SPAN_KIND_SERVER query', 'SPAN_KIND_CLIENT GET /v2/images']));
  });

  it('prints its version and the schemas', async () => {
    const { version: expected } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    expect(await run(place.command, ['--version'], place)).toBe(`${expected}\n`);
    expect(await run(place.command, ['--print-schema'], place)).toContain('type Image ');
    expect(await run(place.command, ['--print-schema=subgraph'], place)).toContain('@key');
  });

  it('can be imported, with types', async () => {
    const script = `import { createGateway } from 'image-sharing-gateway'; console.log(typeof createGateway);`;
    expect(await run('node', ['--input-type=module', '-e', script], place)).toBe('function\n');
  });

  it('has stack traces of the compiled files, and of the sources with --enable-source-maps', async () => {
    const script = `import { createGateway } from 'image-sharing-gateway';
      createGateway({}).catch(({ stack }) => console.log(stack));`;
    const args = ['--input-type=module', '-e', script];
    expect(await run('node', args, place)).toMatch(/at createGateway \(.*\/dist\/start\.cjs:\d+/);
    const stack = await run('node', ['--enable-source-maps', ...args], place);
    const line = Number(/at createGateway \(.*\/src\/start\.ts:(\d+)/.exec(stack)?.[1]);
    const source = readFileSync(join(root, 'src/start.ts'), 'utf8').split('\n');
    expect(source[line - 1]).toContain('parseSettings(environment, launch)');
  });
});

it('an outdated Node gets a one-line error, in the package and in a clone', async () => {
  const place = await installNode('20');
  const command = join(place.cwd, 'package/bin/image-sharing-gateway.cjs');
  await run('tar', ['-xzf', join(work, packed.filename), '-C', place.cwd]);
  for (const [program, args] of [
    [command, ['demo']],
    ['npm', ['start', '--silent', '--prefix', root]],
    ['node', [join(root, 'bin/image-sharing-gateway.cjs')]],
  ] as const) {
    // The old Node must come first in the path, before the clone's own.
    const env = program === 'npm' ? { ...place.env, npm_config_script_shell: await noLocalNode(place) } : place.env;
    const { code, errors } = await tryRun(program, args, { ...place, env });
    expect(code).toBe(1);
    expect(errors).toMatch(/^The gateway needs Node \d+\.\d+ or newer; this is v20\.\S+\n$/);
  }
});

/** A shell for npm with the Node of this folder first in the path. */
async function noLocalNode({ cwd, env }: Place): Promise<string> {
  const shell = join(cwd, 'shell');
  writeFileSync(shell, `#!/bin/sh\nPATH=${env['PATH']}\nexec /bin/sh "$@"\n`, { mode: 0o755 });
  return shell;
}

it('a clone with only production dependencies starts with one command', async () => {
  const place = await installNode('24');
  const clone = join(place.cwd, 'clone');
  await run('git', ['clone', '--quiet', '--depth', '1', `file://${root}`, clone]);
  await run('npm', ['ci', '--omit=dev', '--no-audit', '--no-fund'], {
    cwd: clone,
    env: { ...process.env, ...place.env },
  });
  await using gateway = await serve('node', ['bin/image-sharing-gateway.cjs'], { cwd: clone, env: place.env });
  expect(await askForImages(gateway.url, demoIdentities.producer.token)).toHaveLength(3);
  const { spans } = await trace('node', ['bin/image-sharing-gateway.cjs'], { ...place, cwd: clone }, 'http/protobuf');
  expect(spans).toContain('SPAN_KIND_SERVER query');
  const kilobytes = await run('du', ['-sk', 'node_modules'], { cwd: clone });
  expect(Number.parseInt(kilobytes, 10)).toBeLessThan(60_000);
  const { code } = await tryRun('node', ['bin/image-sharing-gateway.cjs'], {
    cwd: clone,
    env: { ...place.env, NODE_ENV: 'production' },
  });
  expect(code).toBe(1);
});
