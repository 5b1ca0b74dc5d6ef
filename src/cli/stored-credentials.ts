/** What a stored login sends to its server: fetched when it is needed, and only where it may go. */
import { GizmoError } from '../errors.js';
import type { Connection } from './connection.js';
import type { FoundCredentials } from './credentials.js';
import { writeWarning } from './report-error.js';
import { type ChosenStoredLogin, trustOf } from './stored-login.js';

/**
 * Undefined where the connection is proven less than the one that the login was made over; that is said.
 * @throws GizmoError UNAUTHENTICATED for a login that has expired, or whose secret cannot be fetched
 */
export async function fetchStoredCredentials(
  { login, logins, isNamed }: ChosenStoredLogin,
  connection: Connection,
): Promise<FoundCredentials | undefined> {
  const [{ mayTravel, serverName }, { usableLogin }] = await Promise.all([
    import('../client/credentials/stored-login.js'),
    import('../client/credentials/usable-login.js'),
  ]);
  const link = trustOf(connection);
  if (!mayTravel(login, serverName(connection.host, connection.port), link)) {
    const sentence = `The stored login ${login.name} is not sent ${LINKS[link]}.`;
    if (isNamed) throw new GizmoError('USAGE', sentence);
    writeWarning(sentence);
    return undefined;
  }
  const stored = await usableLogin(logins, login);
  const { user, token, password } = stored;
  const common = { source: `the stored login ${login.name}`, isStored: true };
  if (token !== undefined)
    return { kind: 'bearer', token, ...(user === undefined ? {} : { user }), ...common };
  if (password !== undefined && user !== undefined) return { kind: 'password', user, password, ...common };
  return { kind: 'none', isStored: true };
}

const LINKS = {
  verified: 'there',
  unverified: 'to a server that is not verified (--tls-skip-verify)',
  plaintext: 'without TLS',
} as const;
