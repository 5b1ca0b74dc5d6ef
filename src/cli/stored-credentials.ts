/** What a stored login sends to its server: fetched when it is needed, and only where it may go. */

import type { StoredLogin } from '../client/credentials/stored-login.js';
import { GizmoError } from '../errors.js';
import { askLine } from './ask-line.js';
import type { Connection } from './connection.js';
import { toConnectionPlan } from './connection-plan.js';
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
  const { credentials: _, ...server } = toConnectionPlan(connection, { kind: 'none' });
  const stored = await usableLogin(logins, login, server).catch((error: unknown) =>
    offerLogin(error, { login, logins, isNamed }, connection),
  );
  const { user, token, password } = stored;
  const common = { source: `the stored login ${login.name}`, isStored: true };
  if (token !== undefined)
    return { kind: 'bearer', token, ...(user === undefined ? {} : { user }), ...common };
  if (password !== undefined && user !== undefined) return { kind: 'password', user, password, ...common };
  return { kind: 'none', isStored: true };
}

/** Somebody at a terminal whose login at an identity provider has ended may log in again at once; a script is told. */
async function offerLogin(
  error: unknown,
  { login, logins }: ChosenStoredLogin,
  connection: Connection,
): Promise<StoredLogin> {
  const isTerminal = process.stdin.isTTY === true && process.stderr.isTTY === true;
  const ended = error instanceof GizmoError && error.code === 'UNAUTHENTICATED';
  if (!ended || !isTerminal || login.oidc === undefined) throw error;
  writeWarning(error.message);
  const answer = await askLine('Log in again now? [Y/n] ');
  if (answer === undefined || !/^(y(es)?)?$/i.test(answer)) throw error;
  const { provenByProvider } = await import('./provider-login.js');
  const again: StoredLogin = {
    ...login,
    ...(await provenByProvider(toConnectionPlan(connection, { kind: 'none' }), {})),
  };
  await logins.save(again);
  return again;
}

const LINKS = {
  verified: 'there',
  unverified: 'to a server that is not verified (--tls-skip-verify)',
  plaintext: 'without TLS',
} as const;
