/** What the verbs for a running server share: they are SQL over a connection like the shell's, by whoever may run it. */
import type { FlightSqlClient } from '../../client/flight-sql-client.js';
import { CONNECTION_FLAGS, LOGIN_FLAGS } from '../client-flags.js';
import type { FlagSpec } from '../parse-line.js';
import { type ConnectionLine, planConnection } from '../plan-connection.js';

/** Of every one of them. */
export const SERVER_VERB_FLAGS = {
  ...CONNECTION_FLAGS,
  ...LOGIN_FLAGS,
  json: { kind: 'switch', summary: 'print the result as JSON', group: 'OUTPUT' },
} as const satisfies Readonly<Record<string, FlagSpec>>;

/** Connects as `gizmo client` does and does `work`. */
export async function askServer<T>(
  line: ConnectionLine,
  work: (client: FlightSqlClient) => Promise<T>,
): Promise<T> {
  const [{ connection }, { connect }] = await Promise.all([
    planConnection(line, undefined, process.env),
    import('../../client/connect.js'),
  ]);
  await using client = await connect(connection);
  return await work(client);
}

/** A text in SQL. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
