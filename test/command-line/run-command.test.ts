import { readFileSync } from 'node:fs';
import { Writable } from 'node:stream';
import { buildSchema, parse } from 'graphql';
import { expect, it } from 'vitest';
import { runCommand } from '../../src/command-line/run-command.ts';
import { settingTable } from '../../src/settings/settings.ts';

async function run(
  args: readonly string[],
  { installed = false, ...environment }: { installed?: boolean } & Record<string, string | boolean> = {},
) {
  const written = { output: '', errors: '' };
  const collect = (name: keyof typeof written): Writable =>
    new Writable({
      write(chunk, _encoding, done) {
        written[name] += String(chunk);
        done();
      },
    });
  const outcome = await runCommand({
    args,
    installed,
    environment: environment as Record<string, string>,
    output: collect('output'),
    errors: collect('errors'),
  });
  return { outcome, ...written };
}

it('--help names every setting', async () => {
  const { output, outcome } = await run(['--help']);
  for (const { name } of Object.values(settingTable)) expect(output).toContain(`  ${name}\n`);
  expect(Math.max(...output.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
  expect(outcome).toEqual({ exitCode: 0 });
});

it('--version prints the version of the package', async () => {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  expect(await run(['--version'])).toMatchObject({ output: `${manifest.version}\n`, outcome: { exitCode: 0 } });
});

it('--print-schema prints the schema for clients, without Federation', async () => {
  const { output } = await run(['--print-schema']);
  expect(buildSchema(output).getQueryType()?.getFields()).toHaveProperty('images');
  expect(output).toContain('"""The name');
  expect(output).not.toMatch(/@(?:key|link|shareable|cost|listSize)|_entities|_service|extend /);
});

it('--print-schema=subgraph prints at least the released schema for routers', async () => {
  const { output } = await run(['--print-schema=subgraph']);
  expect(() => parse(output)).not.toThrow();
  expect(output).toContain('@link(');
  expect(output).toContain('@key(fields: "imageId memberId")');
});

it('--check-config prints each mistake on one line and exits with 1', async () => {
  const { errors, output, outcome } = await run(['--check-config'], { PORT: 'many', LOG_LEVEL: 'loud' });
  expect(errors.trimEnd().split('\n')).toEqual([
    expect.stringMatching(/^PORT must be /),
    expect.stringMatching(/^LOG_LEVEL must be /),
  ]);
  expect({ output, outcome }).toEqual({ output: '', outcome: { exitCode: 1 } });
});

it('--check-config prints nothing for valid settings and exits with 0', async () => {
  const well = { errors: '', output: '', outcome: { exitCode: 0 } };
  expect(await run(['--check-config'], { IMAGES_API_URL: 'http://images' })).toEqual(well);
  expect(await run(['demo', '--check-config'], { installed: true })).toEqual(well);
});

it.each([
  ['a clone', {}, 0],
  ['a clone with NODE_ENV=production', { NODE_ENV: 'production' }, 1],
  ['a clone with PRODUCTION=true', { PRODUCTION: 'true' }, 1],
  ['the installed command', { installed: true }, 1],
  ['the installed command with PRODUCTION=false', { installed: true, PRODUCTION: 'false' }, 1],
])('without an Images API, %s accepts the settings or exits: %j, %i', async (_name, environment, exitCode) => {
  const { errors, outcome } = await run(['--check-config'], environment);
  expect(outcome).toEqual({ exitCode });
  expect(errors).toMatch(exitCode === 0 ? /^$/ : /^IMAGES_API_URL must be set[^\n]*demo[^\n]*\n$/);
});

it('an invalid command line gets a one-line error, and exit code 2', async () => {
  const { errors, outcome } = await run(['--chekc-config']);
  expect(errors).toMatch(/^[^\n]*--chekc-config[^\n]*\n$/);
  expect(outcome).toEqual({ exitCode: 2 });
});

it('any other command line starts the gateway', async () => {
  expect((await run([])).outcome).toEqual({ launch: 'clone' });
  expect((await run([], { installed: true })).outcome).toEqual({ launch: 'installed' });
  expect((await run(['demo'], { installed: true })).outcome).toEqual({ launch: 'demo' });
});
