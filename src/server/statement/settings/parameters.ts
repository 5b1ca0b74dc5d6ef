/** The settings of Gizmo's own that SQL can show and change: SET gizmosql.name, gizmosql_settings(). */
import { GizmoError } from '../../../errors.js';
import type { ServerConfig } from '../../config/config.js';
import { DEFAULT_GRACE_S, GRACEFUL_GRACE_S } from '../../config/grace.js';

export type SettingValue = number | string;

/** One setting. Numbers count what its name says: seconds, rows, bytes, statements. */
export interface Parameter {
  readonly name: string;
  /** Who can have a value of it: a session, the server, both; or the server from its start on. */
  readonly scope: 'SESSION' | 'GLOBAL' | 'SESSION_OR_GLOBAL' | 'STARTUP';
  readonly type: 'integer' | 'text' | 'boolean';
  readonly flag: string;
  readonly variable: string;
  readonly description: string;
  /** What the server was started with. */
  readonly initial: (config: ServerConfig) => SettingValue;
  /** For texts: the words it may be; any text where nothing is said. */
  readonly words?: readonly string[];
  /** The tag of a session that it is. */
  readonly tag?: 'session' | 'query';
  /** For integers: the least that it may be; 0 where nothing is said. */
  readonly least?: number;
}

/** As many as a header that says the same may have. */
const TEXT_CHARS_MAX = 4096;

const seconds = (ms: number) => ms / 1000;

const BOOLEAN: readonly string[] = ['true', 'false'];

/** What `graceful_shutdown` is where statements may still run for so many seconds. */
export const isGraceful = (graceS: number): string => String(graceS >= GRACEFUL_GRACE_S);

/** Settings of GizmoSQL's that mean nothing here, with what does instead. */
export const NOT_HERE: ReadonlyMap<string, string> = new Map([
  [
    'capture_query_profile',
    'No profiles of statements are kept here, so there is no gizmosql.capture_query_profile. EXPLAIN ANALYZE shows that of one statement.',
  ],
]);

