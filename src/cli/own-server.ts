/** A server that the same user runs on this machine says in a file how to reach, verify and enter it. */
import { findRuntimeFile, type RuntimeInfo } from '../runtime-file.js';
import type { Connection } from './connection.js';
import type { ConnectionTls } from './connection-tls.js';
import { userRuntimeDirectory } from './runtime-directory.js';

export interface OwnServer {
  readonly info: RuntimeInfo;
  /** Where it listens, and nothing that its file says holds for any other place. */
  readonly address: string;
}

/**
 * The one that is meant by a loopback host and port. Another user of this machine may listen on the same port of
 * another loopback address, such as ::1, which `localhost` can mean too.
 */
export function findOwnServer({ host, port }: Pick<Connection, 'host' | 'port'>): OwnServer | undefined {
  const info = findRuntimeFile(host, port, userRuntimeDirectory());
  if (info === undefined) return undefined;
  const address = addressOf(info.host);
  const named = host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  return named === 'localhost' || named === address ? { info, address } : undefined;
}

function addressOf(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}

/**
 * The TLS of a connection, where its user has said nothing of it or no more than that there is to be some: what the
 * server's own file says then proves it. The authority goes before the pin, which a renewed key outdates.
 */
export function resolveOwnTls(tls: Connection['tls'], own: OwnServer | undefined): ConnectionTls | undefined {
  if (tls === 'off') return undefined;
  if (own?.info.tls !== true) return tls === 'plain' ? undefined : tls;
  const wish: ConnectionTls = tls === 'plain' ? { skipVerify: false } : tls;
  if (wish.skipVerify || wish.roots !== undefined || wish.pins !== undefined) return wish;
  const { roots, pin } = own.info;
  if (roots !== undefined) return { ...wish, roots: Buffer.from(roots) };
  return pin === undefined ? wish : { ...wish, pins: [pin] };
}
