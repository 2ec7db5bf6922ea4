import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, it } from 'vitest';

const root = new URL('../src/', import.meta.url).pathname;

/**
 * The permitted imports of each part: the folders of `src/` and the files next to them. `src/graphql` is divided further,
 * into its folders and its own files.
 */
const arrows: Readonly<Record<string, readonly string[]>> = {
  main: ['command-line', 'start', 'garbage-collection'],
  'garbage-collection': [],
  'command-line': ['graphql', 'settings', 'package'],
  start: ['app', 'settings', 'demo', 'http', 'logging', 'sample'],
  app: [
    'settings',
    'observer',
    'pipeline',
    'subscriptions',
    'live',
    'http',
    'logging',
    'graphql',
    'identity',
    'upstream',
    'tracing',
    'package',
  ],
  pipeline: ['subscriptions', 'http', 'graphql', 'tracing', 'call-abort', 'lockstep', 'errors'],
  observer: ['http', 'logging', 'pipeline', 'subscriptions', 'upstream'],
  subscriptions: ['live', 'http', 'graphql', 'upstream', 'tracing', 'settings', 'collections', 'token', 'errors'],
  live: ['settings', 'collections', 'token', 'errors'],
  demo: ['http', 'simulator'],
  http: ['tracing', 'collections', 'token', 'errors', 'package'],
  identity: ['upstream', 'errors'],
  upstream: ['tracing', 'collections', 'call-abort', 'lockstep', 'token', 'errors'],
  errors: [],
  token: [],
  settings: ['graphql/trusted-documents'],
  tracing: ['errors'],
  package: [],
  logging: [],
  collections: [],
  'call-abort': [],
  lockstep: [],
  sample: [],
  simulator: [],

  'graphql/schema': ['graphql/context', 'graphql/federation', 'graphql/limits', 'graphql/resolvers', 'package'],
  'graphql/pipeline': [
    'live',
    'upstream',
    'graphql/context',
    'graphql/documents',
    'graphql/limits',
    'graphql/data',
    'graphql/invalid-request',
    'graphql/trusted-documents',
    'settings',
    'collections',
    'call-abort',
    'errors',
  ],
  'graphql/resolvers': [
    'live',
    'graphql/context',
    'graphql/data',
    'graphql/limits',
    'graphql/generated',
    'graphql/models',
    'graphql/selection',
    'graphql/ids',
    'graphql/member-id',
    'identity',
    'upstream',
    'errors',
  ],
  'graphql/documents': ['graphql/context', 'graphql/limits', 'graphql/invalid-request', 'settings', 'collections'],
  'graphql/context': [
    'live',
    'graphql/data',
    'graphql/limits',
    'graphql/selection',
    'identity',
    'upstream',
    'tracing',
    'errors',
  ],
  'graphql/data': ['identity', 'upstream', 'errors'],
  'graphql/limits': ['graphql/selection', 'upstream', 'settings', 'collections', 'errors'],
  'graphql/federation': ['graphql/context', 'graphql/ids', 'errors'],
  'graphql/generated': ['graphql/context', 'graphql/models', 'identity', 'upstream'],
  'graphql/models': ['identity', 'upstream'],
  'graphql/ids': ['upstream', 'errors'],
  'graphql/member-id': ['upstream'],
  'graphql/invalid-request': ['errors'],
  'graphql/selection': [],
  'graphql/trusted-documents': [],
};

/** The maximum length of a class, in lines. The linter limits functions to 60 and files to 300, and forbids import cycles. */
const maxClassLines = 200;

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
  const [folder, ...rest] = name.replace(/\.ts$/, '').split('/');
  return folder === 'graphql' ? `graphql/${rest[0]}` : (folder ?? '');
}

/** Whether one part may import another; an arrow to a folder permits all of its parts. */
function isAllowed(from: string, to: string): boolean {
  return arrows[from]?.some((allowed) => to === allowed || to.startsWith(`${allowed}/`)) ?? false;
}

type File = (typeof files)[number];

/** The violations in the files, each prefixed with the file's name. */
function offences(find: (file: File) => readonly string[]): string[] {
  return files.flatMap((file) => find(file).map((offence) => `${file.name}: ${offence}`));
}

/** The imports of values, and not only types, from the modules that the pattern matches. */
function importsOfValues(pattern: string): string[] {
  const imports = new RegExp(`^import (?!type\\b)[^'";]*?\\bfrom '${pattern}'`, 'gm');
  return offences(({ source }) => source.match(imports) ?? []);
}

it('every part of src/ is listed, and its imports are found', () => {
  expect([...new Set(files.map(({ part }) => part))].filter((part) => !(part in arrows))).toEqual([]);
  expect(files.find(({ name }) => name === 'errors.ts')?.imports).toEqual([]);
  expect(files.find(({ name }) => name === 'app.ts')?.imports).toContain('./upstream/connect.ts');
  expect(files.flatMap(({ imports }) => imports).length).toBeGreaterThan(files.length);
});

/** Whether this is the bundle of OpenTelemetry's packages, outside `src/`. */
const isVendored = (path: string): boolean => path === '../../vendor/open-telemetry.js';

