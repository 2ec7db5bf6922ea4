import { readFileSync } from 'node:fs';
import { describeTakes, type Limits, type NumberSetting, numberSettings } from './number-settings.ts';

/** One setting, as README's table shows it. */
export interface Setting {
  readonly name: string;
  /** The value when the variable is not set, in words or figures. */
  readonly default: string;
  /** Unit and bounds. */
  readonly takes: string;
  readonly meaning: string;
  /** A value that no message may show. */
  readonly secret?: true;
}

const namedSettings = [
  {
    name: 'PRODUCTION',
    default: 'false',
    takes: 'true or false',
    meaning:
      'True: nothing is told or shown that only development needs. `INTROSPECTION` is false unless it is set, there is no ' +
      'explorer, and an Images API must be named.',
  },
  {
    name: 'IMAGES_API_URL',
    default: 'unset: the embedded Images API is started',
    takes: 'http or https URL, with or without `/v2` at its end',
    meaning: 'The base URL of the Images API; a path prefix is kept.',
  },
  { name: 'HOST', default: '127.0.0.1', takes: 'host name or address', meaning: 'Where the gateway listens.' },
  {
    name: 'PORT',
    default: '4000',
    takes: '0 to 65535',
    meaning: 'Where the gateway listens; 0 picks a free port.',
  },
  {
    name: 'UPSTREAM_DEADLINE_MS',
    default: '10000',
    takes: 'milliseconds, 1 to 600000',
    meaning: 'How long one call to the Images API may take in all: queueing, connecting, every attempt and body.',
  },
  {
    name: 'UPSTREAM_CONNECTIONS',
    default: '16',
    takes: '1 to 1024',
    meaning: 'How many connections to the Images API are open at the most, and so how many calls run at once.',
  },
  {
    name: 'UPSTREAM_RETRIES',
    default: '2',
    takes: '0 to 10',
    meaning: 'How often a read is tried again, within its deadline. Writes are sent once.',
  },
  {
    name: 'UPSTREAM_MAX_BODY_BYTES',
    default: '16777216',
    takes: 'bytes, 1024 to 1073741824',
    meaning: 'The largest answer of the Images API that is accepted. Lists that are larger are asked for in parts.',
  },
  {
    name: 'SHARE_READS',
    default: 'true',
    takes: 'true or false',
    meaning:
      'Whether identical reads that one token asks for at the same moment share one call. Reads of different tokens never ' +
      'do.',
  },
  {
    name: 'VERIFY_REMOVALS',
    default: 'true',
    takes: 'true or false',
    meaning:
      'Whether a removed member is looked up again before the removal is called done, because a status change at the ' +
      'same moment may undo it. Costs one call for each removal.',
  },
  {
    name: 'BULK_MAX_CHANGES',
    default: '1000',
    takes: '1 to 100000',
    meaning: 'How many pairs of image and project one bulk mutation may name.',
  },
  {
    name: 'BULK_CONCURRENCY',
    default: '4',
    takes: '1 to 1024',
    meaning: 'How many changes of one bulk mutation run at once.',
  },
  {
    name: 'MAX_REQUEST_BYTES',
    default: '1048576',
    takes: 'bytes, 1024 to 104857600',
    meaning: 'The largest request body that is accepted.',
  },
  {
    name: 'INTROSPECTION',
    default: 'true; false in production',
    takes: 'true or false',
    meaning: 'Whether clients are told the schema: by introspection, `_service` and what errors say of bad requests.',
  },
  {
    name: 'ROUTER_SECRET',
    default: 'unset: whoever reaches the gateway may use it as a subgraph',
    takes: '16 to 256 visible ASCII characters, without spaces',
    meaning: 'The secret that a router sends as `X-Router-Secret`; only then does it get `_service` and `_entities`.',
    secret: true,
  },
  {
    name: 'FEDERATED_TRACING',
    default: 'false',
    takes: 'true or false',
    meaning: 'Whether a router that asks for it (`ftv1`) is told how long each field took.',
  },
  {
    name: 'SHUTDOWN_GRACE_MS',
    default: '10000',
    takes: 'milliseconds, 0 to 600000',
    meaning: 'How long requests in flight may take to finish after SIGTERM.',
  },
  {
    name: 'CORS_ORIGINS',
    default: '*',
    takes: '`*`, or origins separated by commas',
    meaning: 'The web origins whose pages may call the gateway.',
  },
  {
    name: 'CONSOLE',
    default: 'unset: true with the embedded Images API, else false',
    takes: 'true or false',
    meaning: 'Whether the console, a web page for sharing images, is served at `/console`.',
  },
  {
    name: 'LOG_LEVEL',
    default: 'info',
    takes: 'fatal, error, warn, info, debug, trace or silent',
    meaning: 'What is logged, as JSON lines on standard error.',
  },
  {
    name: 'UPSTREAM_CA_FILE',
    default: 'unset: the authorities that Node trusts',
    takes: 'path of a file of certificates in PEM',
    meaning: 'Which authorities may vouch for the Images API, in place of the public ones.',
  },
  {
    name: 'TRUST_PROXY',
    default: 'false',
    takes: 'true or false',
    meaning:
      'Whether the last address of `X-Forwarded-For` is that of the caller: on only behind a proxy that sets it.',
  },
  {
    name: 'TRUSTED_DOCUMENTS',
    default: 'off',
    takes: '`off`, `log` or `enforce`',
    meaning:
      'What is done about documents that are not in `TRUSTED_DOCUMENTS_FILE`: nothing, a line in the log, refusal.',
  },
  {
    name: 'TRUSTED_DOCUMENTS_FILE',
    default: 'unset',
    takes: 'path of a manifest as Relay, Apollo or GraphQL Code Generator write it',
    meaning: 'The documents that clients use, each with its id.',
  },
  {
    name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    default: 'unset: no traces',
    takes: 'http or https URL',
    meaning: 'Where traces are sent, by OTLP over HTTP with JSON; `/v1/traces` is added.',
  },
  {
    name: 'OTEL_SERVICE_NAME',
    default: 'image-sharing-gateway',
    takes: '1 to 100 letters, digits, `.`, `_` or `-`',
    meaning: 'The name of the gateway in traces.',
  },
] as const satisfies readonly Setting[];

