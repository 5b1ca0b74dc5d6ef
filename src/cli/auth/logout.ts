/** `gizmo auth logout`. */
import type { Logins } from '../../client/credentials/logins.js';
import type { LoginSummary } from '../../client/credentials/stored-login.js';
import { GizmoError } from '../../errors.js';
import { type FlagSpec, parseLine } from '../parse-line.js';
import { writeWarning } from '../report-error.js';
import { showResult } from '../show-result.js';
import { AUTH_FLAGS, findLogin, namedLogin, nobody, openUserLogins } from './common.js';

/** In the order help shows them. */
export const LOGOUT_FLAGS = {
  all: { kind: 'switch', summary: 'every login', group: 'LOGOUT' },
  force: { kind: 'switch', summary: 'forget it even if its secret cannot be deleted', group: 'LOGOUT' },
  ...AUTH_FLAGS,
} as const satisfies Record<string, FlagSpec>;

/** Answers the exit code. */
export async function runLogout(argv: readonly string[]): Promise<number> {
  const line = parseLine(argv, LOGOUT_FLAGS);
  const word = namedLogin(line);
  const all = line.isOn('all') === true;
  if (all && word !== undefined) throw new GizmoError('USAGE', '--all goes without a login of its own.');
  const logins = await openUserLogins();
  const chosen = all ? logins.list() : [await findLogin(logins, word)];
  if (chosen.length === 0) throw new GizmoError('UNAUTHENTICATED', await nobody());
  const force = line.isOn('force') === true;
  const results: { name: string; server: string; revoked?: boolean }[] = [];
  for (const login of chosen) {
    const notRevoked = await revoke(logins, login);
    if (notRevoked !== undefined) writeWarning(notRevoked);
    await logins.delete(login.name, (error) => {
      if (!force) throw unlessForced(login, error);
      writeWarning(error.message);
    });
    results.push({
      name: login.name,
      server: login.server,
      ...(login.oidc === undefined ? {} : { revoked: notRevoked === undefined }),
    });
  }
  showResult(line, { loggedOut: results }, ({ loggedOut }) =>
    loggedOut.map(({ name }) => `Logged out of ${name}.`).join('\n'),
  );
  return 0;
}

function unlessForced({ name }: LoginSummary, error: GizmoError): GizmoError {
  const sentence = `${error.message} To forget the login all the same: gizmo auth logout ${name} --force`;
  return new GizmoError(error.code, sentence, { cause: error });
}

/** Takes a login at an identity provider back there; why it could not be, as a sentence. */
async function revoke(logins: Logins, login: LoginSummary): Promise<string | undefined> {
  if (login.oidc === undefined) return undefined;
  try {
    const stored = await logins.load(login);
    const { revokeLogin } = await import('../../client/login/revoke-login.js');
    return await revokeLogin(stored);
  } catch (error) {
    if (error instanceof GizmoError) return error.message;
    throw error;
  }
}
