/** Everything it takes to reach and enter a server, complete: flags, environment and URI are resolved by then. */

export interface ConnectOptions {
  readonly host: string;
  readonly port: number;
  readonly tls: TlsOptions | undefined;
  readonly credentials: Credentials;
  /** Time for TCP, TLS and the handshake together; 10,000 by default. grpc-js itself would wait for ever. */
  readonly connectTimeoutMs?: number;
  /** Largest message accepted, in bytes; unlimited by default. */
  readonly receiveBytesMax?: number;
  /** Sent with every call: what a proxy or another server asks for. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether cookies that the server sets are sent back, by which some servers know a session. True by default. */
  readonly cookies?: boolean;
  /** Whether parts of a result are fetched from other servers that the first one names. True by default. */
  readonly followLocations?: boolean;
  /** Told what the user should know and cannot see, such as that this machine has no certificate store. */
  readonly warn?: (sentence: string) => void;
}

/** How a server proves who it is, and the client too. The empty object verifies by the system's authorities. */
export interface TlsOptions {
  /** PEM bundle of the certificates to trust instead of the system's: authorities, or the server's own. */
  readonly roots?: Uint8Array;
  /**
   * SHA-256 of the server key's SubjectPublicKeyInfo, as 64 hex digits or `sha256//BASE64`; one of them must match the
   * server's certificate. Without `roots` a match is all the proof there is: issuer, name and dates do not count, as
   * with DANE-EE (RFC 7671 §5.1). With `roots` both must hold.
   */
  readonly pins?: readonly string[];
  /** Name or address that the certificate must be for, and that is asked for (SNI); `host` by default. */
  readonly serverName?: string;
  /** Accepts any server certificate. Refused together with `clientCertificate`, which it would show to anyone. */
  readonly skipVerify?: boolean;
  /** PEM: the certificate, followed by its intermediates; and its key, which `passphrase` decrypts. */
  readonly clientCertificate?: ClientCertificate;
}

export interface ClientCertificate {
  readonly cert: Uint8Array;
  readonly key: Uint8Array;
  readonly passphrase?: string;
}

export type Credentials =
  /** Nobody, or whoever the client certificate says. */
  | { readonly kind: 'none' }
  /** Exchanged for a session token in the handshake. */
  | {
      readonly kind: 'password';
      readonly user: string;
      readonly password: string;
      /** Where it came from, such as `GIZMO_PASSWORD`: named when it is refused. */
      readonly source?: string;
    }
  /** Sent as it is, on the handshake and every call. */
  | { readonly kind: 'bearer'; readonly token: string; readonly user?: string; readonly source?: string };
