import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Environment, parseSettings, SettingsError } from '../../src/settings/parse-settings.ts';
import { type Settings, settingTable } from '../../src/settings/settings.ts';
import { createCertificate } from '../support/certificates.ts';

/** The names of the rejected settings. */
function refused(environment: Environment): string[] {
  try {
    parseSettings(environment);
    return [];
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    for (const line of error.mistakes) expect(line).not.toContain('\n');
    return error.mistakes.map((line) => line.split(' ', 1)[0] ?? '');
  }
}

/** The message with which settings are rejected. */
function complaint(environment: Environment, launch?: 'demo'): string {
  try {
    parseSettings(environment, launch);
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
  return expect.fail('the settings are accepted');
}

it('every setting has a default, and settings are immutable', () => {
  const settings = parseSettings({});
  expect(Object.keys(settings).sort()).toEqual(Object.keys(settingTable).sort());
  expect(settings).toMatchObject({
    imagesApiUrl: null,
    identityApiUrl: null,
    host: '127.0.0.1',
    port: 4000,
    introspection: true,
    routerSecrets: null,
    corsOrigins: '*',
    console: true,
    logLevel: 'info',
    production: false,
    upstreamCa: null,
    trustedDocuments: 'off',
    trustedDocumentsManifest: null,
    otlpEndpoint: null,
    serviceName: null,
    tracesSampler: 'parentbased_always_on',
    propagators: ['tracecontext'],
  });
  expect(Object.isFrozen(settings)).toBe(true);
});

it('every setting has a unique name in capitals', () => {
  const names = Object.values(settingTable).map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[A-Z][A-Z_]*[A-Z]$/);
});

it.each([
  [{}, true],
  [{ CONSOLE: 'false' }, false],
  [{ IMAGES_API_URL: 'http://glance' }, false],
  [{ IMAGES_API_URL: 'http://glance', CONSOLE: 'true' }, true],
])('with %j, the console is served: %s', (environment, console) => {
  expect(parseSettings(environment).console).toBe(console);
});

it('an empty variable counts as not set', () => {
  expect(parseSettings(Object.fromEntries(Object.values(settingTable).map(({ name }) => [name, ' '])))).toEqual(
    parseSettings({}),
  );
});

const numbers = Object.entries(settingTable).flatMap(([key, setting]) =>
  'from' in setting ? [{ key: key as keyof Settings, ...setting }] : [],
);

describe.each(numbers)('$name', ({ key, name, getDefault, takes, from, to }) => {
  const read = (value: unknown): unknown => parseSettings({ [name]: ` ${value} ` })[key];
  const byDefault = getDefault({ production: false, imagesApiUrl: null });

  it('is within its bounds by default, and accepts both bounds', () => {
    expect(parseSettings({})[key]).toBe(byDefault);
    expect([byDefault, from, to].map(read)).toEqual([byDefault, from, to]);
  });

  it('rejects all other values', () => {
    for (const value of [from - 1, to + 1, '1.5', '-1', '1e3', '0x10', '1_000', 'ten', '99999999999', 'NaN', '１'])
      expect(refused({ [name]: String(value) })).toEqual([name]);
  });

  it('has its bounds in its description', () => {
    expect(takes).toContain(`${from} to ${to}`);
  });
});

it('trusted documents require a manifest', () => {
  expect(refused({ TRUSTED_DOCUMENTS: 'enforce' })).toEqual(['TRUSTED_DOCUMENTS_FILE']);
  expect(refused({ TRUSTED_DOCUMENTS: 'maybe' })).toEqual(['TRUSTED_DOCUMENTS']);
});

describe('production', () => {
  it('hides the schema by default, and requires an Images API', () => {
    const production = { PRODUCTION: 'true', IMAGES_API_URL: 'http://images' };
    expect(parseSettings(production)).toMatchObject({ production: true, introspection: false });
    expect(parseSettings({ ...production, INTROSPECTION: 'true' }).introspection).toBe(true);
    expect(refused({ PRODUCTION: 'true' })).toEqual(['IMAGES_API_URL']);
  });

  it.each([
    [{}, 'clone', false],
    [{ NODE_ENV: 'production' }, 'clone', true],
    [{ NODE_ENV: 'production', PRODUCTION: 'false' }, 'clone', false],
    [{}, 'installed', true],
    [{ PRODUCTION: 'false' }, 'installed', false],
  ] as const)('with %j in a program that is started as %s: %s', (environment, launch, production) => {
    expect(parseSettings({ IMAGES_API_URL: 'http://images', ...environment }, launch).production).toBe(production);
  });

  it('excludes the demo, which always serves the embedded Images API', () => {
    expect(parseSettings({ NODE_ENV: 'production' }, 'demo').production).toBe(false);
    expect(complaint({ IMAGES_API_URL: 'http://images' }, 'demo')).toMatch(/^IMAGES_API_URL must not be set/);
  });
});