/** All of them, in the order in which they are shown. */
export const PARAMETERS: readonly Parameter[] = [
  {
    name: 'query_timeout',
    scope: 'SESSION_OR_GLOBAL',
    type: 'integer',
    flag: '--query-timeout',
    variable: 'GIZMO_QUERY_TIMEOUT',
    description: 'Seconds the server may work on a statement; 0 = no limit. Users can only lower their own.',
    initial: ({ limits }) => seconds(limits.queryTimeoutMs),
  },
  {
    name: 'query_log_level',
    scope: 'SESSION_OR_GLOBAL',
    type: 'text',
    flag: '--query-log-level',
    variable: 'GIZMO_QUERY_LOG_LEVEL',
    description:
      'info: every statement is logged; warning: those that are refused or fail; off: none. Users can only raise their own.',
    initial: ({ limits }) => limits.queryLogLevel,
    words: ['info', 'warning', 'off'],
  },
  {
    name: 'session_tag',
    scope: 'SESSION',
    type: 'text',
    flag: '',
    variable: '',
    description: 'What the client calls its session, for gizmo_sessions() and the log; empty = nothing.',
    initial: () => '',
    tag: 'session',
  },
  {
    name: 'query_tag',
    scope: 'SESSION',
    type: 'text',
    flag: '',
    variable: '',
    description: 'What the client calls its statements, for gizmo_queries() and the log; empty = nothing.',
    initial: () => '',
    tag: 'query',
  },
  {
    name: 'bypass_queue',
    scope: 'SESSION',
    type: 'boolean',
    flag: '',
    variable: '',
    description:
      'Whether statements of the session go before all that wait; for administrators alone, and true for them. false: they wait like others.',
    initial: () => 'false',
    words: BOOLEAN,
  },
  {
    name: 'max_concurrent_statements',
    scope: 'GLOBAL',
    type: 'integer',
    flag: '--max-concurrent-statements',
    variable: 'GIZMO_MAX_CONCURRENT_STATEMENTS',
    description: 'Statements that are worked on at once, not counting administrators; 0 = no limit.',
    initial: ({ limits }) => limits.concurrentStatementsMax,
  },
  {
    name: 'max_queued_statements',
    scope: 'GLOBAL',
    type: 'integer',
    flag: '--max-queued-statements',
    variable: 'GIZMO_MAX_QUEUED_STATEMENTS',
    description:
      'Statements that may wait for their turn; -1 = eight times as many as may run, 0 = no limit.',
    initial: ({ limits }) => limits.queuedStatementsMax,
    least: -1,
  },
  {
    name: 'max_queue_wait',
    scope: 'GLOBAL',
    type: 'integer',
    flag: '--max-queue-wait',
    variable: 'GIZMO_MAX_QUEUE_WAIT',
    description: 'Seconds a statement may wait for its turn; 0 = for ever.',
    initial: ({ limits }) => seconds(limits.queueWaitMs),
  },
  {
    name: 'max_result_rows',
    scope: 'GLOBAL',
    type: 'integer',
    flag: '--max-result-rows',
    variable: 'GIZMO_MAX_RESULT_ROWS',
    description: 'Rows of one result; 0 = no limit.',
    initial: ({ limits }) => limits.resultRowsMax,
  },
  {
    name: 'max_result_size',
    scope: 'GLOBAL',
    type: 'integer',
    flag: '--max-result-size',
    variable: 'GIZMO_MAX_RESULT_SIZE',
    description: 'Bytes of one result as it travels; 0 = no limit.',
    initial: ({ limits }) => limits.resultBytesMax,
  },
  {
    name: 'max_statements_per_second',
    scope: 'GLOBAL',
    type: 'integer',
    flag: '--max-statements-per-second',
    variable: 'GIZMO_MAX_STATEMENTS_PER_SECOND',
    description: 'Statements that one user may begin in a second; 0 = no limit.',
    initial: ({ limits }) => limits.statementsPerSecondMax,
  },
  {
    name: 'max_sql_size',
    scope: 'STARTUP',
    type: 'integer',
    flag: '--max-sql-size',
    variable: 'GIZMO_MAX_SQL_SIZE',
    description: 'Characters of one text of SQL.',
    initial: ({ limits }) => limits.sqlCharsMax,
  },
  {
    name: 'upload_stall_timeout',
    scope: 'STARTUP',
    type: 'integer',
    flag: '--upload-stall-timeout',
    variable: 'GIZMO_UPLOAD_STALL_TIMEOUT',
    description: 'Seconds a bulk load waits for its client to send more; 0 = for ever.',
    initial: ({ limits }) => seconds(limits.uploadStallMs),
  },
  {
    name: 'max_sessions',
    scope: 'STARTUP',
    type: 'integer',
    flag: '--max-sessions',
    variable: 'GIZMO_MAX_SESSIONS',
    description: 'Sessions that may be open at once; 0 = no limit.',
    initial: ({ sessionsMax }) => sessionsMax,
  },
  {
    name: 'max_sessions_per_user',
    scope: 'STARTUP',
    type: 'integer',
    flag: '--max-sessions-per-user',
    variable: 'GIZMO_MAX_SESSIONS_PER_USER',
    description: 'Sessions that one user may have open at once, not counting administrators; 0 = no limit.',
    initial: ({ sessionsPerUserMax }) => sessionsPerUserMax,
  },
  {
    name: 'session_idle_timeout',
    scope: 'STARTUP',
    type: 'integer',
    flag: '--session-idle-timeout',
    variable: 'GIZMO_SESSION_IDLE_TIMEOUT',
    description: 'Seconds without a call after which a session ends; 0 = never.',
    initial: ({ sessionIdleTimeoutMs }) => seconds(sessionIdleTimeoutMs),
  },
  {
    name: 'session_max_lifetime',
    scope: 'STARTUP',
    type: 'integer',
    flag: '--session-max-lifetime',
    variable: 'GIZMO_SESSION_MAX_LIFETIME',
    description: 'Seconds after which a session ends whatever it does; 0 = never.',
    initial: ({ sessionMaxLifetimeMs }) => seconds(sessionMaxLifetimeMs),
  },
  {
    name: 'shutdown_grace_period_seconds',
    scope: 'GLOBAL',
    type: 'integer',
    flag: '--shutdown-grace-period-seconds',
    variable: 'GIZMO_SHUTDOWN_GRACE_PERIOD_SECONDS',
    description: 'Seconds that statements may still run when the server stops.',
    initial: ({ shutdownGraceMs }) => seconds(shutdownGraceMs),
  },
  {
    name: 'graceful_shutdown',
    scope: 'GLOBAL',
    type: 'boolean',
    flag: '--graceful-shutdown',
    variable: 'GIZMO_GRACEFUL_SHUTDOWN',
    description: `true: shutdown_grace_period_seconds is ${GRACEFUL_GRACE_S}; false: it is ${DEFAULT_GRACE_S}.`,
    initial: ({ shutdownGraceMs }) => isGraceful(seconds(shutdownGraceMs)),
    words: BOOLEAN,
  },
  {
    name: 'idle_in_transaction_timeout',
    scope: 'STARTUP',
    type: 'integer',
    flag: '--idle-in-transaction-timeout',
    variable: 'GIZMO_IDLE_IN_TRANSACTION_TIMEOUT',
    description: 'Seconds without a statement after which an open transaction is rolled back; 0 = never.',
    initial: ({ idleInTransactionTimeoutMs }) => seconds(idleInTransactionTimeoutMs),
  },
];

/** The value that `given` means for it. Throws INVALID_ARGUMENT with what it may be. */
export function valueFor({ name, type, words, least = 0 }: Parameter, given: SettingValue): SettingValue {
  if (type === 'text' && words === undefined) {
    const text = String(given);
    if (text.length <= TEXT_CHARS_MAX) return text;
    throw invalid(`gizmosql.${name} has ${TEXT_CHARS_MAX} characters at most.`);
  }
  if (type !== 'integer') {
    const word = String(given).toLowerCase();
    if (type === 'boolean' && (word === '1' || word === '0')) return String(word === '1');
    if (words?.includes(word) === true) return word;
    throw invalid(`gizmosql.${name} is one of ${words?.join(', ')}.`);
  }
  const number = typeof given === 'number' ? given : Number(given === '' ? Number.NaN : given);
  if (Number.isSafeInteger(number) && number >= least) return number;
  throw invalid(`gizmosql.${name} is a whole number, at least ${least}.`);
}

function invalid(message: string): GizmoError {
  return new GizmoError('INVALID_ARGUMENT', message);
}
