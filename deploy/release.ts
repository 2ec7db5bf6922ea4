// `npm run release [IMAGE]`: checks that version, changelog, schema and image are consistent, then creates the tarball and
// the software bill of materials in `dist-release/`. IMAGE is a local image of podman.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type BillOfMaterials, readBundled, toReleased } from './bill-of-materials.ts';
import { findMismatches } from './release-checks.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (name: string): string => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');
const run = (command: string, args: readonly string[]): string =>
  execFileSync(command, args, { cwd: root, encoding: 'utf8', maxBuffer: 100_000_000 });

const [image] = process.argv.slice(2);
const command = ['bin/image-sharing-gateway.cjs', '--print-schema=subgraph'];
const mismatches = findMismatches({
  read,
  schema: run(process.execPath, command),
  image:
    image === undefined
      ? null
      : {
          version: run('podman', ['run', '--rm', '--pull=never', image, '--version']).trim(),
          label: run('podman', [
            ...['inspect', '--format', '{{index .Labels "org.opencontainers.image.version"}}', image],
          ]).trim(),
          schema: run('podman', ['run', '--rm', '--pull=never', image, '--print-schema=subgraph']),
        },
});
for (const line of mismatches) process.stderr.write(`${line}\n`);
if (mismatches.length > 0) process.exit(1);

const folder = new URL('../dist-release/', import.meta.url);
mkdirSync(folder, { recursive: true });
const { version } = JSON.parse(read('package.json')) as { version: string };
const installed = run('npm', ['sbom', '--package-lock-only', '--sbom-format=cyclonedx']);
const released = toReleased(
  JSON.parse(installed) as BillOfMaterials,
  readBundled(read('vendor/open-telemetry.LICENSE.txt')),
);
const billFile = new URL(`image-sharing-gateway-${version}.cdx.json`, folder);
writeFileSync(billFile, `${JSON.stringify(released, null, 2)}\n`);
run('npm', ['pack', '--pack-destination', fileURLToPath(folder)]);
process.stdout.write(`Version ${version} is in ${fileURLToPath(folder)}\n`);
