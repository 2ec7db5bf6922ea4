import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './run.ts';

/** The version of the package, which is also the tag of the image. */
export const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

/** The image under test. */
export const imageName = `localhost/image-sharing-gateway:${version}`;

/** Builds the image, with cached layers. Needs the base image on this machine. */
export async function buildImage(): Promise<void> {
  await run('podman', ['build', '--quiet', '--pull=never', '--format=docker', '--tag', imageName, '.']);
}

/** A running container. */
export interface Container extends AsyncDisposable {
  readonly id: string;
  /** The address of port 4000 on this machine. */
  readonly url: string;
  /** The process id on this machine. */
  readonly pid: number;
}

/** The recommended restrictions: the container gets only what it needs. */
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

/** Properties of a container or an image, selected by a Go template. */
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
