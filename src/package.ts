import { readFileSync } from 'node:fs';

/** The folder of the package. Modules in subfolders need it too: the build puts them next to this one. */
export const packageFolder = new URL('../', import.meta.url);

/** The version of the package, from its manifest. */
export const version = readVersion();

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('package.json', packageFolder), 'utf8'));
  return String(Object(manifest).version);
}
