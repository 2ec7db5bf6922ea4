import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ManifestError, parseTrustedDocuments, type TrustedDocuments } from '../graphql/trusted-documents.ts';
import { InvalidValue } from './setting.ts';

/** The labels of a certificate in PEM that OpenSSL accepts. Source: OpenSSL, `PEM_read_bio_X509_AUX`. */
const label = '(?:X509 |TRUSTED )?CERTIFICATE';

/** Reads a text file. @throws InvalidValue if it cannot be read, or is empty. */
export function readFile(path: string): string {
  let text: string;
  try {
    // A byte order mark is no part of the text.
    text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new InvalidValue(`must name a readable file; ${JSON.stringify(path)} cannot be read (${code})`);
  }
  if (text.trim() === '') throw new InvalidValue(`must not name an empty file; ${JSON.stringify(path)} is empty`);
  return text;
}

/**
 * Reads a file of certificates in PEM. Every certificate is parsed, because TLS ignores everything after the first one that
 * is damaged, and so would trust fewer authorities than the file names.
 *
 * @returns its text. @throws InvalidValue if the file holds no certificate, or a damaged one.
 */
export function readCertificates(path: string): string {
  const pem = readFile(path);
  const begun = pem.match(new RegExp(`-----BEGIN ${label}-----`, 'g'))?.length ?? 0;
  if (begun === 0) throw new InvalidValue(`must hold certificates in PEM; ${JSON.stringify(path)} has none`);
  const certificates = pem.match(new RegExp(`^-----BEGIN (${label})-----[^-]*^-----END \\1-----`, 'gm')) ?? [];
  const damaged = certificates.findIndex((certificate) => !isCertificate(certificate));
  if (damaged === -1 && certificates.length === begun) return pem;
  const which = damaged === -1 ? 'one' : `number ${damaged + 1}`;
  throw new InvalidValue(`must hold certificates in PEM; ${which} of ${begun} in ${JSON.stringify(path)} is damaged`);
}

/** Reads a file with a private key in PEM. @returns its text. @throws InvalidValue if it holds none, or an encrypted one. */
export function readPrivateKey(path: string): string {
  const pem = readFile(path);
  try {
    createPrivateKey(pem);
    return pem;
  } catch {
    throw new InvalidValue(`must hold a private key in PEM, without a passphrase; ${JSON.stringify(path)} does not`);
  }
}

/** Reads a manifest of trusted documents. @throws InvalidValue if it is not one. */
export function readTrustedDocuments(path: string): TrustedDocuments {
  const text = readFile(path);
  try {
    return parseTrustedDocuments(text);
  } catch (error) {
    throw error instanceof ManifestError ? new InvalidValue(error.message) : error;
  }
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}
