/** What hooks need of the database: SQL of the operator's functions, each call in a connection of its own. */

export interface HookDatabase {
  /**
   * Runs one query in a fresh connection, which is gone afterwards. Rejects with the signal's reason as soon as that
   * aborts, whatever the query still does.
   * @param values for $1, $2, …
   */
  query(sql: string, values: readonly string[], signal: AbortSignal): Promise<HookAnswer>;
}

export interface HookAnswer {
  /** Of each column: `bool` where it is BOOLEAN. */
  readonly types: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}
