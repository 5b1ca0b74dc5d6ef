/** Which way in a person takes who has named none. */
import { GizmoError } from '../../errors.js';
import { askLine } from '../ask-line.js';
import type { Connection } from '../connection.js';
import { toConnectionPlan } from '../connection-plan.js';
import type { LoginLine } from './login-flags.js';

/** @throws GizmoError UNAUTHENTICATED where no way in is named and nobody can be asked */
export function needWay(line: LoginLine): void {
  if (isProvider(line) || isTerminal()) return;
  throw new GizmoError(
    'UNAUTHENTICATED',
    'Without a terminal nobody can be asked. Say how to log in: --web or --device; --password-file, --password-stdin, --token-file, --token-stdin or --mtls where you bring the proof along.',
  );
}

/**
 * On a terminal, the password where the server takes passwords and knows no identity provider: then the name is asked
 * for, too. Undefined leaves it to the provider, which is what a server without either says, too.
 * @throws GizmoError as dialling does, CANCELLED where no name is given
 */
export async function askWay(
  connection: Connection,
  line: LoginLine,
): Promise<{ readonly proof: 'password'; readonly connection: Connection } | undefined> {
  if (isProvider(line) || !isTerminal()) return undefined;
  const { askHowToLogIn } = await import('../../client/login/provider-login.js');
  const { credentials: _, ...server } = toConnectionPlan(connection, { kind: 'none' });
  const { methods, oauth } = await askHowToLogIn(server);
  if (oauth !== undefined || !methods.includes('password')) return undefined;
  const username = connection.username ?? (await askLine(`User name at ${connection.host}: `));
  if (username === undefined || username === '')
    throw new GizmoError('CANCELLED', 'Nothing was stored: no user name was given.');
  return { proof: 'password', connection: { ...connection, username } };
}

function isProvider(line: LoginLine): boolean {
  return line.isOn('web') === true || line.isOn('device') === true;
}

function isTerminal(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}
