/** What the commands of `gizmo auth` share: flags, the logins of the user, and which of them is meant. */
import type { Logins } from '../../client/credentials/logins.js';
import type { LoginSummary } from '../../client/credentials/stored-login.js';
import { stateDirectory } from '../../state-directory.js';
import { refuseSurplus } from '../arguments.js';
import { isConnectionUri, parseConnectionUri } from '../connection-uri.js';
import { findSetting } from '../environment.js';
import type { FlagSpec, ParsedLine } from '../parse-line.js';
import { writeWarning } from '../report-error.js';

const group = 'COMMON';

/** Of every command. */
export const AUTH_FLAGS = {
  profile: { kind: 'text', value: 'NAME', summary: 'the login of this name', group },
  json: { kind: 'switch', summary: 'print the result as JSON', group },
} as const satisfies Record<string, FlagSpec>;

/** The logins of whoever runs the command. */
export async function openUserLogins(): Promise<Logins> {
  const { openLogins } = await import('../../client/credentials/open-logins.js');
  return openLogins(stateDirectory(process.env));
}

/** Names of what is set in the environment and goes before stored logins; the first is warned of. */
export function overridingVariables(): string[] {
  const names = ['TOKEN', 'PASSWORD', 'PASSWORD_FILE'].flatMap(
    (name) => findSetting(process.env, name)?.variable ?? [],
  );
  if (names[0] !== undefined) writeWarning(`${names[0]} is set and goes before stored logins.`);
  return names;
}

/** The word and the flag that name a login: one of the two, or none. @throws GizmoError USAGE for more */
export function namedLogin(line: Pick<ParsedLine<'profile'>, 'text' | 'args'>): string | undefined {
  const profile = line.text('profile');
  refuseSurplus(line.args, profile === undefined ? 1 : 0);
  return profile ?? line.args[0];
}

/**
 * As `pickLogin`, which takes no connection URI.
 * @throws GizmoError UNAUTHENTICATED where there is none, or more than one could be meant
 */
export async function findLogin(logins: Logins, word: string | undefined): Promise<LoginSummary> {
  const [{ pickLogin }, { serverName }] = await Promise.all([
    import('../../client/credentials/pick-login.js'),
    import('../../client/credentials/stored-login.js'),
  ]);
  if (word === undefined || !isConnectionUri(word)) return pickLogin(logins, word);
  const { host = 'localhost', port = 31_337 } = parseConnectionUri(word);
  return pickLogin(logins, serverName(host, port));
}

/** What is said where nothing is stored. */
export async function nobody(): Promise<string> {
  return (await import('../../client/credentials/pick-login.js')).NO_LOGIN;
}
