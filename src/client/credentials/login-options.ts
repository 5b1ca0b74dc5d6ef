/** A stored login as options of the library. */
import { readFileSync } from 'node:fs';
import { describeErrno } from '../../errno.js';
import { GizmoError } from '../../errors.js';
import { stateDirectory } from '../../state-directory.js';
import type { ClientOptions } from '../client-options.js';
import type { TlsOptions } from '../connect/options.js';
import { openLogins } from './open-logins.js';
import { pickLogin } from './pick-login.js';
import { type LoginSummary, parseServerName } from './stored-login.js';
import { usableLogin } from './usable-login.js';

/**
 * Where to connect, how to prove the server, and the secret: of the login that `pickLogin` finds for the word.
 * @throws GizmoError UNAUTHENTICATED for a login that there is not, that has expired, or whose secret cannot be fetched
 */
export async function optionsOfLogin(word: string | undefined): Promise<ClientOptions> {
  const logins = openLogins(stateDirectory(process.env));
  const login = await usableLogin(logins, pickLogin(logins, word));
  const { user, token, password } = login;
  return {
    ...parseServerName(login.server),
    tls: tlsOf(login),
    followLocations: false,
    ...(user === undefined ? {} : { username: user }),
    ...(token === undefined ? (password === undefined ? {} : { password }) : { token }),
  };
}

function tlsOf({ trust, tls = {} }: LoginSummary): TlsOptions | false {
  if (trust === 'plaintext') return false;
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
