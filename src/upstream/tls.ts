import { buildConnector } from 'undici';

/** By what both ends of a connection prove who they are, as PEM; null where nothing is set. */
export interface Certificates {
  /** The authorities that may vouch for upstream; null for those that Node trusts. */
  readonly upstreamCa: string | null;
  /** What the gateway shows, with its private key. */
  readonly upstreamCert: string | null;
  readonly upstreamKey: string | null;
}

/**
 * Opens connections with certificates that can be replaced while the gateway runs. Connections that are open keep those
 * that they were opened with, until `UPSTREAM_CONNECTION_AGE_MS` ends them.
 */
export class CertifiedConnector {
  #connect: buildConnector.connector;

  constructor(certificates: Certificates) {
    this.#connect = build(certificates);
  }

  /** From now on, connections are opened with these certificates. */
  replace(certificates: Certificates): void {
    this.#connect = build(certificates);
  }

  /** What a pool of connections takes as `connect`. */
  readonly connect: buildConnector.connector = (options, callback) => this.#connect(options, callback);
}

function build({ upstreamCa: ca, upstreamCert: cert, upstreamKey: key }: Certificates): buildConnector.connector {
  return buildConnector({
    allowH2: false,
    ...(ca !== null && { ca }),
    ...(cert !== null && key !== null && { cert, key }),
  });
}
