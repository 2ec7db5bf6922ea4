// `npm run vendor`: bundles what the gateway uses of OpenTelemetry's packages, which install 28 MB, into one file of 0.25 MB.
// With `--check`, compares instead of writing, and fails if the committed bundle is stale.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const name = 'open-telemetry';
const root = new URL('..', import.meta.url);
const resolve = (file: string): URL => new URL(file, import.meta.url);

interface Bundle {
  readonly code: string;
  /** The files that the code comes from. */
  readonly sources: readonly string[];
}

/** Bundles the exports of the declaration file. It stays readable, so that stack traces and differences are. */
async function bundle(): Promise<Bundle> {
  const entry = fileURLToPath(resolve(`${name}.entry.ts`));
  await using build = await rolldown({
    cwd: fileURLToPath(root),
    input: entry,
    platform: 'node',
    // The packages' modules for `import`: what is not used of those for `require` cannot be left out.
    resolve: { mainFields: ['module', 'main'] },
    plugins: [
      {
        name: 'declarations as modules',
        resolveId: (id) => (id === entry ? entry : null),
        load: (id) => (id === entry ? readFileSync(resolve(`${name}.d.ts`), 'utf8') : null),
      },
    ],
  });
  const banner = `// Built by npm run vendor from the packages in ${name}.LICENSE.txt, which also holds their licence.`;
  const { output } = await build.generate({ format: 'esm', codeSplitting: false, banner });
  const [{ code, moduleIds }] = output;
  return { code, sources: moduleIds.filter((id) => id.includes('node_modules')) };
}

interface Package {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly text: string;
}

/** The packages that the files belong to, with their licences. */
function toPackages(sources: readonly string[]): readonly Package[] {
  const folders = new Set(sources.map((id) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+\//.exec(id)?.[0] ?? id));
  return [...folders].sort().map((folder) => {
    const manifest: unknown = JSON.parse(readFileSync(`${folder}package.json`, 'utf8'));
    const { name, version, license } = manifest as Package;
    return { name, version, license, text: readFileSync(`${folder}LICENSE`, 'utf8').trim() };
  });
}

/** A notice for each licence: the packages below it, then its text. */
function toNotice(packages: readonly Package[]): string {
  const texts = [...new Set(packages.map(({ text }) => text))];
  const parts = texts.map((text) => {
    const below = packages.filter((one) => one.text === text);
    return `${below.map(({ name, version, license }) => `${name} ${version} (${license})`).join('\n')}\n\n${text}\n`;
  });
  return `${name}.js contains code of these packages.\n\n${parts.join(`\n${'-'.repeat(80)}\n\n`)}`;
}

const { code, sources } = await bundle();
const files = { [`${name}.js`]: code, [`${name}.LICENSE.txt`]: toNotice(toPackages(sources)) };
for (const [file, text] of Object.entries(files)) {
  if (!process.argv.includes('--check')) writeFileSync(resolve(file), text);
  else if (readFileSync(resolve(file), 'utf8') !== text) {
    process.stderr.write(`vendor/${file} is stale: run npm run vendor.\n`);
    process.exitCode = 1;
  }
}
