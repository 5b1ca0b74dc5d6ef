/** The one line that the shell begins with. */
import { serverAddress } from '../connect/server-address.js';
import type { CallOptions, FlightSqlClient } from '../flight-sql-client.js';
import { escapeControls } from '../render/display-text.js';
import { readArrays } from '../rows/read-rows.js';

/** Names the server, says how to get help and how to leave. */
export async function welcome(client: FlightSqlClient, call: CallOptions = {}): Promise<string> {
  const { host, port, tls } = client.target;
  const server = await serverName(client, call);
  const role = client.role === undefined ? '' : ` (${client.role})`;
  const who = client.user === undefined ? '' : ` as ${client.user}${role}`;
  const where = `${serverAddress(host, port)}${tls ? ' (TLS)' : ''}`;
  return `${escapeControls(`${server}at ${where}${who}`)} — .help for help, Ctrl-D to leave`;
}

/** FLIGHT_SQL_SERVER_NAME and FLIGHT_SQL_SERVER_VERSION of the message SqlInfo. */
const SERVER_NAME = 0;
const SERVER_VERSION = 1;

/** `gizmo 0.1.0 `, or a general word: a server need not say who it is. */
async function serverName(client: FlightSqlClient, call: CallOptions): Promise<string> {
  const told = new Map<unknown, unknown>();
  try {
    const result = await client.getSqlInfo([SERVER_NAME, SERVER_VERSION], call);
    for await (const [code, info] of readArrays(result)) told.set(code, info);
  } catch {
    return 'Connected ';
  }
  const words = [told.get(SERVER_NAME), told.get(SERVER_VERSION)].filter((word) => typeof word === 'string');
  return words.length === 0 ? 'Connected ' : words.map((word) => `${word} `).join('');
}
