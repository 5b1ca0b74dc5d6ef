/** `gizmo auth token`: the one command that shows a secret. */
import { GizmoError } from '../../errors.js';
import { parseLine } from '../parse-line.js';
import { AUTH_FLAGS, findLogin, namedLogin, openUserLogins } from './common.js';

/** In the order help shows them. */
export const TOKEN_FLAGS = AUTH_FLAGS;

/** Answers the exit code. */
export async function runToken(argv: readonly string[]): Promise<number> {
  const line = parseLine(argv, TOKEN_FLAGS);
  const logins = await openUserLogins();
  const login = await findLogin(logins, namedLogin(line));
  const { usableLogin } = await import('../../client/credentials/usable-login.js');
  const { token, expiresAtS, server, user } = await usableLogin(logins, login);
  if (token === undefined)
    throw new GizmoError(
      'UNAUTHENTICATED',
      `The login ${login.name} is by ${login.method === 'mtls' ? 'a client certificate' : 'a password'} and has no token.`,
    );
  const expiresAt = expiresAtS === undefined ? undefined : new Date(expiresAtS * 1000).toISOString();
  const answer =
    line.isOn('json') === true ? JSON.stringify({ token, server, user, expiresAt }, undefined, 2) : token;
  process.stdout.write(`${answer}\n`);
  return 0;
}
