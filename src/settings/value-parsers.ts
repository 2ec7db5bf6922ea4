/**
 * Parses the base URL of an API. The result ends in the API's version. Credentials are not allowed.
 *
 * @returns undefined for an invalid URL.
 */
export function parseApiUrl(value: string, version: 'v2' | 'v3'): URL | undefined {
  const url = parseHttpUrl(value);
  if (url === undefined || url.search || url.hash) return undefined;
  const path = url.pathname.replace(/\/+$/, '');
  url.pathname = path.endsWith(`/${version}`) ? path : `${path}/${version}`;
  return url;
}

/** Parses an http or https URL without credentials. */
export function parseHttpUrl(value: string): URL | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username || url.password) return undefined;
  return url;
}

/** Parses the URL of a message broker. */
export function parseAmqpUrl(value: string): string | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  return url !== undefined && /^amqps?:$/.test(url.protocol) && url.hostname !== '' ? value : undefined;
}

/** Parses the base URL of a trace collector, and appends the path defined by OTLP over HTTP. */
export function parseTracesEndpoint(value: string): URL | undefined {
  const url = parseHttpUrl(value);
  return url && new URL(`${url.href.replace(/\/+$/, '')}/v1/traces`);
}

/**
 * Parses `name=value` pairs that are separated by commas, with percent-encoded values. Source: OpenTelemetry, "Resource
 * SDK", and "Protocol Exporter".
 *
 * @returns undefined unless every name matches the pattern and every value is visible ASCII and spaces.
 */
export function parseKeyValues(value: string, name: RegExp): Readonly<Record<string, string>> | undefined {
  const pairs = value
    .split(',')
    .filter((pair) => pair.trim() !== '')
    .map((pair) => {
      const [key = '', ...rest] = pair.split('=');
      return [key.trim(), rest.length === 0 ? undefined : decode(rest.join('=').trim())] as const;
    });
  const valid = pairs.every(([key, text]) => name.test(key) && text !== undefined && /^[\x20-\x7e]*$/.test(text));
  return valid ? Object.fromEntries(pairs.map(([key, text = '']) => [key, text])) : undefined;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Parses words of a list, separated by commas. @returns undefined if there is another one. */
export function parseWords<const Word extends string>(value: string, words: readonly Word[]): Word[] | undefined {
  const found = value.split(',').map((part) => words.find((word) => word === part.trim()));
  return found.every((word) => word !== undefined) ? found : undefined;
}

/** Parses web origins separated by commas, or `*`. */
export function parseOrigins(value: string): '*' | string[] | undefined {
  if (value === '*') return '*';
  const origins = value.split(',').map((origin) => origin.trim());
  const valid = origins.every((origin) => URL.canParse(origin) && new URL(origin).origin === origin);
  return valid ? origins : undefined;
}

/** Parses a host name, an address, or the absolute path of a Unix socket, which has at most 107 bytes on Linux. */
export function parseHost(value: string): string | undefined {
  const isPath = value.startsWith('/') && !value.endsWith('/') && Buffer.byteLength(value) <= 107;
  return isPath || /^[\w.:-]+$/.test(value) ? value : undefined;
}

/** Parses a secret and, after a space or a line break, the one that it replaces. */
export function parseSecrets(value: string): readonly string[] | undefined {
  const secrets = value.split(/\s+/);
  return secrets.length <= 2 && secrets.every((secret) => /^[\x21-\x7e]{16,256}$/.test(secret)) ? secrets : undefined;
}

/** @returns a parser that accepts values that match the pattern. */
export function matching(pattern: RegExp): (value: string) => string | undefined {
  return (value) => (pattern.test(value) ? value : undefined);
}
