import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { type BillOfMaterials, readBundled, toReleased } from '../../deploy/bill-of-materials.ts';
import { findMismatches } from '../../deploy/release-checks.ts';
import manifest from '../../package.json' with { type: 'json' };

const schema = 'type Query { a: Int }\n';

const files: Readonly<Record<string, string>> = {
  'package.json': '{ "version": "1.2.3" }',
  'package-lock.json': '{ "version": "1.2.3" }',
  'CHANGELOG.md': '# Changelog\n\n## 1.2.3\n\n- **A**\n\n## 1.2.2\n',
  Dockerfile: 'LABEL org.opencontainers.image.version="1.2.3"',
  'compose.yaml': '    image: image-sharing-gateway:1.2.3\n',
  'deploy/kubernetes/base/kustomization.yaml': '    newTag: 1.2.3\n',
  'docs/guides/deployment.md': 'install image-sharing-gateway-1.2.3.tgz, run image-sharing-gateway:1.2.3\n',
  'schema/release/subgraph.graphql': schema,
  'schema/release/breaking-changes.json': '{}',
};

const image = { version: '1.2.3', label: '1.2.3', schema };

const find = (changed: Readonly<Record<string, string>>, of: typeof image | null = image) =>
  findMismatches({ read: (name) => changed[name] ?? files[name] ?? '', schema, image: of });

it('a consistent release has no mismatch', () => {
  expect(find({})).toEqual([]);
  expect(find({}, null)).toEqual([]);
});

it.each([
  'package-lock.json',
  'CHANGELOG.md',
  'Dockerfile',
  'compose.yaml',
  'deploy/kubernetes/base/kustomization.yaml',
  'docs/guides/deployment.md',
])('a different version in %s is reported', (name) => {
  expect(find({ [name]: (files[name] ?? '').replace('1.2.3', '1.2.4') })).toEqual([
    expect.stringMatching(/has version 1\.2\.3, .* has 1\.2\.4( and 1\.2\.3)?\.$/),
  ]);
});

it('unreleased changes in the changelog or the schema are reported', () => {
  expect(find({ 'CHANGELOG.md': '## Unreleased\n\n## 1.2.3\n' })).toHaveLength(1);
  expect(find({ 'schema/release/subgraph.graphql': 'type Query { b: Int }\n' })).toHaveLength(1);
  expect(find({ 'schema/release/breaking-changes.json': '{ "a": "b" }' })).toHaveLength(1);
});

it('an image that was built from other sources is reported', () => {
  expect(find({}, { version: '1.2.2', label: '1.2.1', schema: '' })).toHaveLength(3);
});

it('the version of the package is in everything that names it', () => {
  const read = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
  const lines = findMismatches({ read, schema: read('schema/release/subgraph.graphql'), image: null });
  // Between releases, the changelog and the schema are ahead.
  expect(lines.filter((line) => /has version/.test(line) && !line.includes('Unreleased'))).toEqual([]);
});

it('no file names a version of the tarball or the image without being checked', () => {
  const pattern = 'image-sharing-gateway[:-][0-9]+\\.[0-9]+\\.[0-9]+';
  const found = execFileSync('git', ['grep', '-lE', pattern, '--', ':!test', ':!CHANGELOG.md'], { encoding: 'utf8' });
  expect(
    found
      .trim()
      .split('\n')
      .filter((name) => !(name in files)),
  ).toEqual([]);
});

it('the bill of materials lists what is installed and what is bundled, and nothing that is only for development', () => {
  const root = new URL('../../', import.meta.url);
  const bill = execFileSync('npm', ['sbom', '--package-lock-only', '--sbom-format=cyclonedx'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 100_000_000,
  });
  const bundled = readBundled(readFileSync(new URL('vendor/open-telemetry.LICENSE.txt', root), 'utf8'));
  const { components, dependencies } = toReleased(JSON.parse(bill) as BillOfMaterials, bundled);
  const names = components.map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining([...Object.keys(manifest.dependencies), '@opentelemetry/sdk-trace-node']),
  );
  expect(names).not.toEqual(expect.arrayContaining(['vitest']));
  expect(names).not.toEqual(expect.arrayContaining(['@graphql-yoga/render-graphiql']));
  const known = new Set([`image-sharing-gateway@${manifest.version}`, ...components.map((one) => one['bom-ref'])]);
  const named = dependencies.flatMap(({ ref, dependsOn }) => [ref, ...dependsOn]);
  expect(named.filter((ref) => !known.has(ref))).toEqual([]);
});
