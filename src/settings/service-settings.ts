import { readTrustedDocuments } from './files.ts';
import { choice, flag, optional, optionalPort, text, wholeNumber } from './setting.ts';
import { parseApiUrl, parseHost, parseOrigins, parseSecrets } from './value-parsers.ts';

/** What the gateway serves, who may use it, and how it runs. */
export const serviceSettings = {
  production: flag({
    name: 'PRODUCTION',
    default: ({ production }) => production,
    defaultText: 'true for the installed command and with `NODE_ENV=production`; false in a clone and for `demo`',
    meaning:
      'Hides development-only output: `INTROSPECTION` defaults to false, there is no explorer, and `IMAGES_API_URL` is ' +
      'required.',
  }),
  imagesApiUrl: optional({
    name: 'IMAGES_API_URL',
    defaultText: 'unset: the embedded Images API is started',
    takes: 'http or https URL, with or without `/v2` at its end',
    meaning: 'Base URL of the Images API; a path prefix is kept.',
    parse: (value) => parseApiUrl(value, 'v2'),
  }),
  identityApiUrl: optional({
    name: 'IDENTITY_API_URL',
    defaultText: 'unset: the one of the embedded Images API, else none',
    takes: 'http or https URL, with or without `/v3` at its end',
    meaning:
      'Base URL of the Identity service (Keystone), which identifies the user and project of a token and names projects; ' +
      'a path prefix is kept. The `UPSTREAM_…` settings apply to it too, with its own connections, queue and breaker.',
    parse: (value) => parseApiUrl(value, 'v3'),
  }),
  host: text({
    name: 'HOST',
    default: '127.0.0.1',
    takes: 'host name, address, or absolute path of a Unix socket',
    meaning: 'Where the gateway listens. A socket is open to its user and group, and `PORT` is not used.',
    parse: parseHost,
  }),
  port: wholeNumber({
    name: 'PORT',
    default: 4_000,
    from: 0,
    to: 65_535,
    meaning: 'Port that the gateway listens on; 0 picks a free one.',
  }),
  adminHost: optional({
    name: 'ADMIN_HOST',
    defaultText: 'unset: that of `HOST`',
    takes: 'host name, address, or absolute path of a Unix socket',
    meaning: 'Where health and metrics are served, with `ADMIN_PORT`.',
    parse: parseHost,
  }),
  adminPort: optionalPort({
    name: 'ADMIN_PORT',
    defaultText: 'unset: health and metrics are on `PORT`',
    meaning:
      'Port of a listener of its own for `/healthz`, `/readyz` and `/metrics`; `PORT` then answers 404 for them. 0 picks a ' +
      'free one.',
  }),
  introspection: flag({
    name: 'INTROSPECTION',
    default: ({ production }) => !production,
    defaultText: 'true; false in production',
    meaning: 'Shows the schema to clients: by introspection, by `_service`, and in messages about invalid requests.',
  }),
  routerSecrets: optional({
    name: 'ROUTER_SECRET',
    defaultText: 'unset: federation fields are public',
    takes: '16 to 256 visible ASCII characters, or two such secrets with a space between them',
    meaning:
      'Secret that a router sends as `X-Router-Secret`; only then does it get `_service` and `_entities`. Two are accepted ' +
      'while one replaces the other. `ROUTER_SECRET_FILE` names a file instead, which SIGHUP reads again.',
    parse: parseSecrets,
    isSecret: true,
  }),
  federatedTracing: flag({
    name: 'FEDERATED_TRACING',
    default: false,
    meaning: 'Sends the timing of each field to a router that requests it (`ftv1`).',
  }),
  directExecution: flag({
    name: 'DIRECT_EXECUTION',
    default: true,
    meaning:
      'Compiles repeated operations, and executes them without Apollo Server. False: Apollo Server executes all ' +
      'operations.',
  }),
  console: flag({
    name: 'CONSOLE',
    default: ({ imagesApiUrl }) => imagesApiUrl === null,
    defaultText: 'unset: true with the embedded Images API, else false',
    meaning: 'Serves the console, a web page for sharing images, at `/console`.',
  }),
  corsOrigins: text({
    name: 'CORS_ORIGINS',
    default: '*',
    takes: '`*`, or origins separated by commas',
    meaning: 'Web origins whose pages may call the gateway.',
    parse: parseOrigins,
  }),
  trustedDocuments: choice({
    name: 'TRUSTED_DOCUMENTS',
    words: ['off', 'log', 'enforce'],
    default: 'off',
    meaning: 'Treatment of documents that are not in `TRUSTED_DOCUMENTS_FILE`: none, a line in the log, or refusal.',
  }),
  trustedDocumentsManifest: optional({
    name: 'TRUSTED_DOCUMENTS_FILE',
    defaultText: 'unset',
    takes: 'path of a manifest as written by Relay, Apollo or GraphQL Code Generator',
    meaning: 'Documents that clients use, each with its id. SIGHUP reads the file again.',
    parse: readTrustedDocuments,
  }),
  logLevel: choice({
    name: 'LOG_LEVEL',
    words: ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
    default: 'info',
    meaning: 'Lowest level that is logged, as JSON lines on standard error.',
  }),
  logFormat: choice({
    name: 'LOG_FORMAT',
    words: ['iso', 'pino'],
    default: 'iso',
    meaning:
      'How lines of the log tell time and level: ISO 8601 and a name, or the numbers that pino writes by itself.',
  }),
  shutdownGraceMs: wholeNumber({
    name: 'SHUTDOWN_GRACE_MS',
    default: 10_000,
    unit: 'milliseconds',
    from: 0,
    to: 600_000,
    meaning: 'Time that requests in flight may take to finish after SIGTERM.',
  }),
  drainDelayMs: wholeNumber({
    name: 'DRAIN_DELAY_MS',
    default: 0,
    unit: 'milliseconds',
    from: 0,
    to: 600_000,
    meaning:
      'Time that connections are still accepted after SIGTERM, with `/readyz` at 503, so that a load balancer notices.',
  }),
};
