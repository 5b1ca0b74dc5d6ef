/**
 * Settings of DuckDB that reach nothing but the session that sets them, by name and whatever their scope in DuckDB: who
 * is no administrator may change these and no others. A test compares them with what the pinned DuckDB has.
 */
export const OWN_SETTINGS: ReadonlySet<string> = new Set([
  'calendar',
  'explain_output',
  'ieee_floating_point_ops',
  'integer_division',
  'lambda_syntax',
  'pivot_limit',
  'preserve_identifier_case',
  'scalar_subquery_error_on_multiple_rows',
  'schema',
  'search_path',
  'timezone',
]);

/** Those that reach nothing but the session either, but only by `SET SESSION`: a mere `SET` changes them for everybody. */
export const SESSION_SETTINGS: ReadonlySet<string> = new Set([
  'default_null_order',
  'default_order',
  'order_by_non_integer_literal',
  'preserve_insertion_order',
]);
