/** What the commands of `gizmo auth` share: flags, the logins of the user, and which of them is meant. */
import type { Logins } from '../../client/credentials/logins.js';
import type { LoginSummary } from '../../client/credentials/stored-login.js';
import { GizmoError } from '../../errors.js';
import { refuseSurplus } from '../arguments.js';
import { isConnectionUri, parseConnectionUri } from '../connection-uri.js';
import type { FlagSpec, ParsedLine } from '../parse-line.js';
import { loginsDirectory } from '../user-paths.js';

const group = 'COMMON';

/** Of every command. */
export const AUTH_FLAGS = {
  profile: { kind: 'text', value: 'NAME', summary: 'the login of this name', group },
  json: { kind: 'switch', summary: 'print the result as JSON', group },
} as const satisfies Record<string, FlagSpec>;

/** The logins of whoever runs the command. */
export async function openUserLogins(): Promise<Logins> {
  const { openLogins } = await import('../../client/credentials/open-logins.js');
  return openLogins(loginsDirectory(process.env));
}

/** The word and the flag that name a login: one of the two, or none. @throws GizmoError USAGE for more */
export function namedLogin(line: Pick<ParsedLine<'profile'>, 'text' | 'args'>): string | undefined {
  const profile = line.text('profile');
  refuseSurplus(line.args, profile === undefined ? 1 : 0);
  return profile ?? line.args[0];
}

/**
 * The login of that name, or the preferred one at that server. Without a word the active one, or the only one.
 * @param word a name, `host`, `host:port` or a connection URI
 * @throws GizmoError UNAUTHENTICATED where there is none, or more than one could be meant
 */
export async function findLogin(logins: Logins, word: string | undefined): Promise<LoginSummary> {
  const all = logins.list();
  if (word === undefined) {
    const login = logins.active() ?? (all.length === 1 ? all[0] : undefined);
    if (login !== undefined) return login;
    throw new GizmoError(
      'UNAUTHENTICATED',
      all.length === 0 ? NOBODY : `Say which login is meant: ${namesOf(all)}.`,
    );
  }
  const login = logins.named(word) ?? logins.find(await serverOf(word));
  if (login !== undefined) return login;
  const known = all.length === 0 ? '' : ` There are: ${namesOf(all)}.`;
  throw new GizmoError('UNAUTHENTICATED', `There is no stored login for ${word}.${known}`);
}

/** What is said where nothing is stored. */
export const NOBODY = 'There is no stored login. Log in with: gizmo auth login';

async function serverOf(word: string): Promise<string> {
  const { parseServerName, serverName } = await import('../../client/credentials/stored-login.js');
  const { host, port } = isConnectionUri(word)
    ? parseConnectionUri(word)
    : (parseServerName(word) ?? { host: word });
  return serverName(host ?? 'localhost', port ?? DEFAULT_PORT);
}

const DEFAULT_PORT = 31_337;

function namesOf(logins: readonly LoginSummary[]): string {
  return logins.map(({ name }) => name).join(', ');
}
