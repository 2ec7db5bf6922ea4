import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A self-signed certificate for loopback, with its files. */
export interface Certificate {
  readonly file: string;
  readonly keyFile: string;
  readonly cert: string;
  readonly key: string;
}

/** @param newKey the arguments of OpenSSL that choose the kind of key. */
export function createCertificate(
  newKey: readonly string[] = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'],
): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'));
  const [keyFile, file] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const args = ['req', '-x509', ...newKey, '-nodes', '-days', '1', '-keyout', keyFile, '-out', file, ...names];
  execFileSync('openssl', args, { stdio: 'ignore' });
  return { file, keyFile, cert: readFileSync(file, 'utf8'), key: readFileSync(keyFile, 'utf8') };
}
