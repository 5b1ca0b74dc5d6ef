/** `gizmo auth switch`. */
import { GizmoError } from '../../errors.js';
import { type FlagSpec, parseLine } from '../parse-line.js';
import { showResult } from '../show-result.js';
import { AUTH_FLAGS, findLogin, namedLogin, openUserLogins } from './common.js';

/** In the order help shows them. */
export const SWITCH_FLAGS = {
  none: {
    kind: 'switch',
    summary: 'no login is active: gizmo client means localhost again',
    group: 'SWITCH',
  },
  ...AUTH_FLAGS,
} as const satisfies Record<string, FlagSpec>;

/** Answers the exit code. */
export async function runSwitch(argv: readonly string[]): Promise<number> {
  const line = parseLine(argv, SWITCH_FLAGS);
  const word = namedLogin(line);
  const none = line.isOn('none') === true;
  if (none === (word !== undefined))
    throw new GizmoError('USAGE', 'Name the login to switch to, or --none. See gizmo auth status.');
  const logins = await openUserLogins();
  const login = word === undefined ? undefined : await findLogin(logins, word);
  await logins.activate(login?.name);
  showResult(line, { active: login?.name ?? null, server: login?.server ?? null }, ({ active, server }) =>
    active === null
      ? 'No login is active. Without a server "gizmo client" connects to localhost.'
      : `${active} is active. Without a server "gizmo client" connects to ${server}.`,
  );
  return 0;
}
