/** What a server's TLS is started with. */
import type { CertificateMapping } from '../model/certificate-mapping.js';

export interface TlsConfig {
  readonly identity: TlsIdentityConfig;
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
  /** Undefined: clients are not asked for certificates. */
  readonly clients: ClientCertificatesConfig | undefined;
}

/** Where the server's own certificate comes from. */
export type TlsIdentityConfig =
  | { readonly kind: 'files'; readonly certFile: string; readonly keyFile: string }
  /** A development PKI of this user in a directory, or, without one, in memory for as long as the server runs. */
  | { readonly kind: 'auto'; readonly directory: string | undefined };

export interface ClientCertificatesConfig {
  /** PEM file with the CAs that sign client certificates. */
  readonly caFile: string;
  /** File with their revocation lists. */
  readonly crlFile: string | undefined;
  /** What a list past its nextUpdate means to the certificates it is about. */
  readonly crlStale: 'refuse' | 'warn';
  /** Without one there is no connection; otherwise one that is shown is verified. */
  readonly required: boolean;
  /** Whom they stand for; undefined: they only open the connection, and name nobody. */
  readonly principals: readonly CertificateMapping[] | undefined;
}
