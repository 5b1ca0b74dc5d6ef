/** A stored login as it goes to its server. */
import { GizmoError } from '../../errors.js';
import type { Logins } from './logins.js';
import type { LoginSummary, StoredLogin } from './stored-login.js';

/**
 * A login with its secrets, which has not expired.
 * @throws GizmoError UNAUTHENTICATED for one that has, or whose secret cannot be fetched
 */
export async function usableLogin(logins: Logins, login: LoginSummary): Promise<StoredLogin> {
  const stored = await logins.load(login);
  if (stored.expiresAtS !== undefined && stored.expiresAtS * 1000 <= Date.now()) throw expired(stored);
  return stored;
}

function expired({ name, expiresAtS = 0 }: StoredLogin): GizmoError {
  const when = new Date(expiresAtS * 1000).toISOString().slice(0, 16).replace('T', ' ');
  return new GizmoError(
    'UNAUTHENTICATED',
    `The stored login ${name} expired at ${when} UTC. Log in again: gizmo auth login --profile ${name}`,
  );
}
