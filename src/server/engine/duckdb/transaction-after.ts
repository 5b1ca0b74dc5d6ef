/** What a statement that begins or ends a transaction leaves: to ask DuckDB takes two queries. */

/** Whether a transaction is open after this has run; undefined where the text does not say so by itself. */
export function transactionAfter(sql: string): boolean | undefined {
  if (BEGINS.test(sql)) return true;
  return ENDS.test(sql) ? false : undefined;
}

const BEGINS = /^\s*(?:begin|start)(?:\s+transaction)?\s*;?\s*$/i;
const ENDS = /^\s*(?:commit|end|rollback|abort)(?:\s+(?:transaction|work))?\s*;?\s*$/i;
