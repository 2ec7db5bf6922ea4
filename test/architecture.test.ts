import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, it } from 'vitest';

const root = new URL('../src/', import.meta.url).pathname;

/** Who may import whom: the parts of `src/`, which are its folders and the files beside them. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  main: ['start'],
  start: ['app', 'settings', 'http', 'demo', 'log', 'sample'],
  log: ['log-line'],
  'log-line': [],
  sample: [],
  demo: ['simulator'],
  app: ['settings', 'pipeline', 'http', 'graphql', 'identity', 'upstream', 'tracing', 'version', 'errors'],
  pipeline: ['http', 'graphql', 'tracing', 'errors'],
  graphql: ['identity', 'upstream', 'tracing', 'settings', 'churning-map', 'errors'],
  http: ['tracing', 'churning-map', 'collected-bytes', 'errors'],
  identity: ['upstream', 'errors'],
  upstream: ['tracing', 'churning-map', 'collected-bytes', 'errors'],
  settings: [],
  tracing: [],
  version: [],
  'churning-map': [],
  errors: [],
  'collected-bytes': [],
  simulator: [],
};

const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => {
    const source = readFileSync(join(root, name), 'utf8');
    const imports = [
      ...source.matchAll(/^(?:import|export)\b[^'";]*?\bfrom '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm),
    ];
    return {
      name,
      part: toPart(name),
      source,
      imports: imports.map((found) => found[1] ?? found[2] ?? found[3] ?? ''),
    };
  });

function toPart(name: string): string {
  return (name.split('/')[0] ?? '').replace(/\.ts$/, '');
}

type File = (typeof files)[number];

/** What the files do that they should not, each with the file's name. */
function offences(find: (file: File) => readonly string[]): string[] {
  return files.flatMap((file) => find(file).map((offence) => `${file.name}: ${offence}`));
}

it('every part of src/ is in the drawing, and its imports are found', () => {
  expect([...new Set(files.map(({ part }) => part))].filter((part) => !(part in arrows))).toEqual([]);
  expect(files.find(({ name }) => name === 'errors.ts')?.imports).toEqual([]);
  expect(files.find(({ name }) => name === 'app.ts')?.imports).toContain('./upstream/transport.ts');
  expect(files.flatMap(({ imports }) => imports).length).toBeGreaterThan(files.length);
});

it('imports go only along the arrows', () => {
  const strayed = offences(({ name, part, imports }) =>
    imports
      .filter((path) => path.startsWith('.'))
      .map((path) => toPart(relative(root, join(root, dirname(name), path))))
      .filter((other) => other !== part && !arrows[part]?.includes(other)),
  );
  expect(strayed).toEqual([]);
});

it('only the programs touch the environment, arguments, signals, streams and exit codes', () => {
  const touched = offences(({ name, source, imports }) =>
    name === 'main.ts' || name === 'simulator/main.ts'
      ? []
      : [
          ...(source.match(
            /\bprocess\s*(?:\[|\.(?!(?:emitWarning|memoryUsage|constrainedMemory)\b)\w+)|=\s*process\b/g,
          ) ?? []),
          ...imports.filter((path) => path === 'node:process' || path === 'process'),
        ],
  );
  expect(touched).toEqual([]);
});

it('only upstream knows undici, only graphql GraphQL and only tracing OpenTelemetry, beside what puts them together', () => {
  const known = offences(({ name, part, imports }) =>
    imports.filter(
      (path) =>
        (path === 'undici' && part !== 'upstream' && name !== 'app.ts') ||
        (path.startsWith('@opentelemetry/') && part !== 'tracing') ||
        (/^(?:graphql|dataloader|@apollo\/)/.test(path) && part !== 'graphql' && name !== 'app.ts'),
    ),
  );
  expect(known).toEqual([]);
});

it('OpenTelemetry is loaded only where spans are exported', () => {
  const loading = offences(
    ({ source }) => source.match(/^import .*open-telemetry\.ts'|^.*import\(.*open-telemetry.*$/gm) ?? [],
  );
  expect(loading).toEqual([
    "tracing/start-tracing.ts:     const { startOpenTelemetry } = await import('./open-telemetry.ts');",
  ]);
});

it('nothing that changes is kept between requests in a module', () => {
  expect(offences(({ source }) => source.match(/^(?:export )?(?:let|var) .*$/gm) ?? [])).toEqual([]);
});
