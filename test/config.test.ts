import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ConfigError, type Environment, parseConfig, settings } from '../src/config.ts';
import { type Limits, numberSettings } from '../src/number-settings.ts';

/** The names of the settings that are refused. */
function refused(environment: Environment): string[] {
  try {
    parseConfig(environment);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const line of error.mistakes) expect(line).not.toContain('\n');
    return error.mistakes.map((line) => line.split(' ', 1)[0] ?? '');
  }
}

it('everything has a default, and nothing can be changed afterwards', () => {
  const config = parseConfig({});
  const { limits, ...others } = config;
  expect(others).toEqual({
    imagesApiUrl: null,
    identityApiUrl: null,
    host: '127.0.0.1',
    port: 4000,
    upstreamDeadlineMs: 10_000,
    upstreamConnections: 16,
    upstreamRetries: 2,
    upstreamMaxBodyBytes: 16_777_216,
    shareReads: expect.any(Boolean),
    verifyRemovals: true,
    bulkMaxChanges: 1000,
    bulkConcurrency: 4,
    maxRequestBytes: 1_048_576,
    introspection: true,
    routerSecret: null,
    federatedTracing: false,
    shutdownGraceMs: 10_000,
    corsOrigins: '*',
    console: true,
    logLevel: 'info',
    production: false,
    upstreamCa: null,
    trustProxy: false,
    trustedDocuments: 'off',
    trustedDocumentsManifest: null,
    otlpEndpoint: null,
    serviceName: 'image-sharing-gateway',
  });
  expect(Object.keys(limits)).toEqual(Object.keys(numberSettings));
  expect(Object.isFrozen(config)).toBe(true);
});

it.each([
  [{}, true],
  [{ CONSOLE: 'false' }, false],
  [{ IMAGES_API_URL: 'http://glance' }, false],
  [{ IMAGES_API_URL: 'http://glance', CONSOLE: 'true' }, true],
])('with %j, the console is served: %s', (environment, console) => {
  expect(parseConfig(environment).console).toBe(console);
});

it('an empty variable counts as not set', () => {
  expect(parseConfig(Object.fromEntries(settings.map(({ name }) => [name, ' '])))).toEqual(parseConfig({}));
});

describe.each(Object.entries(numberSettings))('%s', (key, { name, default: byDefault, from, to }) => {
  const read = (value: unknown): number => parseConfig({ [name]: String(value) }).limits[key as keyof Limits];

  it('is within its bounds by default, and takes them', () => {
    expect(parseConfig({}).limits[key as keyof Limits]).toBe(byDefault);
    expect([byDefault, from, to].map(read)).toEqual([byDefault, from, to]);
  });

  it('takes nothing else', () => {
    for (const value of [from - 1, to + 1, '1.5', 'ten', '1e3'])
      expect(refused({ [name]: String(value) })).toEqual([name]);
  });
});

describe('a file', () => {
  it.each(['UPSTREAM_CA_FILE', 'TRUSTED_DOCUMENTS_FILE'])('that %s names must be there', (name) => {
    expect(refused({ [name]: '/no/such/file' })).toEqual([name]);
  });

  it('of certificates must hold some', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'certificates-')), 'ca.pem');
    writeFileSync(file, rootCertificates.slice(0, 2).join('\n'));
    expect(parseConfig({ UPSTREAM_CA_FILE: file }).upstreamCa).toContain('CERTIFICATE');
    expect(refused({ UPSTREAM_CA_FILE: fileURLToPath(new URL('../package.json', import.meta.url)) })).toEqual([
      'UPSTREAM_CA_FILE',
    ]);
  });

  it('of trusted documents must be named where they matter', () => {
    expect(refused({ TRUSTED_DOCUMENTS: 'enforce' })).toEqual(['TRUSTED_DOCUMENTS_FILE']);
    expect(refused({ TRUSTED_DOCUMENTS: 'maybe' })).toEqual(['TRUSTED_DOCUMENTS', 'TRUSTED_DOCUMENTS_FILE']);
  });
});

describe('production', () => {
  it('tells no schema unless it is told to, and needs an Images API', () => {
    const production = { PRODUCTION: 'true', IMAGES_API_URL: 'http://images' };
    expect(parseConfig(production)).toMatchObject({ production: true, introspection: false });
    expect(parseConfig({ ...production, INTROSPECTION: 'true' }).introspection).toBe(true);
    expect(refused({ PRODUCTION: 'true' })).toEqual(['IMAGES_API_URL']);
  });
});

