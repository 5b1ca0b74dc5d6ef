/** What `connect` of src/client takes, from a connection and who logs in over it. */
import type { Connection } from './connection.js';
import type { ConnectionTls } from './connection-tls.js';
import type { FoundCredentials } from './credentials.js';
import { findOwnServer, resolveOwnTls } from './own-server.js';
import { writeWarning } from './report-error.js';

/** What `connect` of src/client takes. */
export interface ConnectionPlan {
  readonly host: string;
  readonly port: number;
  readonly tls: ConnectionTls | undefined;
  readonly connectTimeoutMs: number;
  readonly credentials: FoundCredentials;
  readonly followLocations: boolean;
  readonly warn: (sentence: string) => void;
}

/**
 * The address that comes with a token or with the proof of a server found on this machine goes before the name that
 * was typed; the certificate is for the name all the same.
 */
export function toConnectionPlan(connection: Connection, credentials: FoundCredentials): ConnectionPlan {
  const { host, port, connectTimeoutMs } = connection;
  const own = findOwnServer(connection);
  const tls = resolveOwnTls(connection.tls, own);
  const provedByFile = tls !== undefined && tls !== connection.tls;
  const address =
    (credentials.kind === 'bearer' ? credentials.host : undefined) ??
    (provedByFile ? own?.address : undefined);
  return {
    host: address ?? host,
    port,
    tls: tls === undefined || address === undefined ? tls : { serverName: host, ...tls },
    connectTimeoutMs,
    credentials,
    followLocations: credentials.isStored !== true,
    warn: writeWarning,
  };
}
