import { expect, it } from 'vitest';
import { settingTable } from '../../src/settings/settings.ts';
import { findUnknownNames } from '../../src/settings/unknown-names.ts';

it.each([
  ['MAX_CONCURENT_OPERATIONS', 'MAX_CONCURRENT_OPERATIONS'],
  ['LOGLEVEL', 'LOG_LEVEL'],
  ['log_level', 'LOG_LEVEL'],
  ['IMAGE_API_URL', 'IMAGES_API_URL'],
  ['UPSTREAM_TIMEOUT_MS', 'UPSTREAM_DEADLINE_MS'],
  ['ROUTER_SECRETS_FILE', 'ROUTER_SECRET_FILE'],
  ['ROUTER_SECRET2', 'ROUTER_SECRET'],
  ['RATE_LIMIT_PER_USER', 'RATE_LIMIT_PER_TOKEN'],
  ['ADMIN_PROT', 'ADMIN_PORT'],
  ['SHUTDOWN_GRACE', 'SHUTDOWN_GRACE_MS'],
])('for %s, the warning suggests %s', (name, nearest) => {
  const lines = findUnknownNames({ [name]: 'canary' });
  expect(lines).toEqual([expect.stringMatching(new RegExp(`^${name} .* ${nearest}\\?$`))]);
  expect(lines.join()).not.toContain('canary');
});

it('settings, and variables of other programs, cause no warning', () => {
  const settings = Object.values(settingTable).map(({ name }) => name);
  const others = ['PATH', 'HOME', 'HOSTNAME', 'PWD', 'SHLVL', 'LANG', 'NODE_ENV', 'NODE_OPTIONS', 'NODE_COMPILE_CACHE'];
  const kubernetes = ['KUBERNETES_SERVICE_HOST', 'KUBERNETES_PORT', 'GATEWAY_SERVICE_PORT_HTTP'];
  const openTelemetry = ['OTEL_EXPORTER_OTLP_HEADERS', 'OTEL_RESOURCE_ATTRIBUTES', 'OTEL_SDK_DISABLED'];
  const simulator = ['IMAGES_API_HOST', 'IMAGES_API_PORT'];
  const names = [...settings, 'ROUTER_SECRET_FILE', ...others, ...kubernetes, ...openTelemetry, ...simulator];
  expect(findUnknownNames(Object.fromEntries(names.map((name) => [name, 'x'])))).toEqual([]);
});
