/** What `gizmo user` and `gizmo token` share: where to connect, and the SQL that they stand for. */
import type { ClientJob } from '../../client/run-client.js';
import { GizmoError } from '../../errors.js';
import { CONNECTION_FLAGS, LOGIN_FLAGS } from '../client-flags.js';
import { watchInterrupts } from '../interrupts.js';
import type { FlagSpec } from '../parse-line.js';
import { type ConnectionLine, planConnection } from '../plan-connection.js';
import { readRows } from '../read-rows.js';
import { writeError } from '../report-error.js';
import { showResult } from '../show-result.js';

/** Of every command of the two. */
export const ACCOUNT_FLAGS = {
  json: { kind: 'switch', summary: 'print the result as JSON', group: 'COMMON' },
  ...LOGIN_FLAGS,
  ...CONNECTION_FLAGS,
} as const satisfies Record<string, FlagSpec>;

/** A command line with those flags. */
export type AccountLine = ConnectionLine & { isOn(name: 'json'): boolean | undefined };

/**
 * Runs a statement that answers nothing, and says what it did. What it needs is asked for once the connection stands.
 * Answers the exit code.
 */
export async function runStatement(
  line: AccountLine,
  sql: string | (() => Promise<string>),
  done: { readonly result: object; readonly sentence: string },
): Promise<number> {
  await withClient(line, async (client, signal) =>
    client.execute(typeof sql === 'string' ? sql : await sql(), { signal }),
  );
  showResult(line, done.result, () => done.sentence);
  return 0;
}

/** Runs a statement that answers one row, and shows that. Answers the exit code. */
export async function runForRow(
  line: AccountLine,
  sql: string,
  text: (row: Readonly<Record<string, unknown>>) => string,
): Promise<number> {
  const [row = {}] = await withClient(line, async (client, signal) => {
    const rows: Record<string, unknown>[] = [];
    for await (const each of (await client.query(sql, { signal })).rows()) rows.push(each);
    return rows;
  });
  showResult(line, row, text);
  return 0;
}

/** Shows a list: to people as `gizmo client` does, in JSON by its name. Answers the exit code. */
export async function showList(line: AccountLine, name: string, list: ListQuery): Promise<number> {
  const { table, times, order } = list;
  if (line.isOn('json') === true) {
    const columns = times.map((it) => `epoch_ms(${it}) as ${it}`).join(', ');
    const sql = `select * replace (${columns}) from ${table} order by ${order}`;
    const rows = await withClient(line, (client) => readRows(client, sql));
    showResult(line, { [name]: rows }, () => '');
    return 0;
  }
  const [{ runClient }, { connection }] = await Promise.all([
    import('../../client/run-client.js'),
    planConnection(line, undefined, process.env),
  ]);
  const interrupts = watchInterrupts();
  const job: ClientJob = {
    connection,
    steps: [{ kind: 'text', text: `select * from ${table} order by ${order}` }],
    format: 'box',
    settings: { footer: false },
    quiet: true,
    signal: interrupts.signal,
    reportError: (error) => writeError(error.message),
  };
  return runClient(job);
}

/** Of a table function of the server. */
export interface ListQuery {
  readonly table: string;
  /** Its columns with a point in time. */
  readonly times: readonly string[];
  /** What it is sorted by. */
  readonly order: string;
}

/** A name as SQL takes any: between double quotes. */
export function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as SQL takes any: between single quotes. */
export function quotedText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** The flag `--role`, to be checked by the server as well. @throws GizmoError USAGE */
export function roleClause(role: string | undefined): string {
  if (role === undefined) return '';
  if (ROLES.has(role)) return ` ROLE ${role}`;
  throw new GizmoError('USAGE', `--role ${role}: choose admin, user or readonly.`);
}

const ROLES: ReadonlySet<string> = new Set(['admin', 'user', 'readonly']);

/** Connects, does `work`, and closes. */
export async function withClient<T>(
  line: AccountLine,
  work: (client: Client, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { connection } = await planConnection(line, undefined, process.env);
  const { connect } = await import('../../client/connect.js');
  const interrupts = watchInterrupts();
  const client = await connect(connection, interrupts.signal);
  try {
    return await work(client, interrupts.signal);
  } finally {
    await client.close();
    interrupts.dispose();
  }
}

type Client = Awaited<ReturnType<typeof import('../../client/connect.js').connect>>;
