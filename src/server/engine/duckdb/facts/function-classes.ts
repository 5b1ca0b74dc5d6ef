/**
 * Every function of the pinned DuckDB that does more than compute, by what it does. What is neither here nor among
 * the names of computing-functions.ts is unknown and therefore refused to the restricted; a test compares both with DuckDB.
 */
import type { FunctionClass } from '../../../model/plan-facts.js';
import { COMPUTING_FUNCTIONS } from './computing-functions.js';

/** What a scalar, aggregate, window or macro function does; names are DuckDB's, letter case ignored. */
export function scalarClass(name: string): FunctionClass {
  const key = name.toLowerCase();
  const found = SCALARS.get(key);
  if (found !== undefined) return found;
  if (key.startsWith('__internal_')) return 'internal';
  return COMPUTING.has(key) ? 'pure' : 'unknown';
}

/** What a table function does. */
export function tableFunctionClass(name: string): FunctionClass {
  return TABLE_FUNCTIONS.get(name.toLowerCase()) ?? 'unknown';
}

/** What a call by this name may do at worst, where it is not known yet which kind of function it is. */
export function worstClass(name: string): FunctionClass {
  const classes = [SCALARS.get(name.toLowerCase()), TABLE_FUNCTIONS.get(name.toLowerCase())];
  return classes.find((it) => it !== undefined && it !== 'pure') ?? 'pure';
}

/** Whether the scalar, aggregate or macro function of this name has a class here, other than only computing. */
export function hasOwnClass(name: string): boolean {
  return SCALARS.has(name.toLowerCase());
}

/** Whether DuckDB has a function of this name, which a macro of the same name would shadow. */
export function isSystemFunction(name: string): boolean {
  const key = name.toLowerCase();
  return COMPUTING.has(key) || SCALARS.has(key) || TABLE_FUNCTIONS.has(key);
}

/** Table functions that open files: a session that may not reach files has them shadowed. */
export const FILE_READERS: readonly string[] = [
  'read_csv',
  'read_csv_auto',
  'read_json',
  'read_json_auto',
  'read_json_objects',
  'read_json_objects_auto',
  'read_ndjson',
  'read_ndjson_auto',
  'read_ndjson_objects',
  'read_parquet',
  'parquet_scan',
  'read_text',
  'read_blob',
  'read_duckdb',
  'glob',
  'sniff_csv',
  'parquet_metadata',
  'parquet_schema',
  'parquet_file_metadata',
  'parquet_full_metadata',
  'parquet_kv_metadata',
  'parquet_bloom_probe',
];

const COMPUTING: ReadonlySet<string> = new Set(COMPUTING_FUNCTIONS.split(/\s+/));

const SCALARS = classes({
  // Ours, of engine/duckdb/identity-functions.
  pure: [
    'gizmo_user',
    'gizmo_role',
    'gizmo_session',
    'gizmosql_user',
    'gizmosql_role',
    'gizmosql_session',
    'gizmosql_current_session',
  ],
  text: ['alias', 'current_query'],
  sequence: ['nextval', 'currval'],
  catalog: [
    'obj_description',
    'shobj_description',
    'col_description',
    'pg_get_viewdef',
    'pg_get_constraintdef',
    'pg_get_expr',
  ],
  'runs-sql': ['json_serialize_plan'],
  instance: [
    'write_log',
    'sleep_ms',
    'pg_sleep',
    'current_connection_id',
    'current_transaction_id',
    'current_query_id',
    'txid_current',
    'parse_duckdb_log_message',
  ],
  internal: [
    'stats',
    'combine',
    'finalize',
    'vector_type',
    'constant_or_null',
    'create_sort_key',
    'variant_bytes_to_variant',
    'variant_to_parquet_variant',
    'variant_normalize',
  ],
});

const TABLE_FUNCTIONS = classes({
  pure: [
    'range',
    'generate_series',
    'unnest',
    'repeat',
    'repeat_row',
    'json_each',
    'json_tree',
    'summary',
    'test_all_types',
    'icu_calendar_names',
    'pg_timezone_names',
    'duckdb_keywords',
    'duckdb_optimizers',
    'duckdb_coordinate_systems',
    'histogram',
    'duckdb_prepared_statements',
    'duckdb_variables',
    'duckdb_secret_types',
    'pragma_collations',
    'pragma_platform',
    'pragma_user_agent',
    'pragma_version',
    'histogram_values',
  ],
  catalog: [
    'duckdb_columns',
    'duckdb_constraints',
    'duckdb_databases',
    'duckdb_dependencies',
    'duckdb_extensions',
    'duckdb_functions',
    'duckdb_indexes',
    'duckdb_memory',
    'duckdb_profiling_settings',
    'duckdb_schemas',
    'duckdb_sequences',
    'duckdb_tables',
    'duckdb_types',
    'duckdb_views',
    'pragma_database_size',
    'pragma_show',
    'pragma_table_info',
  ],
  server: [
    'gizmo_sessions',
    'gizmo_queries',
    'gizmo_tokens',
    'gizmo_users',
    'gizmo_grants',
    'gizmo_policies',
    'gizmo_owners',
    'gizmosql_settings',
  ],
  narrowed: ['duckdb_settings', 'sql_auto_complete'],
  outside: FILE_READERS,
  'runs-sql': ['query', 'query_table', 'json_execute_serialized_sql'],
  instance: [
    'checkpoint',
    'force_checkpoint',
    'check_peg_parser',
    'enable_peg_parser',
    'disable_peg_parser',
    'enable_logging',
    'disable_logging',
    'enable_profiling',
    'disable_profiling',
    'truncate_duckdb_logs',
    'duckdb_logs',
    'duckdb_logs_parsed',
    'duckdb_log_contexts',
    'duckdb_secrets',
    'which_secret',
    'duckdb_external_file_cache',
    'duckdb_temporary_files',
    'duckdb_connection_count',
    'duckdb_approx_database_count',
  ],
  internal: [
    'arrow_scan',
    'arrow_scan_dumb',
    'seq_scan',
    'duckdb_table_sample',
    // Ours, of engine/duckdb/ingest.
    'gizmo_ingest',
    'pragma_storage_info',
    'pragma_metadata_info',
    'test_vector_types',
  ],
});

function classes(
  table: Partial<Record<FunctionClass, readonly string[]>>,
): ReadonlyMap<string, FunctionClass> {
  const entries = Object.entries(table) as [FunctionClass, readonly string[]][];
  return new Map(entries.flatMap(([kind, members]) => members.map((name) => [name, kind] as const)));
}
