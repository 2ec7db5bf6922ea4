/** The parts of a release. */
export interface Release {
  /** Reads a file of the repository. */
  readonly read: (name: string) => string;
  /** The subgraph schema of the sources. */
  readonly schema: string;
  /** Version and schema of the image; null if none was built. */
  readonly image: { readonly version: string; readonly label: string; readonly schema: string } | null;
}

/** Finds inconsistencies between the parts of a release. @returns a line for each. */
export function findMismatches({ read, schema, image }: Release): readonly string[] {
  const { version } = JSON.parse(read('package.json')) as { version: string };
  const lock = JSON.parse(read('package-lock.json')) as { version: string };
  const [, newest = ''] = /^## (.+)$/m.exec(read('CHANGELOG.md')) ?? [];
  const promised = read('schema/release/subgraph.graphql');
  const declared = JSON.parse(read('schema/release/breaking-changes.json')) as object;
  const found: readonly (readonly [string, string | undefined])[] = [
    ['package-lock.json', lock.version],
    ['the newest entry of CHANGELOG.md', newest.split(' ', 1)[0]],
    ['Dockerfile', /image\.version="([^"]+)"/.exec(read('Dockerfile'))?.[1]],
    ['compose.yaml', readVersions(read('compose.yaml'))],
    ['docs/guides/deployment.md', readVersions(read('docs/guides/deployment.md'))],
    ['deploy/kubernetes/base', /newTag: (\S+)/.exec(read('deploy/kubernetes/base/kustomization.yaml'))?.[1]],
    ...(image === null
      ? []
      : ([
          ['the image', image.version],
          ['the label of the image', image.label],
        ] as const)),
  ];
  return [
    ...found
      .filter(([, there]) => there !== version)
      .map(([place, there]) => `package.json has version ${version}, ${place} has ${there || 'none'}.`),
    ...(promised === schema ? [] : ['The schema is not the one in schema/release: run npm run schema:release.']),
    ...(Object.keys(declared).length === 0
      ? []
      : ['schema/release declares breaking changes: run npm run schema:release.']),
    ...(image === null || image.schema === schema
      ? []
      : ['The schema of the image differs from that of the sources. Build the image again.']),
  ];
}

/** The versions in the names of images and tarballs: one if they agree. */
function readVersions(text: string): string {
  const found = [...text.matchAll(/image-sharing-gateway[:-](\d+\.\d+\.\d+)/g)].map(([, version]) => version);
  return [...new Set(found)].join(' and ');
}