it.each([
  ['OTEL_EXPORTER_OTLP_HEADERS', 'no pair'],
  ['OTEL_EXPORTER_OTLP_HEADERS', 'na me=value'],
  ['OTEL_EXPORTER_OTLP_HEADERS', 'name=%0a'],
  ['OTEL_EXPORTER_OTLP_TRACES_HEADERS', 'name=%zz'],
  ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'],
  ['OTEL_RESOURCE_ATTRIBUTES', '=value'],
  ['OTEL_TRACES_SAMPLER', 'sometimes'],
  ['OTEL_TRACES_SAMPLER_ARG', '1.1'],
  ['OTEL_TRACES_SAMPLER_ARG', '-1'],
  ['OTEL_PROPAGATORS', 'tracecontext,jaeger'],
  ['OTEL_TRACES_EXPORTER', 'zipkin'],
])('%s may not be %s', (name, value) => {
  expect(refused({ [name]: value })).toEqual([name]);
});

it('headers of the collector are not shown where they are wrong', () => {
  expect(() => parseSettings({ OTEL_EXPORTER_OTLP_HEADERS: 'api key=secret-of-mine' })).toThrow(
    expect.not.objectContaining({ message: expect.stringContaining('secret-of-mine') }),
  );
});

it.each([
  ['0', 0],
  ['1', 1],
  ['1.0', 1],
  ['.5', 0.5],
  ['0.25', 0.25],
])('OTEL_TRACES_SAMPLER_ARG may be %s', (text, share) => {
  expect(parseSettings({ OTEL_TRACES_SAMPLER_ARG: text }).tracesSamplerArg).toBe(share);
});

