/** The server of a stored login, as it was reached when the login was made. */
import { readFileSync } from 'node:fs';
import { describeErrno } from '../../errno.js';
import { GizmoError } from '../../errors.js';
import type { ConnectOptions, TlsOptions } from '../connect/options.js';
import { type LoginSummary, parseServerName } from './stored-login.js';

/** Whoever logs in there. */
export type LoginServer = Omit<ConnectOptions, 'credentials'>;

/** @throws GizmoError USAGE for certificates that cannot be read */
export function serverOfLogin(login: LoginSummary): LoginServer {
  const { host = 'localhost', port = 0 } = parseServerName(login.server) ?? {};
  return { host, port, tls: tlsOfLogin(login) };
}

/** Undefined for one without TLS. @throws GizmoError USAGE for certificates that cannot be read */
export function tlsOfLogin({ trust, tls = {} }: LoginSummary): TlsOptions | undefined {
  if (trust === 'plaintext') return undefined;
  const { roots, pins, serverName, cert, key } = tls;
  return {
    ...(trust === 'unverified' ? { skipVerify: true } : {}),
    ...(roots === undefined ? {} : { roots: readPem(roots) }),
    ...(pins === undefined ? {} : { pins: splitPins(pins) }),
    ...(serverName === undefined ? {} : { serverName }),
    ...(cert === undefined || key === undefined
      ? {}
      : { clientCertificate: { cert: readPem(cert), key: readPem(key) } }),
  };
}

/** As `--tls-pin` separates them. */
function splitPins(pins: string): string[] {
  return pins.split(/[;,]\s*/).filter((pin) => pin !== '');
}

function readPem(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new GizmoError('USAGE', `Cannot read ${path} of the stored login: ${describeErrno(cause)}.`, {
      cause,
    });
  }
}