type SettingName = (typeof namedSettings)[number]['name'];

/** Everything that can be set, from the environment. README documents this table; a test holds the two in step. */
export const settings: readonly Setting[] = [
  ...namedSettings,
  ...Object.values(numberSettings).map((setting) => ({
    name: setting.name,
    default: String(setting.default),
    takes: describeTakes(setting),
    meaning: setting.meaning,
  })),
];

/** The environment that settings are read from. */
export type Environment = Readonly<Partial<Record<string, string>>>;

/** What is done about documents that are in no manifest. */
export type TrustedDocumentsMode = 'off' | 'log' | 'enforce';

/** All settings, parsed. Times are in milliseconds, sizes in bytes. */
export interface Config {
  /** Null: start the embedded Images API. */
  readonly imagesApiUrl: URL | null;
  readonly host: string;
  readonly port: number;
  readonly upstreamDeadlineMs: number;
  readonly upstreamConnections: number;
  readonly upstreamRetries: number;
  readonly upstreamMaxBodyBytes: number;
  readonly shareReads: boolean;
  readonly verifyRemovals: boolean;
  readonly bulkMaxChanges: number;
  readonly bulkConcurrency: number;
  readonly maxRequestBytes: number;
  readonly introspection: boolean;
  /** Null: nobody needs to prove to be the router. */
  readonly routerSecret: string | null;
  readonly federatedTracing: boolean;
  readonly shutdownGraceMs: number;
  readonly corsOrigins: '*' | readonly string[];
  readonly console: boolean;
  readonly logLevel: string;
  readonly production: boolean;
  /** Certificates in PEM; null for those that Node trusts. */
  readonly upstreamCa: string | null;
  readonly trustProxy: boolean;
  readonly trustedDocuments: TrustedDocumentsMode;
  /** The text of the manifest. */
  readonly trustedDocumentsManifest: string | null;
  readonly otlpEndpoint: URL | null;
  readonly serviceName: string;
  readonly limits: Limits;
}

/** Wrong settings: one line for each, naming the setting. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[]) {
    super(mistakes.join('\n'));
    this.mistakes = mistakes;
  }
}

const trustedDocumentsModes = ['off', 'log', 'enforce'] as const;
const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/**
 * Reads all settings from the environment. A variable that is empty counts as not set.
 *
 * @throws ConfigError that names every wrong setting.
 */
