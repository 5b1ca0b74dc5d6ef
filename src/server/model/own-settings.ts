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
