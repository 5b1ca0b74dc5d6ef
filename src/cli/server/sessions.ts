/** `gizmo server sessions`. */
import { refuseSurplus } from '../arguments.js';
import { type FlagSpec, parseLine } from '../parse-line.js';
import { readRows, type ShownRow } from '../read-rows.js';
import { showResult } from '../show-result.js';
import { textTable } from '../text-table.js';
import { askServer, SERVER_VERB_FLAGS } from './ask-server.js';

/** In the order help shows them. */
export const SESSIONS_FLAGS = {
  queries: { kind: 'switch', summary: 'what runs, in the place of who is connected', group: 'WHAT' },
  ...SERVER_VERB_FLAGS,
} as const satisfies Readonly<Record<string, FlagSpec>>;

/** Prints the sessions that whoever asks may see, or their statements. */
export async function runSessions(argv: readonly string[]): Promise<void> {
  const line = parseLine(argv, SESSIONS_FLAGS);
  refuseSurplus(line.args, 0);
  if (line.isOn('queries') === true) {
    const queries = await askServer(line, (client) => readRows(client, QUERIES_SQL));
    showResult(line, { queries }, () => queriesTable(queries));
    return;
  }
  const sessions = await askServer(line, (client) => readRows(client, SESSIONS_SQL));
  showResult(line, { sessions }, () => sessionsTable(sessions));
}

const SESSIONS_SQL = `select session_id, user_name, role, auth_method, peer, peer_identity, session_tag,
  epoch_ms(started_at) as started_at, epoch_ms(last_used_at) as last_used_at, state, is_current
  from gizmo_sessions() order by started_at`;

const QUERIES_SQL = `select query_id, session_id, user_name, role, peer, state, progress, rows,
  epoch_ms(started_at) as started_at, seconds, door, sql
  from gizmo_queries() where not is_current order by started_at`;

function sessionsTable(sessions: readonly ShownRow[]): string {
  return textTable(
    ['SESSION', 'USER', 'ROLE', 'FROM', 'SINCE', 'STATE'],
    sessions.map((it) => [
      text(it.session_id),
      text(it.user_name),
      text(it.role),
      text(it.peer),
      time(it.started_at),
      `${text(it.state)}${it.is_current === true ? ' (this one)' : ''}`,
    ]),
  );
}

function queriesTable(queries: readonly ShownRow[]): string {
  if (queries.length === 0) return 'Nothing runs.';
  return textTable(
    ['QUERY', 'USER', 'STATE', 'DONE', 'ROWS', 'SECONDS', 'SQL'],
    queries.map((it) => [
      text(it.query_id),
      text(it.user_name),
      text(it.state),
      typeof it.progress === 'number' ? `${Math.floor(it.progress * 100)} %` : '',
      text(it.rows),
      typeof it.seconds === 'number' ? it.seconds.toFixed(1) : '',
      text(it.sql).replace(/\s+/g, ' ').slice(0, 100),
    ]),
  );
}

function text(value: ShownRow[string] | undefined): string {
  return value === null || value === undefined ? '' : String(value);
}

function time(value: ShownRow[string] | undefined): string {
  return text(value).slice(0, 19).replace('T', ' ').concat('Z');
}
