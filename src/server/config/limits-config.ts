/** What statements may take, as the server was started with; SET GLOBAL gizmosql.… changes some of it for as long as it runs. */

export interface LimitsConfig {
  /** Time the server may work on a statement, not counting the client's reading; 0 = no limit. */
  readonly queryTimeoutMs: number;
  /** From which severity on statements are logged. */
  readonly queryLogLevel: QueryLogLevel;
  /** Statements of non-administrators that the engine works on at once; 0 = no limit. */
  readonly concurrentStatementsMax: number;
  /** Statements that wait for their turn, all together; -1 = eight times as many as may run; 0 = no limit. */
  readonly queuedStatementsMax: number;
  /** How long one may wait for its turn; 0 = for ever. */
  readonly queueWaitMs: number;
  /** Rows of one result; 0 = no limit. */
  readonly resultRowsMax: number;
  /** Bytes of one result as it travels; 0 = no limit. */
  readonly resultBytesMax: number;
  /** Characters of one text of SQL. */
  readonly sqlCharsMax: number;
  /** Statements that one user may begin in a second; 0 = no limit. */
  readonly statementsPerSecondMax: number;
  /** How long a bulk load waits for its client to send more; 0 = for ever. */
  readonly uploadStallMs: number;
}

/** `info`: every statement; `warning`: those that are refused or fail. */
export type QueryLogLevel = 'info' | 'warning' | 'off';
