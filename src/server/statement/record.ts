/** Step 6: what happened. Refusals and failures are recorded by the same call as successes. */
import { toGizmoError } from '../../errors.js';
import type { LogFields } from '../telemetry/logger.js';
import type { Life } from './life-context.js';
import { redactError, redactSql } from './redact-sql.js';
import type { Task } from './tasks.js';

export interface StatementRecord {
  succeeded(rows: number): void;
  /** The reader went away, or had enough. */
  abandoned(rows: number): void;
  failed(error: unknown): void;
}

/** What a record is about: a statement, or a text that did not become one. */
export type RecordSubject = Pick<Task, 'id' | 'session' | 'door' | 'text' | 'queryTag' | 'startedMs'>;

export function startRecord(life: Life, statement: RecordSubject): StatementRecord {
  const end = (level: 'info' | 'warning', status: string, fields: LogFields) => {
    const { session, door, text } = statement;
    const from = life.settings.queryLogLevel(session);
    if (from === 'off' || (from === 'warning' && level === 'info')) return;
    life.log[level]('statement', {
      kind: 'sql',
      statement_id: statement.id,
      user: session.principal.name,
      role: session.principal.role,
      session: session.id,
      peer: session.peer,
      peer_identity: session.peerIdentity,
      session_tag: session.tags.session || undefined,
      query_tag: statement.queryTag,
      door,
      sql: redactSql(text),
      status,
      duration_ms: Math.round(life.nowMs() - statement.startedMs),
      ...fields,
    });
  };
  return {
    succeeded: (rows) => end('info', 'success', { rows }),
    abandoned: (rows) => end('info', 'abandoned', { rows }),
    failed(error) {
      const { code, message, detail } = toGizmoError(error);
      const fields = {
        code,
        error: redactError(message, statement.text),
        ...(detail !== undefined && { detail: redactError(detail, statement.text) }),
      };
      // Whoever cancels his own statement has no complaint.
      if (code === 'CANCELLED') end('info', 'cancelled', fields);
      else end('warning', REFUSALS.has(code) ? 'refused' : 'failure', fields);
    },
  };
}

/** What the server did not want to do, as opposed to what did not work. */
const REFUSALS: ReadonlySet<string> = new Set([
  'PERMISSION_DENIED',
  'UNAUTHENTICATED',
  'UNAVAILABLE',
  'RESOURCE_EXHAUSTED',
]);
