import { readFileSync } from 'node:fs';

/**
 * The folder of the package. Other modules use this instead of their own address, because the build moves them all into
 * `dist`.
 */
export const packageFolder = new URL('../', import.meta.url);

/** The version of the package, from its manifest. */
export const version = readVersion();

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('package.json', packageFolder), 'utf8'));
  return String(Object(manifest).version);
}
