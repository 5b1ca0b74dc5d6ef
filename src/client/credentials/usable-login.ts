/** A stored login as it goes to its server. */
import { GizmoError } from '../../errors.js';
import { isStale } from './is-stale.js';
import { type LoginServer, serverOfLogin } from './login-server.js';
import type { Logins } from './logins.js';
import { type LoginSummary, loginCommand, type StoredLogin } from './stored-login.js';

/**
 * A login with its secrets, which has not expired: renewed at its identity provider where that is needed and can be.
 * @param server how its server is reached, where that is known better than the login knows it
 * @throws GizmoError UNAUTHENTICATED for one that has expired, or whose secret cannot be fetched; UNAVAILABLE where the
 *   identity provider cannot be reached
 */
export async function usableLogin(
  logins: Logins,
  login: LoginSummary,
  server?: LoginServer,
): Promise<StoredLogin> {
  const stored = await logins.load(login);
  if (!isStale(stored)) return stored;
  const lasts = (stored.expiresAtS ?? 0) * 1000 > Date.now();
  if (stored.oidc !== undefined && stored.refreshToken !== undefined) {
    const { refreshLogin } = await import('../login/refresh-login.js');
    try {
      return await refreshLogin(logins, login, { server: server ?? serverOfLogin(login) });
    } catch (error) {
      if (!lasts) throw error;
    }
  }
  if (lasts) return stored;
  throw expired(stored);
}

function expired(login: StoredLogin): GizmoError {
  const { name, expiresAtS = 0 } = login;
  const when = new Date(expiresAtS * 1000).toISOString().slice(0, 16).replace('T', ' ');
  return new GizmoError(
    'UNAUTHENTICATED',
    `The stored login ${name} expired at ${when} UTC. Log in again: ${loginCommand(login)}`,
  );
}
