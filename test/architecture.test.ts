import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, it } from 'vitest';

const root = new URL('../src/', import.meta.url).pathname;

/** Who may import whom: the parts of `src/`, which are its folders and the files beside them. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  main: ['start'],
  start: ['app', 'settings', 'demo', 'log', 'sample'],
  log: ['log-line'],
  'log-line': [],
  sample: [],
  demo: ['simulator'],
  app: [
    'settings',
    'pipeline',
    'subscriptions',
    'live',
    'http',
    'graphql',
    'identity',
    'upstream',
    'tracing',
    'errors',
  ],
  pipeline: ['subscriptions', 'http', 'graphql', 'tracing', 'errors'],
  subscriptions: ['live', 'graphql', 'http', 'upstream', 'tracing', 'settings', 'collections', 'errors'],
  live: ['settings', 'collections', 'errors'],
  graphql: ['live', 'identity', 'upstream', 'tracing', 'settings', 'churning-map', 'errors'],
  http: ['churning-map', 'collected-bytes', 'errors'],
  identity: ['upstream', 'errors'],
  upstream: ['churning-map', 'collected-bytes', 'errors'],
  settings: [],
  tracing: [],
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

it('only upstream and tracing know undici, and only graphql and subscriptions know GraphQL, beside what puts them together', () => {
  const known = offences(({ name, part, imports }) =>
    imports.filter(
      (path) =>
        (path === 'undici' && !['upstream', 'tracing'].includes(part) && name !== 'app.ts') ||
        (/^(?:graphql|dataloader|@apollo\/)/.test(path) &&
          !['graphql', 'subscriptions'].includes(part) &&
          name !== 'app.ts'),
    ),
  );
  expect(known).toEqual([]);
});

it('nothing that changes is kept between requests in a module', () => {
  expect(offences(({ source }) => source.match(/^(?:export )?(?:let|var) .*$/gm) ?? [])).toEqual([]);
});
