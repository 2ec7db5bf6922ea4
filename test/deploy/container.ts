import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './run.ts';

/** The version of the package, which the image has as its tag. */
export const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

/** The image that the suites use. */
export const imageName = `localhost/image-sharing-gateway:${version}`;

/** Builds the image; what was built before is reused. Needs the base image on this machine. */
export async function buildImage(): Promise<void> {
  await run('podman', ['build', '--quiet', '--pull=never', '--format=docker', '--tag', imageName, '.']);
}

/** A container that runs. */
export interface Container extends AsyncDisposable {
  readonly id: string;
  /** Where port 4000 is, seen from this machine. */
  readonly url: string;
  /** The process on this machine. */
  readonly pid: number;
}

/** How the image is meant to be run: with nothing that it does not need. */
const hardening = [
  '--read-only',
  '--cap-drop=all',
  '--user=1000:1000',
  '--memory=256m',
  '--security-opt=no-new-privileges',
];

/** Starts the image with these arguments, and waits until it is ready. */
export async function startContainer(
  args: readonly string[],
  environment: Record<string, string> = {},
): Promise<Container> {
  const env = Object.entries(environment).map(([name, value]) => `--env=${name}=${value}`);
  const published = '--publish=127.0.0.1::4000';
  const started = await run('podman', [
    'run',
    '--detach',
    '--pull=never',
    ...hardening,
    published,
    ...env,
    imageName,
    ...args,
  ]);
  const id = started.trim();
  const port = (await run('podman', ['port', id, '4000'])).trim().split(':').at(-1);
  const url = `http://127.0.0.1:${port}`;
  await becomesReady(url).catch(async (error: unknown) => {
    throw new Error(await run('podman', ['logs', id]), { cause: error });
  });
  return {
    id,
    url,
    pid: Number(await inspect(id, '{{.State.Pid}}')),
    async [Symbol.asyncDispose]() {
      await run('podman', ['rm', '--force', '--time=0', id]);
    },
  };
}

/** What podman knows of a container or an image, by a template of Go. */
export async function inspect(id: string, template: string): Promise<string> {
  return (await run('podman', ['inspect', '--format', template, id])).trim();
}

/** Waits until `/readyz` is 200. @throws after half a minute. */
export async function becomesReady(url: string): Promise<void> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    const status = await fetch(`${url}/readyz`).then(
      (response) => response.status,
      () => 0,
    );
    if (status === 200) return;
    if (performance.now() > deadline) throw new Error(`${url} is not ready: ${status}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
