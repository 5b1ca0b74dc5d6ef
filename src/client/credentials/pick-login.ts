/** Which of the stored logins is meant by a word. */
import { GizmoError } from '../../errors.js';
import { DEFAULT_PORT } from '../connect/location.js';
import type { Logins } from './logins.js';
import { type LoginSummary, parseServerName, serverName } from './stored-login.js';

/**
 * The login of that name, or the preferred one at that server. Without a word the active one, or the only one.
 * @param word a name, `host` or `host:port`
 * @throws GizmoError UNAUTHENTICATED where there is none, or more than one could be meant
 */
export function pickLogin(logins: Logins, word: string | undefined): LoginSummary {
  const all = logins.list();
  const names = all.map(({ name }) => name).join(', ');
  if (word === undefined) {
    const login = logins.active() ?? (all.length === 1 ? all[0] : undefined);
    if (login !== undefined) return login;
    throw new GizmoError(
      'UNAUTHENTICATED',
      all.length === 0 ? NO_LOGIN : `Say which login is meant: ${names}.`,
    );
  }
  const { host, port } = parseServerName(word) ?? { host: word, port: DEFAULT_PORT };
  const login = logins.named(word) ?? logins.find(serverName(host, port));
  if (login !== undefined) return login;
  const known = all.length === 0 ? '' : ` There are: ${names}.`;
  throw new GizmoError('UNAUTHENTICATED', `There is no stored login for ${word}.${known}`);
}

/** What is said where nothing is stored. */
export const NO_LOGIN = 'There is no stored login. Log in with: gizmo auth login';
