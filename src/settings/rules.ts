import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { Launch } from './environment.ts';
import type { Basis } from './setting.ts';
import type { Settings } from './settings.ts';

/** A rule about several settings. @returns the mistake, starting with the name of a setting, or null. */
type Rule = (settings: Settings, byDefault: Basis, launch: Launch) => string | null;

/** All rules about several settings. */
export const rules: readonly Rule[] = [
  ({ production, imagesApiUrl }, byDefault) =>
    (production || byDefault.production) && imagesApiUrl === null
      ? 'IMAGES_API_URL must be set in production. The command `image-sharing-gateway demo` needs no Images API.'
      : null,
  ({ imagesApiUrl }, _byDefault, launch) =>
    launch === 'demo' && imagesApiUrl !== null
      ? 'IMAGES_API_URL must not be set for `demo`, which serves the embedded Images API.'
      : null,
  ({ trustedDocuments, trustedDocumentsManifest }) =>
    trustedDocuments !== 'off' && trustedDocumentsManifest === null
      ? 'TRUSTED_DOCUMENTS_FILE must be set unless TRUSTED_DOCUMENTS is off.'
      : null,
  ({ upstreamCert, upstreamKey }) =>
    upstreamCert !== null && upstreamKey === null
      ? 'UPSTREAM_KEY_FILE must be set if UPSTREAM_CERT_FILE is set.'
      : null,
  ({ upstreamCert, upstreamKey }) =>
    upstreamCert === null && upstreamKey !== null
      ? 'UPSTREAM_CERT_FILE must be set if UPSTREAM_KEY_FILE is set.'
      : null,
  ({ upstreamCert, upstreamKey }) => {
    if (upstreamCert === null || upstreamKey === null) return null;
    if (!new X509Certificate(upstreamCert).checkPrivateKey(createPrivateKey(upstreamKey))) {
      return 'UPSTREAM_KEY_FILE must hold the private key of the first certificate in UPSTREAM_CERT_FILE.';
    }
    const objection = findObjection(upstreamCert, upstreamKey);
    return objection === null ? null : `UPSTREAM_CERT_FILE must hold certificates that OpenSSL accepts: ${objection}.`;
  },
  ({ adminHost, adminPort }) =>
    adminHost !== null && !adminHost.startsWith('/') && adminPort === null
      ? 'ADMIN_PORT must be set if ADMIN_HOST is a name or an address.'
      : null,
  ({ adminHost, adminPort, host }) =>
    adminPort !== null && adminHost === null && host.startsWith('/')
      ? 'ADMIN_HOST must be set if ADMIN_PORT is set and HOST is a socket.'
      : null,
  ({ adminHost, adminPort, host, port }) =>
    (adminHost ?? host) === host && (host.startsWith('/') ? adminHost !== null : adminPort === port && port !== 0)
      ? 'ADMIN_HOST and ADMIN_PORT must not be the same as HOST and PORT.'
      : null,
];

/** Why OpenSSL refuses to use this certificate, such as a key that is too short; null if it does not. */
function findObjection(cert: string, key: string): string | null {
  try {
    createSecureContext({ cert, key });
    return null;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^.*::/s, '') : String(error);
  }
}
