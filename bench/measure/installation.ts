import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from './process.ts';

const run = promisify(execFile);

/** The gateway's package as its users install it, in a temporary folder that is deleted on disposal. */
export interface Installation extends Disposable {
  /** The file that the package's command runs. */
  readonly command: string;
  /** Creates an empty folder beside the package. @returns its path. */
  createFolder(name: string): string;
  /** Deletes everything in a folder. */
  clear(folder: string): void;
}

/**
 * Packs a checkout, this one by default, and installs it without its development packages. Packages come from npm's cache
 * where it has them, else from the registry.
 */
export async function install(checkout = root): Promise<Installation> {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    await run('npm', ['pack', '--pack-destination', folder], { cwd: checkout });
    const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
    if (tarball === undefined) throw new Error('npm pack made nothing');
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
    const options = ['--omit=dev', '--no-audit', '--no-fund', '--prefer-offline'];
    await run('npm', ['install', ...options, `./${tarball}`], { cwd: folder });
  } catch (error) {
    remove();
    throw error;
  }
  return {
    command: realpathSync(join(folder, 'node_modules/.bin', commandName(checkout))),
    createFolder(name) {
      const path = join(folder, name);
      mkdirSync(path);
      return path;
    },
    clear(path) {
      for (const name of readdirSync(path)) rmSync(join(path, name), { recursive: true, force: true });
    },
    [Symbol.dispose]: remove,
  };
}

function commandName(checkout: string): string {
  const { bin }: { readonly bin: Readonly<Record<string, string>> } = JSON.parse(
    readFileSync(join(checkout, 'package.json'), 'utf8'),
  );
  const [name] = Object.keys(bin);
  if (name === undefined) throw new Error('the package has no command');
  return name;
}
