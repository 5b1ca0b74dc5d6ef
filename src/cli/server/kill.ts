/** `gizmo server kill`. */
import type { FlightSqlClient } from '../../client/flight-sql-client.js';
import { GizmoError } from '../../errors.js';
import { refuseSurplus } from '../arguments.js';
import { type FlagSpec, parseLine } from '../parse-line.js';
import { showResult } from '../show-result.js';
import { askServer, SERVER_VERB_FLAGS, sqlText } from './ask-server.js';

/** In the order help shows them. */
export const KILL_FLAGS = {
  query: { kind: 'switch', summary: 'stop one statement and leave its session alone', group: 'WHAT' },
  user: { kind: 'text', value: 'NAME', summary: 'every session of this user but your own', group: 'WHAT' },
  ...SERVER_VERB_FLAGS,
} as const satisfies Readonly<Record<string, FlagSpec>>;

/** Ends what is named and prints what was ended. Throws NOT_FOUND where there is nothing of the kind. */
export async function runKill(argv: readonly string[]): Promise<void> {
  const line = parseLine(argv, KILL_FLAGS);
  const [id] = line.args;
  const user = line.text('user');
  const query = line.isOn('query') === true;
  refuseSurplus(line.args, user === undefined ? 1 : 0);
  if (user === undefined && (id === undefined || id === ''))
    throw new GizmoError(
      'USAGE',
      'Name the session: gizmo server kill ID. gizmo server sessions lists them.',
    );
  if (user !== undefined && query)
    throw new GizmoError(
      'USAGE',
      '--query takes the id of a statement, and --user a name: leave one of them out.',
    );
  const killed = await askServer(line, async (client) =>
    user === undefined ? [await kill(client, query ? 'QUERY' : 'SESSION', id ?? '')] : killAll(client, user),
  );
  showResult(line, { killed }, () => killed.join('\n'));
}

async function killAll(client: FlightSqlClient, user: string): Promise<string[]> {
  // Others see their own sessions only, and would hear that there is none.
  const [asking] = await (await client.query('select gizmo_role() as role')).toArray();
  if (asking?.role !== 'admin')
    throw new GizmoError('PERMISSION_DENIED', 'Only admin users can execute KILL SESSION');
  const found = await client.query(
    `select session_id from gizmo_sessions() where user_name = ${sqlText(user)} and not is_current`,
  );
  const killed: string[] = [];
  for (const { session_id: id } of await found.toArray()) {
    try {
      killed.push(await kill(client, 'SESSION', String(id)));
    } catch (error) {
      // It ended by itself meanwhile.
      if (!(error instanceof GizmoError && error.code === 'NOT_FOUND')) throw error;
    }
  }
  if (killed.length === 0) throw new GizmoError('NOT_FOUND', `There is no session of the user ${user}.`);
  return killed;
}

async function kill(client: FlightSqlClient, what: 'SESSION' | 'QUERY', id: string): Promise<string> {
  const [row] = await (await client.query(`KILL ${what} ${sqlText(id)}`)).toArray();
  return String(row?.result);
}
