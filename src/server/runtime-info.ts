import type { RuntimeInfo } from '../runtime-file.js';
import type { RunningServer } from './running-server.js';

/** What clients of the same user on this machine need to reach, trust and enter a server of this process. */
export function runtimeInfo({ startupToken, username, address, tls }: RunningServer): RuntimeInfo {
  return {
    pid: process.pid,
    host: address.host,
    port: address.port,
    user: username,
    ...(startupToken !== undefined && { token: startupToken }),
    tls: tls !== undefined,
    ...(tls?.roots !== undefined && { roots: tls.roots }),
    ...(tls !== undefined && { pin: tls.pin }),
  };
}
