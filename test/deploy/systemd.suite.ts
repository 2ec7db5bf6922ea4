import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { parseSettings } from '../../src/settings/parse-settings.ts';
import { settingTable } from '../../src/settings/settings.ts';
import { root, tryRun } from './run.ts';

const folder = join(root, 'deploy/systemd');
const template = readFileSync(join(folder, 'image-sharing-gateway@.service'), 'utf8');
const work = mkdtempSync(join(tmpdir(), 'systemd-'));
afterAll(() => rmSync(work, { recursive: true }));

/** The unit of the first instance, with a program that exists, as after an installation. */
const unit = join(work, 'image-sharing-gateway@1.service');
writeFileSync(unit, template.replace(/^ExecStart=\S+/m, `ExecStart=${process.execPath}`));
copyFileSync(join(folder, 'image-sharing-gateway.target'), join(work, 'image-sharing-gateway.target'));

it('systemd accepts the unit', async () => {
  const { code, errors } = await tryRun('systemd-analyze', ['verify', '--man=no', '--recursive-errors=no', unit]);
  expect({ code, errors: errors.split('\n').filter((line) => line.includes('image-sharing-gateway')) }).toEqual({
    code: 0,
    errors: [],
  });
});

it('the unit has an exposure level of at most 4.0', async () => {
  const { code, output } = await tryRun('systemd-analyze', ['security', '--offline=yes', '--threshold=40', unit]);
  expect(output).toMatch(/Overall exposure level for \S+: [0-3]\.\d/);
  expect(code).toBe(0);
});

it('the unit has valid settings, and enough time to drain', () => {
  const pairs = [...template.matchAll(/^Environment=(.*)$/gm)].flatMap(([, line = '']) =>
    line.split(' ').map((pair) => pair.split('=') as [string, string]),
  );
  const names = Object.values(settingTable).map(({ name }) => name);
  const settings = pairs.filter(([name]) => names.includes(name));
  expect(pairs.filter(([name]) => !names.includes(name)).map(([name]) => name)).toEqual(['NODE_COMPILE_CACHE']);
  const { drainDelayMs, shutdownGraceMs } = parseSettings(
    Object.fromEntries(settings.map(([name, value]) => [name, value.replaceAll('%i', '1')])),
  );
  const seconds = Number(/^TimeoutStopSec=(\d+)$/m.exec(template)?.[1]);
  expect(drainDelayMs + shutdownGraceMs + 3_000).toBeLessThan(seconds * 1000);
  expect(template).toMatch(/^LimitNOFILE=\d{5,}$/m);
});
