/** The way a statement came in; logged, and the same steps for all of them. */
export type Door =
  | 'statement-query'
  | 'statement-update'
  | 'prepared-query'
  | 'prepared-update'
  | 'metadata'
  | 'transaction'
  | 'ingest'
  | 'session-option'
  | 'init';
