import { buildConnector, type Connector } from './undici.ts';

/** The certificates for connections to upstream, in PEM; null for those that are not configured. */
export interface Certificates {
  /** The certificate authorities to trust; null for those that Node trusts. */
  readonly upstreamCa: string | null;
  /** The client certificate. */
  readonly upstreamCert: string | null;
  /** The private key of the client certificate. */
  readonly upstreamKey: string | null;
}

/**
 * Opens connections with certificates that can be replaced while the gateway runs. Open connections keep their old
 * certificates until `UPSTREAM_CONNECTION_AGE_MS` closes them.
 */
export class CertifiedConnector {
  #connect: Connector;

  constructor(certificates: Certificates) {
    this.#connect = build(certificates);
  }

  /** Uses these certificates for new connections. */
  replace(certificates: Certificates): void {
    this.#connect = build(certificates);
  }

  /** The `connect` option of a connection pool. */
  readonly connect: Connector = (options, callback) => this.#connect(options, callback);
}

function build({ upstreamCa: ca, upstreamCert: cert, upstreamKey: key }: Certificates): Connector {
  return buildConnector({
    allowH2: false,
    ...(ca !== null && { ca }),
    ...(cert !== null && key !== null && { cert, key }),
  });
}