it('traces are sent to a path below the endpoint', () => {
  const read = (url: string): string | undefined =>
    parseSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: url }).otlpEndpoint?.href;
  expect(read('http://collector:4318')).toBe('http://collector:4318/v1/traces');
  expect(read('https://collector/prefix/')).toBe('https://collector/prefix/v1/traces');
  expect(refused({ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' })).toEqual(['OTEL_EXPORTER_OTLP_ENDPOINT']);
});

const flags = Object.entries(settingTable).flatMap(([key, { name, takes, defaultText }]) =>
  takes === 'true or false' ? [{ key: key as keyof Settings, name, defaultText }] : [],
);

describe.each(flags)('$name', ({ key, name, defaultText }) => {
  const others = { IMAGES_API_URL: 'http://images' };

  it('may be true or false, and has the default in its description', () => {
    expect(parseSettings({ ...others, [name]: 'true' })[key]).toBe(true);
    expect(parseSettings({ ...others, [name]: 'false' })[key]).toBe(false);
    expect(defaultText).toContain(String(parseSettings({})[key]));
  });

  it.each(['1', 'yes', 'TRUE', 'on'])('may not be %s', (value) => {
    expect(refused({ [name]: value })).toEqual([name]);
  });
});

describe('ROUTER_SECRET', () => {
  it.each(['x'.repeat(16), '!~'.repeat(128)])('may be %s', (secret) => {
    expect(parseSettings({ ROUTER_SECRET: secret }).routerSecrets).toEqual([secret]);
  });

  it.each(['too-short', 'x'.repeat(257), 'has spaces in between', 'not-only-ascii-é-at-all'])(
    'may not be %s, and the message does not quote it',
    (secret) => {
      expect(refused({ ROUTER_SECRET: secret })).toEqual(['ROUTER_SECRET']);
      expect(() => parseSettings({ ROUTER_SECRET: secret })).toThrow(
        expect.not.objectContaining({ message: expect.stringContaining(secret) }),
      );
    },
  );
});

describe('a secret', () => {
  const file = (content: string): string => {
    const path = join(mkdtempSync(join(tmpdir(), 'secret-')), 'secret');
    writeFileSync(path, content);
    return path;
  };

  it('may be replaced by another, with both accepted meanwhile', () => {
    const secrets = ['the-new-secret-of-it', 'the-old-secret-of-it'];
    expect(parseSettings({ ROUTER_SECRET: secrets.join(' ') }).routerSecrets).toEqual(secrets);
    expect(refused({ ROUTER_SECRET: [...secrets, 'a-third-secret-of-it'].join(' ') })).toEqual(['ROUTER_SECRET']);
    expect(refused({ ROUTER_SECRET: `${secrets[0]} short` })).toEqual(['ROUTER_SECRET']);
  });

  it('may be in a file, on one or two lines', () => {
    const read = (content: string) => parseSettings({ ROUTER_SECRET_FILE: file(content) }).routerSecrets;
    expect(read('the-new-secret-of-it\n')).toEqual(['the-new-secret-of-it']);
    expect(read('the-new-secret-of-it\nthe-old-secret-of-it\n')).toHaveLength(2);
  });

  it('in a missing, empty or invalid file is an error that names the _FILE variable', () => {
    for (const path of ['/no/such/file', file(''), file('canary')]) {
      expect(refused({ ROUTER_SECRET_FILE: path })).toEqual(['ROUTER_SECRET_FILE']);
      expect(complaint({ ROUTER_SECRET_FILE: path })).not.toContain('canary');
    }
  });

  it('cannot be in both the variable and a file', () => {
    const both = { ROUTER_SECRET: 'the-new-secret-of-it', ROUTER_SECRET_FILE: file('the-new-secret-of-it') };
    expect(refused(both)).toEqual(['ROUTER_SECRET_FILE']);
    expect(complaint(both)).not.toContain('the-new');
  });

  it('is the only kind of setting that can be read from a file', () => {
    expect(parseSettings({ PORT_FILE: file('5000') }).port).toBe(4000);
  });
});

describe('a client certificate', () => {
  const [one, other] = [createCertificate(), createCertificate()];

  it('requires its key', () => {
    const pair = { UPSTREAM_CERT_FILE: one.file, UPSTREAM_KEY_FILE: one.keyFile };
    expect(parseSettings(pair).upstreamKey).toContain('PRIVATE KEY');
    expect(refused({ UPSTREAM_CERT_FILE: one.file })).toEqual(['UPSTREAM_KEY_FILE']);
    expect(refused({ UPSTREAM_KEY_FILE: one.keyFile })).toEqual(['UPSTREAM_CERT_FILE']);
  });

  it('is refused with the key of another certificate, or if the two files are swapped', () => {
    expect(refused({ UPSTREAM_CERT_FILE: one.file, UPSTREAM_KEY_FILE: other.keyFile })).toEqual(['UPSTREAM_KEY_FILE']);
    expect(refused({ UPSTREAM_CERT_FILE: one.keyFile, UPSTREAM_KEY_FILE: one.file })).toEqual([
      'UPSTREAM_CERT_FILE',
      'UPSTREAM_KEY_FILE',
    ]);
  });
});

describe('the listener for health and metrics', () => {
  it.each([
    [{ ADMIN_PORT: '9000' }, []],
    [{ ADMIN_PORT: '0', PORT: '0' }, []],
    [{ ADMIN_PORT: '4000', ADMIN_HOST: '127.0.0.2' }, []],
    [{ ADMIN_HOST: '/run/admin.sock' }, []],
    [{ ADMIN_PORT: '4000' }, ['ADMIN_HOST']],
    [{ ADMIN_PORT: '4000', ADMIN_HOST: '127.0.0.1' }, ['ADMIN_HOST']],
    [{ ADMIN_HOST: '/run/gateway.sock', HOST: '/run/gateway.sock' }, ['ADMIN_HOST']],
    [{ ADMIN_HOST: '127.0.0.2' }, ['ADMIN_PORT']],
    [{ ADMIN_PORT: '9000', HOST: '/run/gateway.sock' }, ['ADMIN_HOST']],
    [{ ADMIN_PORT: '65536' }, ['ADMIN_PORT']],
    [{ ADMIN_HOST: 'a b', ADMIN_PORT: '9000' }, ['ADMIN_HOST']],
  ])('with %j: %j', (environment, names) => {
    expect(refused(environment)).toEqual(names);
  });
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
    expect(parseSettings({ [name]: given })[key]?.href).toBe(understood);
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

  it('is not quoted with its password', () => {
    expect(() => parseSettings({ [name]: 'http://user:secret@cloud' })).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('secret') }),
    );
  });
});

it.each(['127.0.0.1', '0.0.0.0', '::', '::1', 'localhost', 'gateway.example', '/run/gateway.sock'])(
  'HOST may be %s',
  (host) => {
    expect(parseSettings({ HOST: host }).host).toBe(host);
  },
);

it.each(['http://localhost', 'a b', 'a/b', '[::1]', '/run/', `/${'a'.repeat(107)}`])('HOST may not be %s', (host) => {
  expect(refused({ HOST: host })).toEqual(['HOST']);
});

it.each([
  ['*', '*'],
  ['https://a.example', ['https://a.example']],
  ['https://a.example , http://localhost:3000', ['https://a.example', 'http://localhost:3000']],
])('CORS_ORIGINS may be %s', (value, understood) => {
  expect(parseSettings({ CORS_ORIGINS: value }).corsOrigins).toEqual(understood);
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
  expect(parseSettings({ LOG_LEVEL: level }).logLevel).toBe(level);
});

it.each(['INFO', 'verbose', '30'])('LOG_LEVEL may not be %s', (level) => {
  expect(refused({ LOG_LEVEL: level })).toEqual(['LOG_LEVEL']);
});

it('all errors are reported together', () => {
  expect(refused({ PORT: 'x', HOST: 'a b', LOG_LEVEL: 'loud' })).toEqual(['HOST', 'PORT', 'LOG_LEVEL']);
});
