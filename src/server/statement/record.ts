/** Step 6: what happened. Refusals and failures are recorded by the same call as successes. */
import { toGizmoError } from '../../errors.js';
import type { LogFields } from '../telemetry/logger.js';
import type { Life } from './life-context.js';
import { redactError, redactSql } from './redact-sql.js';
import type { PlannedStatement } from './statement.js';

export interface StatementRecord {
  succeeded(rows: number): void;
  /** The reader went away, or had enough. */
  abandoned(rows: number): void;
  failed(error: unknown): void;
}

/** What a record is about: a statement, or a text that did not become one. */
export type RecordSubject = Pick<PlannedStatement, 'session' | 'door' | 'text'>;

export function startRecord(life: Life, statement: RecordSubject): StatementRecord {
  const startMs = life.nowMs();
  const end = (status: string, fields: LogFields) => {
    if (!life.printQueries) return;
    const { session, door, text } = statement;
    life.log.info('statement', {
      user: session.principal.name,
      role: session.principal.role,
      session: session.id,
      peer: session.peer,
      peer_identity: session.peerIdentity,
      session_tag: session.tags.session || undefined,
      query_tag: session.tags.query || undefined,
      door,
      sql: redactSql(text),
      status,
      duration_ms: Math.round(life.nowMs() - startMs),
      ...fields,
    });
  };
  return {
    succeeded: (rows) => end('success', { rows }),
    abandoned: (rows) => end('abandoned', { rows }),
    failed(error) {
      const { code, message } = toGizmoError(error);
      end(code === 'CANCELLED' ? 'cancelled' : 'failure', {
        code,
        error: redactError(message, statement.text),
      });
    },
  };
}
