/** A stored login as options of the library. */
import { stateDirectory } from '../../state-directory.js';
import type { ClientOptions } from '../client-options.js';
import { tlsOfLogin } from './login-server.js';
import { openLogins } from './open-logins.js';
import { pickLogin } from './pick-login.js';
import { parseServerName } from './stored-login.js';
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
    tls: tlsOfLogin(login) ?? false,
    followLocations: false,
    ...(user === undefined ? {} : { username: user }),
    ...(token === undefined ? (password === undefined ? {} : { password }) : { token }),
  };
}
