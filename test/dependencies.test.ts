import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version?: string; readonly resolved?: string }>>;
}

const lock = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8')) as Lock;

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
}

/** The versions of all copies of a package in the tree. */
function versions(name: string): string[] {
  return Object.entries(lock.packages)
    .filter(([path]) => path === `node_modules/${name}` || path.endsWith(`/node_modules/${name}`))
    .map(([, { version = '' }]) => version);
}

// Older versions have known vulnerabilities.
it.each([
  ['@apollo/server', '5.5.0'],
  ['undici', '7.24.0'],
  ['graphql', '16.8.1'],
])('every %s is at least %s', (name, floor) => {
  const found = versions(name);
  expect(found).not.toEqual([]);
  for (const version of found) {
    expect(version.localeCompare(floor, 'en', { numeric: true }), `${name} ${version}`).toBeGreaterThanOrEqual(0);
  }
});

it('there is exactly one copy of graphql, because two copies do not work together', () => {
  expect(versions('graphql')).toHaveLength(1);
});

it("OpenTelemetry's packages fit together: there is one copy of their API", () => {
  expect(versions('@opentelemetry/api')).toHaveLength(1);
});

it('the installed packages match the lock file', () => {
  for (const name of ['@apollo/server', 'graphql', 'undici']) {
    const manifest = readFileSync(new URL(`../node_modules/${name}/package.json`, import.meta.url), 'utf8');
    expect((JSON.parse(manifest) as { version: string }).version).toBe(lock.packages[`node_modules/${name}`]?.version);
  }
});

it('accepts only patch versions of undici, because others may move the files that are loaded from it', () => {
  const { dependencies } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as Manifest;
  expect(dependencies['undici']).toMatch(/^~\d+\.\d+\.\d+$/);
});

it('the lock file contains no registry address', () => {
  expect(Object.values(lock.packages).filter(({ resolved }) => resolved?.startsWith('http'))).toEqual([]);
});
