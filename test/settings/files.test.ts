import { createPrivateKey } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { runCommand } from '../../src/command-line/run-command.ts';
import { type Environment, parseSettings, SettingsError } from '../../src/settings/parse-settings.ts';
import { settingTable } from '../../src/settings/settings.ts';
import { createCertificate } from '../support/certificates.ts';

const folder = mkdtempSync(join(tmpdir(), 'files-'));
let count = 0;

function write(content: string): string {
  const path = join(folder, String(count++));
  writeFileSync(path, content);
  return path;
}

const { cert, key, file: certFile, keyFile } = createCertificate();
const other = createCertificate();
const damaged = cert.replace(/[A-Za-z0-9]{20}/, 'AAAAAAAAAAAAAAAAAAAA');
const unfinished = cert.slice(0, -30);
const encryption = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' } as const;
const encryptedKey = createPrivateKey(key).export(encryption).toString();
const manifest = '{"a": "{ __typename }"}';

const noCertificates = {
  'only a key': key,
  'a certificate in DER': Buffer.from(cert.split('\n').slice(1, -2).join(''), 'base64').toString('latin1'),
  'a damaged certificate': damaged,
  'a certificate that is cut off': unfinished,
  'a good and a damaged certificate': cert + damaged,
  'a damaged and a good certificate': damaged + cert,
  'a certificate that is cut off before a good one': `${unfinished}\n${cert}`,
  'an indented certificate': cert.replaceAll(/^/gm, '  '),
  'PEM without content': '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n',
};
const noKey = { 'a certificate': cert, 'an encrypted key': encryptedKey, 'a key that is cut off': key.slice(0, -30) };
const noManifest = {
  'no object': '[]',
  'a document that cannot be parsed': '{"a": "{"}',
  'an id of two lines': '{"a\\nb": "{"}',
  'an entry that is null': '{"format": "apollo-persisted-query-manifest", "operations": [null]}',
};

/** For every setting that names a file: a good content, and bad ones by what they are. */
const files: Readonly<Record<string, { good: string; bad: Readonly<Record<string, string>>; with?: Environment }>> = {
  TRUSTED_DOCUMENTS_FILE: { good: manifest, bad: noManifest },
  UPSTREAM_CA_FILE: { good: cert + other.cert, bad: noCertificates },
  UPSTREAM_CERT_FILE: { good: cert, bad: noCertificates, with: { UPSTREAM_KEY_FILE: keyFile } },
  UPSTREAM_KEY_FILE: { good: key, bad: { ...noKey, 'another key': other.key }, with: { UPSTREAM_CERT_FILE: certFile } },
  EVENTS_CA_FILE: { good: cert, bad: noCertificates },
  ROUTER_SECRET_FILE: { good: 'a-secret-of-a-router', bad: { 'a short secret': 'short' } },
  EVENTS_AMQP_URL_FILE: { good: 'amqp://user:password@broker', bad: { 'another URL': 'http://broker' } },
  OTEL_EXPORTER_OTLP_HEADERS_FILE: { good: 'api-key=value', bad: { 'no pair': 'api-key' } },
  OTEL_EXPORTER_OTLP_TRACES_HEADERS_FILE: { good: 'api-key=value', bad: { 'no pair': 'api-key' } },
};

it('these are all settings that name a file', () => {
  const names = Object.values(settingTable).flatMap(({ name, isSecret }) =>
    isSecret ? [`${name}_FILE`] : name.endsWith('_FILE') ? [name] : [],
  );
  expect(Object.keys(files).sort()).toEqual(names.sort());
});

/** What `--check-config` prints, and its exit code. */
async function check(environment: Environment) {
  let errors = '';
  const write = (chunk: Buffer, _encoding: string, done: () => void): void => {
    errors += String(chunk);
    done();
  };
  const streams = { output: new Writable(), errors: new Writable({ write }) };
  const outcome = await runCommand({ ...streams, args: ['--check-config'], environment, installed: false });
  return { lines: errors.split('\n').slice(0, -1), outcome };
}

describe.each(Object.entries(files))('%s', (name, { good, bad, with: others = {} }) => {
  const paths: readonly (readonly [string, string])[] = [
    ['a missing file', '/no/such/file'],
    ['a folder', folder],
    ['an empty file', write(' \n')],
    ['arbitrary bytes', write('\0garbage\xff')],
    ...Object.entries(bad).map(([what, content]) => [what, write(content)] as const),
  ];

  it.each(paths)(
    'that names %s is one line of --check-config, and stops the start with the same line',
    async (_what, path) => {
      const environment = { ...others, [name]: path };
      const { lines, outcome } = await check(environment);
      expect(lines).toEqual([expect.stringMatching(new RegExp(`^${name} .*\\.$`))]);
      expect(outcome).toEqual({ exitCode: 1 });
      expect(() => parseSettings(environment)).toThrow(new SettingsError(lines));
    },
  );

  it('is accepted by both otherwise, also with a byte order mark and line breaks of Windows', async () => {
    for (const content of [good, `\uFEFF${good.replaceAll('\n', '\r\n')}`]) {
      const environment = { ...others, [name]: write(content) };
      expect(await check(environment)).toEqual({ lines: [], outcome: { exitCode: 0 } });
      expect(() => parseSettings(environment)).not.toThrow();
    }
  });
});

it('a broken file does not hide the mistakes of other settings', async () => {
  const environment = { PORT: 'many', UPSTREAM_CA_FILE: write(damaged), TRUSTED_DOCUMENTS_FILE: write('{') };
  const { lines } = await check({ ...environment, TRUSTED_DOCUMENTS: 'enforce' });
  expect(lines.map((line) => line.split(' ', 1)[0]).sort()).toEqual([
    'PORT',
    'TRUSTED_DOCUMENTS_FILE',
    'UPSTREAM_CA_FILE',
  ]);
});

it('the message about a damaged certificate says which one it is', () => {
  expect(() => parseSettings({ UPSTREAM_CA_FILE: write(cert + damaged) })).toThrow(/number 2 of 2 in .* is damaged/);
});

it('a certificate whose key is too short for OpenSSL is refused, with the reason', () => {
  const weak = createCertificate(['-newkey', 'rsa:1024']);
  const environment = { UPSTREAM_CERT_FILE: weak.file, UPSTREAM_KEY_FILE: weak.keyFile };
  expect(() => parseSettings(environment)).toThrow(/^UPSTREAM_CERT_FILE must hold .*key too small\.$/);
});