/** The other parts that a file imports. */
function toOtherParts({ name, part, imports }: File): readonly string[] {
  return imports
    .filter((path) => path.startsWith('.') && !isVendored(path))
    .map((path) => toPart(relative(root, join(root, dirname(name), path))))
    .filter((other) => other !== part);
}

it('parts import only what they may, and every permission is used', () => {
  expect(offences((file) => toOtherParts(file).filter((other) => !isAllowed(file.part, other)))).toEqual([]);
  const used = new Set(files.flatMap((file) => toOtherParts(file).map((other) => `${file.part} -> ${other}`)));
  const unused = Object.entries(arrows).flatMap(([from, allowed]) =>
    allowed
      .filter((to) => ![...used].some((arrow) => arrow === `${from} -> ${to}` || arrow.startsWith(`${from} -> ${to}/`)))
      .map((to) => `${from} -> ${to}`),
  );
  expect(unused).toEqual([]);
});

it('the permitted imports contain no cycle', () => {
  const parts = Object.keys(arrows);
  const next = (part: string) => parts.filter((other) => isAllowed(part, other));
  function reaches(from: string, to: string, seen = new Set<string>()): boolean {
    if (seen.has(from)) return false;
    seen.add(from);
    return next(from).some((part) => part === to || reaches(part, to, seen));
  }
  expect(parts.filter((part) => reaches(part, part))).toEqual([]);
});

it(`no class is longer than ${maxClassLines} lines`, () => {
  const long = offences(({ source }) =>
    [...source.matchAll(/^(?:export )?(?:abstract )?class (\w+)[\s\S]*?^\}/gm)]
      .filter(([text]) => text.split('\n').length > maxClassLines)
      .map(([, className]) => className ?? ''),
  );
  expect(long).toEqual([]);
});

it('only the programs touch the environment, arguments, signals, streams and exit codes', () => {
  const touched = offences(({ name, source, imports }) =>
    name === 'main.ts' || name === 'simulator/main.ts'
      ? []
      : [
          ...(source.match(
            /\bprocess\s*(?:\[|\.(?!(?:emitWarning|memoryUsage|constrainedMemory|getBuiltinModule)\b)\w+)|=\s*process\b(?!\.)/g,
          ) ?? []),
          ...imports.filter((path) => path === 'node:process' || path === 'process'),
        ],
  );
  expect(touched).toEqual([]);
});

it('only upstream imports undici, only graphql and subscriptions GraphQL and only tracing OpenTelemetry, except for the composition root', () => {
  const known = offences(({ name, part, imports }) =>
    imports.filter(
      (path) =>
        (path === 'undici' && part !== 'upstream' && name !== 'app.ts') ||
        path.startsWith('@opentelemetry/') ||
        (isVendored(path) && part !== 'tracing') ||
        (/^(?:graphql|dataloader|@apollo\/)/.test(path) &&
          !part.startsWith('graphql/') &&
          part !== 'subscriptions' &&
          name !== 'app.ts'),
    ),
  );
  expect(known).toEqual([]);
});

it('OpenTelemetry is loaded only where spans are exported', () => {
  const users = ['open-telemetry.ts', 'traced-operation.ts'];
  const imported = offences(({ imports }) =>
    imports.filter((path) => isVendored(path) || users.some((name) => path.endsWith(`/${name}`))),
  );
  expect(imported.sort()).toEqual([
    'tracing/open-telemetry.ts: ../../vendor/open-telemetry.js',
    'tracing/open-telemetry.ts: ./traced-operation.ts',
    'tracing/start-tracing.ts: ./open-telemetry.ts',
    'tracing/traced-operation.ts: ../../vendor/open-telemetry.js',
  ]);
  expect(offences(({ source }) => source.match(/^.*import\('\.\/open-telemetry\.ts'\)/gm) ?? [])).toHaveLength(1);
});

it('no module but the embedded Images API imports values of node:http, because that loads a second undici', () => {
  expect(importsOfValues('node:https?')).toEqual([expect.stringMatching(/^simulator\/server\.ts: /)]);
});

it('no module imports values of undici, because its index loads much that the gateway does not use', () => {
  expect(importsOfValues('undici')).toEqual([]);
  expect(offences(({ source }) => source.match(/require\('undici'\)/g) ?? [])).toEqual([]);
});

it('modules keep no mutable state between requests', () => {
  expect(offences(({ source }) => source.match(/^(?:export )?(?:let|var) .*$/gm) ?? [])).toEqual([]);
});

it('what only some gateways use is loaded on demand', () => {
  const loaded = new Set<string>();
  function load(name: string): void {
    if (loaded.has(name)) return;
    loaded.add(name);
    const source = files.find((file) => file.name === name)?.source ?? '';
    for (const [, path = ''] of source.matchAll(/^(?:import|export) (?!type\b)[^'";]*?\bfrom '([^']+)'/gm)) {
      load(path.startsWith('.') ? join(dirname(name), path) : path);
    }
  }
  load('start.ts');
  expect([...loaded]).toEqual(expect.arrayContaining(['app.ts', 'upstream/undici.ts', '@apollo/server']));
  expect([...loaded].filter((name) => /^(?:ws|graphql-ws|amqplib|@opentelemetry|simulator)/.test(name))).toEqual([]);
});
