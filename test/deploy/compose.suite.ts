import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseSettings } from '../../src/settings/parse-settings.ts';
import { findUnknownNames } from '../../src/settings/unknown-names.ts';
import { version } from './container.ts';
import { root, run } from './run.ts';

interface Service {
  readonly image: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly command?: readonly string[];
}

const { services } = parse(readFileSync(join(root, 'compose.yaml'), 'utf8')) as {
  readonly services: Readonly<Record<string, Service>>;
};

it('every service is hardened like the image', () => {
  expect(Object.keys(services).sort()).toEqual(['collector', 'gateway', 'grafana', 'prometheus']);
  for (const [name, service] of Object.entries(services)) {
    expect(service, name).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      mem_limit: expect.any(String),
    });
  }
});

it('mounted files exist, and services refer to each other by existing names', () => {
  const mounted = Object.values(services).flatMap(({ volumes = [] }) =>
    volumes.map((volume) => volume.split(':')[0] ?? ''),
  );
  const paths = mounted.filter((path) => path.startsWith('./'));
  expect(paths.length).toBeGreaterThan(3);
  for (const path of paths) expect(existsSync(join(root, path)), path).toBe(true);
});

it('the gateway has the version of the package, and valid settings', () => {
  const { image, environment = {} } = services['gateway'] ?? { image: '' };
  expect(image).toBe(`image-sharing-gateway:${version}`);
  expect(() => parseSettings(environment, 'demo')).not.toThrow();
  expect(findUnknownNames(environment)).toEqual([]);
});

it('Prometheus accepts its configuration, with the alerts', async () => {
  const work = mkdtempSync(join(tmpdir(), 'compose-'));
  copyFileSync(join(root, 'deploy/compose/prometheus.yml'), join(work, 'prometheus.yml'));
  copyFileSync(join(root, 'deploy/prometheus/alerts.yml'), join(work, 'alerts.yml'));
  expect(await run('promtool', ['check', 'config', join(work, 'prometheus.yml')])).toContain('SUCCESS');
  rmSync(work, { recursive: true });
});
