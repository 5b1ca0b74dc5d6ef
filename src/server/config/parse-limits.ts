/** The flags of limits on statements. */
import type { LimitsConfig, QueryLogLevel } from './limits-config.js';
import { bytes, choice, integer, seconds } from './values.js';

export interface RawLimitSettings {
  readonly 'query-timeout'?: number;
  readonly 'query-log-level'?: string;
  /** As `--query-log-level info`. */
  readonly 'print-queries'?: boolean;
  readonly 'max-concurrent-statements'?: number;
  readonly 'max-queued-statements'?: number;
  readonly 'max-queue-wait'?: number;
  readonly 'max-result-rows'?: number;
  readonly 'max-result-size'?: string;
  readonly 'max-sql-size'?: string;
  readonly 'max-statements-per-second'?: number;
  readonly 'upload-stall-timeout'?: number;
}

/** No tool sends more by hand or by ORM; binding time grows faster than the text. */
const DEFAULT_SQL_SIZE = '16MiB';
const DEFAULT_QUEUE_WAIT_S = 300;
const DEFAULT_UPLOAD_STALL_S = 300;

/** Throws GizmoError USAGE for a value that cannot be. */
export function parseLimits(raw: RawLimitSettings): LimitsConfig {
  const queueWait = raw['max-queue-wait'] ?? -1;
  return Object.freeze({
    queryTimeoutMs: seconds('query-timeout', raw['query-timeout'] ?? 0),
    queryLogLevel: choice<QueryLogLevel>(
      'query-log-level',
      raw['query-log-level'] ?? (raw['print-queries'] === true ? 'info' : 'warning'),
      QUERY_LOG_LEVELS,
    ),
    concurrentStatementsMax: integer(
      'max-concurrent-statements',
      raw['max-concurrent-statements'] ?? 0,
      0,
      1_000_000,
    ),
    queuedStatementsMax: integer('max-queued-statements', raw['max-queued-statements'] ?? -1, -1, 1_000_000),
    queueWaitMs: seconds('max-queue-wait', queueWait === -1 ? DEFAULT_QUEUE_WAIT_S : queueWait),
    resultRowsMax: integer('max-result-rows', raw['max-result-rows'] ?? 0, 0, Number.MAX_SAFE_INTEGER),
    resultBytesMax: bytes('max-result-size', raw['max-result-size'] ?? '0'),
    sqlCharsMax: bytes('max-sql-size', raw['max-sql-size'] ?? DEFAULT_SQL_SIZE),
    statementsPerSecondMax: integer(
      'max-statements-per-second',
      raw['max-statements-per-second'] ?? 0,
      0,
      1_000_000,
    ),
    uploadStallMs: seconds('upload-stall-timeout', raw['upload-stall-timeout'] ?? DEFAULT_UPLOAD_STALL_S),
  });
}

/** What a query log can be set to, and what each word means. */
export const QUERY_LOG_LEVELS: Readonly<Record<string, QueryLogLevel>> = {
  debug: 'info',
  info: 'info',
  warning: 'warning',
  warn: 'warning',
  error: 'warning',
  off: 'off',
};
