/** What a prepared statement says of itself before it runs: kind, what it returns, whether it may run twice. */
import duckdb, { type PreparedStatement } from '@duckdb/node-bindings';
import type { StatementKind } from '../../model/statement-kind.js';
import type { EngineStatement } from '../engine.js';

export interface StatementFacts {
  readonly kind: StatementKind;
  readonly returns: EngineStatement['returns'];
  /** False where only running it shows what it returns: then no schema may be promised. */
  readonly certain: boolean;
  readonly readOnly: boolean;
}

/** Reads the facts; `sql` helps where DuckDB's answer has two meanings. */
export function readFacts(prepared: PreparedStatement, sql: string): StatementFacts {
  const kind = KINDS[duckdb.prepared_statement_type(prepared)] ?? 'invalid';
  const single = singleColumn(prepared);
  if (kind === 'select' || kind === 'explain') {
    return { kind, returns: 'rows', certain: true, readOnly: kind === 'select' && !hasSideEffects(sql) };
  }
  if (single === 'success' && kind !== 'call')
    return { kind, returns: 'nothing', certain: true, readOnly: false };
  if (single === 'success') return { kind, returns: 'nothing', certain: false, readOnly: false };
  if (single !== 'count') return { kind, returns: 'rows', certain: true, readOnly: false };
  // `RETURNING i AS "Count"` and a prepared `SELECT … AS "Count"` look like DuckDB's own count.
  const doubtful = kind === 'execute' || kind === 'call' || RETURNING.test(withoutLiterals(sql));
  const counts = COUNTING.has(kind);
  return { kind, returns: counts ? 'count' : 'nothing', certain: !doubtful, readOnly: false };
}

/** In the order of DuckDB's `duckdb_statement_type`. */
const KINDS: readonly StatementKind[] = [
  'invalid',
  'select',
  'insert',
  'update',
  'explain',
  'delete',
  'prepare',
  'create',
  'execute',
  'alter',
  'transaction',
  'copy',
  'analyze',
  'set-variable',
  'create-function',
  'drop',
  'export',
  'pragma',
  'vacuum',
  'call',
  'set',
  'load',
  'relation',
  'extension',
  'logical-plan',
  'attach',
  'detach',
  'multi',
  'copy-database',
  'update-extensions',
  'merge',
];

const COUNTING: ReadonlySet<StatementKind> = new Set<StatementKind>([
  'insert',
  'update',
  'delete',
  'merge',
  'copy',
  'execute',
  'call',
]);

const RETURNING = /\breturning\b/i;

/**
 * Functions that a SELECT may call and whose second run is not like the first. Names are looked for anywhere in
 * the text: one that only looks like it makes the statement run at once, which is always right; one hidden in
 * a macro is not seen, and then runs as often as the result is fetched.
 */
const SIDE_EFFECTS =
  /\b(nextval|setseed|set_config|write_log|enable_logging|disable_logging|checkpoint|force_checkpoint|query|query_table|json_execute_serialized_sql|getvariable|add_parquet_key|pragma_\w+|sql_auto_complete|truncate_duckdb_logs|enable_profiling|sleep_ms)\s*\(/i;

function hasSideEffects(sql: string): boolean {
  return SIDE_EFFECTS.test(sql.replaceAll('"', ' '));
}

/** DuckDB answers statements without rows with one column: `Count` BIGINT or `Success` BOOLEAN. */
function singleColumn(prepared: PreparedStatement): 'count' | 'success' | undefined {
  if (duckdb.prepared_statement_column_count(prepared) !== 1) return undefined;
  const name = duckdb.prepared_statement_column_name(prepared, 0);
  const type = duckdb.prepared_statement_column_type(prepared, 0);
  if (name === 'Count' && type === duckdb.Type.BIGINT) return 'count';
  return name === 'Success' && type === duckdb.Type.BOOLEAN ? 'success' : undefined;
}

/** The text without what stands in quotes or comments, where a keyword means nothing. */
function withoutLiterals(sql: string): string {
  return sql.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\//g, ' ');
}