export function parseConfig(environment: Environment): Config {
  const mistakes: string[] = [];

  function read<T>(name: SettingName, parse: (value: string) => T | undefined, byDefault?: string): T {
    const setting = namedSettings.find((candidate) => candidate.name === name) as Setting;
    const given = environment[name]?.trim();
    const parsed = parse(given || byDefault || setting.default);
    const shown = setting.secret ? `of ${given?.length} characters` : toShown(given);
    if (parsed === undefined) mistakes.push(`${name} must be ${setting.takes}; it is ${shown}.`);
    return parsed as T;
  }
  function flag(name: SettingName, byDefault?: string): boolean {
    const parse = (value: string): boolean | undefined => {
      if (value === 'true') return true;
      return value === 'false' ? false : undefined;
    };
    return read(name, parse, byDefault);
  }
  function integer(name: SettingName, from: number, to: number): number {
    return read(name, (value) => parseInteger(value, from, to));
  }
  function limit(setting: NumberSetting): number {
    const given = environment[setting.name]?.trim() || String(setting.default);
    const parsed = parseInteger(given, setting.from, setting.to);
    if (parsed === undefined)
      mistakes.push(`${setting.name} must be ${describeTakes(setting)}; it is ${toShown(given)}.`);
    return parsed ?? setting.default;
  }
  /** The value where the variable is set, else null. */
  function optional<T>(name: SettingName, parse: (value: string) => T | undefined): T | null {
    return environment[name]?.trim() ? read(name, parse) : null;
  }

  const production = flag('PRODUCTION');
  const config: Config = {
    imagesApiUrl: optional('IMAGES_API_URL', parseApiUrl),
    host: read('HOST', (value) => (/^[\w.:-]+$/.test(value) ? value : undefined)),
    port: integer('PORT', 0, 65_535),
    upstreamDeadlineMs: integer('UPSTREAM_DEADLINE_MS', 1, 600_000),
    upstreamConnections: integer('UPSTREAM_CONNECTIONS', 1, 1024),
    upstreamRetries: integer('UPSTREAM_RETRIES', 0, 10),
    upstreamMaxBodyBytes: integer('UPSTREAM_MAX_BODY_BYTES', 1024, 1_073_741_824),
    shareReads: flag('SHARE_READS'),
    verifyRemovals: flag('VERIFY_REMOVALS'),
    bulkMaxChanges: integer('BULK_MAX_CHANGES', 1, 100_000),
    bulkConcurrency: integer('BULK_CONCURRENCY', 1, 1024),
    maxRequestBytes: integer('MAX_REQUEST_BYTES', 1024, 104_857_600),
    introspection: flag('INTROSPECTION', production ? 'false' : 'true'),
    routerSecret: optional('ROUTER_SECRET', (value) => (/^[\x21-\x7e]{16,256}$/.test(value) ? value : undefined)),
    federatedTracing: flag('FEDERATED_TRACING'),
    shutdownGraceMs: integer('SHUTDOWN_GRACE_MS', 0, 600_000),
    corsOrigins: read('CORS_ORIGINS', parseOrigins),
    console: environment['CONSOLE']?.trim() ? flag('CONSOLE') : !environment['IMAGES_API_URL']?.trim(),
    logLevel: read('LOG_LEVEL', (value) => (logLevels.includes(value) ? value : undefined)),
    production,
    upstreamCa: optional('UPSTREAM_CA_FILE', readCertificates),
    trustProxy: flag('TRUST_PROXY'),
    trustedDocuments: read('TRUSTED_DOCUMENTS', (value) => trustedDocumentsModes.find((mode) => mode === value)),
    trustedDocumentsManifest: optional('TRUSTED_DOCUMENTS_FILE', readText),
    otlpEndpoint: optional('OTEL_EXPORTER_OTLP_ENDPOINT', parseEndpoint),
    serviceName: read('OTEL_SERVICE_NAME', (value) => (/^[\w.-]{1,100}$/.test(value) ? value : undefined)),
    limits: Object.fromEntries(
      Object.entries(numberSettings).map(([key, setting]) => [key, limit(setting)]),
    ) as unknown as Limits,
  };
  if (production && config.imagesApiUrl === null && !environment['IMAGES_API_URL']?.trim()) {
    mistakes.push('IMAGES_API_URL must be set where PRODUCTION is true.');
  }
  if (config.trustedDocuments !== 'off' && !environment['TRUSTED_DOCUMENTS_FILE']?.trim()) {
    mistakes.push('TRUSTED_DOCUMENTS_FILE must be set where TRUSTED_DOCUMENTS is not off.');
  }
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return Object.freeze(config);
}

/** A wrong value as a message may show it: on one line, and without the password of a URL. */
function toShown(value: string | undefined): string {
  return JSON.stringify(value?.replace(/\/\/.*@/, '//…@'));
}

/** The URL with `/v2` at the end of its path and nothing after it. Credentials have no place in it. */
function parseApiUrl(value: string): URL | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) return undefined;
  if (url.username || url.password || url.search || url.hash) return undefined;
  const path = url.pathname.replace(/\/+$/, '');
  url.pathname = path.endsWith('/v2') ? path : `${path}/v2`;
  return url;
}

function parseInteger(value: string, from: number, to: number): number | undefined {
  const number = /^\d{1,10}$/.test(value) ? Number(value) : Number.NaN;
  return number >= from && number <= to ? number : undefined;
}

function parseEndpoint(value: string): URL | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username || url.password) return undefined;
  return new URL(`${url.href.replace(/\/+$/, '')}/v1/traces`);
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function readCertificates(path: string): string | undefined {
  const pem = readText(path);
  return pem?.includes('-----BEGIN CERTIFICATE-----') ? pem : undefined;
}

function parseOrigins(value: string): '*' | string[] | undefined {
  if (value === '*') return '*';
  const origins = value.split(',').map((origin) => origin.trim());
  const valid = origins.every((origin) => URL.canParse(origin) && new URL(origin).origin === origin);
  return valid ? origins : undefined;
}