it('traces go below the endpoint', () => {
  const read = (url: string): string | undefined =>
    parseConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: url }).otlpEndpoint?.href;
  expect(read('http://collector:4318')).toBe('http://collector:4318/v1/traces');
  expect(read('https://collector/prefix/')).toBe('https://collector/prefix/v1/traces');
  expect(refused({ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' })).toEqual(['OTEL_EXPORTER_OTLP_ENDPOINT']);
});

describe.each([
  ['PORT', 'port', 0, 65_535],
  ['UPSTREAM_DEADLINE_MS', 'upstreamDeadlineMs', 1, 600_000],
  ['UPSTREAM_CONNECTIONS', 'upstreamConnections', 1, 1024],
  ['UPSTREAM_RETRIES', 'upstreamRetries', 0, 10],
  ['UPSTREAM_MAX_BODY_BYTES', 'upstreamMaxBodyBytes', 1024, 1_073_741_824],
  ['BULK_MAX_CHANGES', 'bulkMaxChanges', 1, 100_000],
  ['BULK_CONCURRENCY', 'bulkConcurrency', 1, 1024],
  ['MAX_REQUEST_BYTES', 'maxRequestBytes', 1024, 104_857_600],
  ['SHUTDOWN_GRACE_MS', 'shutdownGraceMs', 0, 600_000],
] as const)('%s', (name, key, from, to) => {
  it.each([from, to])('may be %i', (value) => {
    expect(parseConfig({ [name]: ` ${value} ` })[key]).toBe(value);
  });

  it.each([from - 1, to + 1, '1.5', '-1', '1e3', '0x10', '1_000', 'ten', '99999999999', 'NaN', '１'])(
    'may not be %s',
    (value) => {
      expect(refused({ [name]: String(value) })).toEqual([name]);
    },
  );

  it('has its bounds in its description', () => {
    const setting = settings.find((candidate) => candidate.name === name);
    expect(setting?.takes).toContain(`${from} to ${to}`);
  });
});

describe.each([
  ['SHARE_READS', 'shareReads'],
  ['VERIFY_REMOVALS', 'verifyRemovals'],
  ['INTROSPECTION', 'introspection'],
  ['FEDERATED_TRACING', 'federatedTracing'],
] as const)('%s', (name, key) => {
  it('may be true or false, and is by default what its description says', () => {
    expect(parseConfig({ [name]: 'true' })[key]).toBe(true);
    expect(parseConfig({ [name]: 'false' })[key]).toBe(false);
    const description = settings.find((setting) => setting.name === name)?.default;
    expect(String(parseConfig({})[key])).toBe(description?.split(';')[0]);
  });

  it.each(['1', 'yes', 'TRUE', 'on'])('may not be %s', (value) => {
    expect(refused({ [name]: value })).toEqual([name]);
  });
});

describe('ROUTER_SECRET', () => {
  it.each(['x'.repeat(16), '!~'.repeat(128)])('may be %s', (secret) => {
    expect(parseConfig({ ROUTER_SECRET: secret }).routerSecret).toBe(secret);
  });

  it.each(['too-short', 'x'.repeat(257), 'has spaces in between', 'not-only-ascii-é-at-all'])(
    'may not be %s, and is not repeated',
    (secret) => {
      expect(refused({ ROUTER_SECRET: secret })).toEqual(['ROUTER_SECRET']);
      expect(() => parseConfig({ ROUTER_SECRET: secret })).toThrow(
        expect.not.objectContaining({ message: expect.stringContaining(secret) }),
      );
    },
  );
});

describe.each([
  ['IMAGES_API_URL', 'imagesApiUrl', 'v2', 9292],
  ['IDENTITY_API_URL', 'identityApiUrl', 'v3', 5000],
] as const)('%s', (name, key, version, port) => {
  it.each([
    [`http://cloud:${port}`, `http://cloud:${port}/${version}`],
    [`http://cloud:${port}/`, `http://cloud:${port}/${version}`],
    [`http://cloud:${port}/${version}`, `http://cloud:${port}/${version}`],
    [`http://cloud:${port}/${version}/`, `http://cloud:${port}/${version}`],
    ['https://cloud.example/prefix', `https://cloud.example/prefix/${version}`],
    [`https://cloud.example/prefix/${version}//`, `https://cloud.example/prefix/${version}`],
    [`http://[::1]:${port}`, `http://[::1]:${port}/${version}`],
  ])('%s means %s', (given, understood) => {
    expect(parseConfig({ [name]: given })[key]?.href).toBe(understood);
  });

  it.each([
    `cloud:${port}`,
    'ftp://cloud',
    `/${version}`,
    'http://',
    'http://cloud/?a=b',
    `http://cloud/#${version}`,
    'http://user:secret@cloud',
    'http://user@cloud',
  ])('may not be %s', (value) => {
    expect(refused({ [name]: value })).toEqual([name]);
  });

  it('is not repeated with the password in it', () => {
    expect(() => parseConfig({ [name]: 'http://user:secret@cloud' })).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('secret') }),
    );
  });
});

it.each(['127.0.0.1', '0.0.0.0', '::', '::1', 'localhost', 'gateway.example'])('HOST may be %s', (host) => {
  expect(parseConfig({ HOST: host }).host).toBe(host);
});

it.each(['http://localhost', 'a b', 'a/b', '[::1]'])('HOST may not be %s', (host) => {
  expect(refused({ HOST: host })).toEqual(['HOST']);
});

it.each([
  ['*', '*'],
  ['https://a.example', ['https://a.example']],
  ['https://a.example , http://localhost:3000', ['https://a.example', 'http://localhost:3000']],
])('CORS_ORIGINS may be %s', (value, understood) => {
  expect(parseConfig({ CORS_ORIGINS: value }).corsOrigins).toEqual(understood);
});

it.each([
  'a.example',
  'https://a.example/',
  'https://a.example/path',
  'https://a.example,',
  '*,https://a.example',
  'null',
])('CORS_ORIGINS may not be %s', (value) => {
  expect(refused({ CORS_ORIGINS: value })).toEqual(['CORS_ORIGINS']);
});

it.each(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])('LOG_LEVEL may be %s', (level) => {
  expect(parseConfig({ LOG_LEVEL: level }).logLevel).toBe(level);
});

it.each(['INFO', 'verbose', '30'])('LOG_LEVEL may not be %s', (level) => {
  expect(refused({ LOG_LEVEL: level })).toEqual(['LOG_LEVEL']);
});

it('all mistakes are told at once', () => {
  expect(refused({ PORT: 'x', HOST: 'a b', LOG_LEVEL: 'loud' })).toEqual(['HOST', 'PORT', 'LOG_LEVEL']);
});
