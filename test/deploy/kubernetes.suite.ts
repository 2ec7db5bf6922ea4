import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { parseSettings } from '../../src/settings/parse-settings.ts';
import { settingTable } from '../../src/settings/settings.ts';
import { demoIdentities } from '../../src/simulator/seed.ts';
import { buildImage, imageName, inspect } from './container.ts';
import { askForImages, root, run, tryRun } from './run.ts';

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
  // biome-ignore lint/suspicious/noExplicitAny: what a validator has accepted
  readonly spec: any;
}

/** Validates an object of this kind. */
type Model = new (manifest: Manifest) => { validate(): void };

const folder = 'deploy/kubernetes';
const overlays = readdirSync(join(root, folder, 'overlays')).map((name) => `${folder}/overlays/${name}`);
const places = [`${folder}/base`, ...overlays];

const works: string[] = [];
afterAll(() => {
  for (const work of works) rmSync(work, { recursive: true });
});

/** A folder in which the repository's packages can be imported. */
function createWorkFolder(): string {
  const work = mkdtempSync(join(root, 'node_modules/.manifests-'));
  works.push(work);
  return work;
}

async function render(place: string): Promise<{ readonly text: string; readonly manifests: readonly Manifest[] }> {
  const text = await run('kubectl', ['kustomize', place]);
  return { text, manifests: parseAllDocuments(text).map((document) => document.toJS() as Manifest) };
}

/** The module of a manifest's model. */
function toModule({ apiVersion, kind }: Manifest): string {
  const packageName = apiVersion.startsWith('monitoring.coreos.com/')
    ? '@kubernetes-models/prometheus-operator'
    : 'kubernetes-models';
  return `${packageName}/${apiVersion}/${kind}`;
}

it('kubectl is new enough to support kustomize components', async () => {
  const { kustomizeVersion } = JSON.parse(await run('kubectl', ['version', '--client', '--output=json'])) as {
    kustomizeVersion: string;
  };
  expect(Number(/^v(\d+)/.exec(kustomizeVersion)?.[1])).toBeGreaterThanOrEqual(4);
});

describe.each(places)('%s', (place) => {
  let rendered: Awaited<ReturnType<typeof render>>;
  beforeAll(async () => {
    rendered = await render(place);
  });

  it('is valid by the schemas of Kubernetes', async () => {
    for (const manifest of rendered.manifests) {
      const module = (await import(toModule(manifest))) as Readonly<Record<string, Model>>;
      const Kind = module[manifest.kind];
      if (Kind === undefined) throw new Error(`${manifest.kind} is unknown`);
      expect(() => new Kind(manifest).validate(), `${manifest.kind} ${manifest.metadata.name}`).not.toThrow();
    }
  });

  it('has no field that is unknown to Kubernetes', async () => {
    const lines = rendered.manifests.flatMap((manifest, index) => [
      `import type { I${manifest.kind} as Kind${index} } from '${toModule(manifest)}';`,
      `export const manifest${index}: Kind${index} = ${JSON.stringify(manifest)};`,
    ]);
    const work = createWorkFolder();
    const file = join(work, 'manifests.ts');
    writeFileSync(file, lines.join('\n'));
    const tsc = join(createRequire(import.meta.url).resolve('typescript/package.json'), '../bin/tsc');
    const options = [
      '--noEmit',
      '--ignoreConfig',
      '--module',
      'nodenext',
      '--target',
      'esnext',
      '--skipLibCheck',
      '--types',
      'node',
    ];
    const { output } = await tryRun(process.execPath, [tsc, ...options, file]);
    expect(output).toBe('');
  });

  it('has valid settings, and enough time to drain', () => {
    const settings = rendered.manifests.find(({ kind }) => kind === 'ConfigMap')?.data ?? {};
    const names = Object.values(settingTable).flatMap(({ name, isSecret }) =>
      isSecret ? [name, `${name}_FILE`] : [name],
    );
    expect(Object.keys(settings).filter((name) => !names.includes(name))).toEqual([]);
    const { ROUTER_SECRET_FILE: _file, ...others } = settings;
    const { drainDelayMs, shutdownGraceMs } = parseSettings(others);
    const pod = rendered.manifests.find(({ kind }) => kind === 'Deployment')?.spec.template.spec;
    expect(drainDelayMs + shutdownGraceMs + 3_000).toBeLessThan(pod.terminationGracePeriodSeconds * 1000);
    // Kubernetes notices within two probes.
    const { periodSeconds, failureThreshold } = pod.containers[0].readinessProbe;
    expect(drainDelayMs).toBeGreaterThan(periodSeconds * failureThreshold * 1000);
  });

  it('runs the gateway by the pod security standard "restricted"', () => {
    const pod = rendered.manifests.find(({ kind }) => kind === 'Deployment')?.spec.template.spec;
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
    });
    expect(pod.containers[0].securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });
});

it('what is rendered answers a query when podman plays it, and health is apart', async () => {
  await buildImage();
  const { text } = await render(`${folder}/overlays/demo`);
  const work = createWorkFolder();
  const file = join(work, 'demo.yaml');
  writeFileSync(file, text.replaceAll(/image: image-sharing-gateway:\S+/g, `image: ${imageName}`));
  await run('podman', ['kube', 'play', file]);
  try {
    const infra = (
      await run('podman', ['pod', 'inspect', 'gateway-pod-0', '--format', '{{.InfraContainerID}}'])
    ).trim();
    const address = await inspect(infra, '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}');
    const askPod = () => askForImages(`http://${address}:4000`, demoIdentities.producer.token).catch(() => []);
    await expect.poll(askPod, { timeout: 120_000, interval: 500 }).toHaveLength(3);
    expect((await fetch(`http://${address}:4000/metrics`)).status).toBe(404);
    expect((await fetch(`http://${address}:4001/readyz`)).status).toBe(200);
  } finally {
    await run('podman', ['kube', 'play', '--down', file]);
  }
}, 600_000);
