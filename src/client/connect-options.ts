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
}

export interface TlsOptions {
  /** PEM bundle that replaces the system's roots. */
  readonly roots?: Uint8Array;
  /** Accepts any server certificate. Refused together with `clientCertificate`, which it would hand to anyone. */
  readonly skipVerify?: boolean;
  readonly clientCertificate?: { readonly cert: Uint8Array; readonly key: Uint8Array };
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
