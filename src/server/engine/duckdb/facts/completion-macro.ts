/**
 * `sql_auto_complete(text)` for whoever may not do everything, made of what lists show them: DuckDB's own names what is
 * hidden, and files.
 */

/** Names that stand where a table is to be named. */
const PLACES = ['catalog', 'schema', 'table', 'view'];

/**
 * SQL that makes the macro, with the columns of DuckDB's.
 * @param catalog whose lists it takes: `temp` for those of metadata-macros.ts
 */
export function completionMacro(catalog: 'temp' | 'system'): string {
  const list = (name: string) => `${catalog}.main.${name}()`;
  const names = [
    `select keyword_name as name, 'keyword' as kind from system.main.duckdb_keywords()`,
    `select database_name, 'catalog' from ${list('duckdb_databases')} where not internal`,
    `select schema_name, 'schema' from ${list('duckdb_schemas')} where not internal`,
    `select table_name, 'table' from ${list('duckdb_tables')} where not internal`,
    `select view_name, 'view' from ${list('duckdb_views')} where not internal`,
    `select column_name, 'column' from ${list('duckdb_columns')} where not internal`,
    `select function_name, 'function' from ${list('duckdb_functions')} where function_type in ('scalar', 'aggregate', 'macro')`,
  ];
  return `create or replace temp macro "sql_auto_complete"(query_string) as table
    select case when system.main.regexp_full_match(name, '[a-z_][a-z0-9_]*') then name else system.main.concat('"', system.main.replace(name, '"', '""'), '"') end as suggestion,
      (select system.main.length(query_string) - system.main.length(word))::integer as suggestion_start,
      kind as suggestion_type, score::ubigint as suggestion_score, case kind when 'keyword' then ' ' end as extra_char
    from (
      select distinct word, name, kind, case when (kind in (${PLACES.map((it) => `'${it}'`).join(', ')})) = named then 0 else 1 end as score
      from (${names.join(' union all ')}) known, (
        select system.main.regexp_extract(query_string, '[\\p{L}\\p{N}_]*$') as word,
          system.main.regexp_matches(query_string, '(?i)(\\b(from|join|into|update|table|describe)\\s+|\\.)[\\p{L}\\p{N}_]*$') as named) typed
      where system.main.starts_with(system.main.lower(name), system.main.lower(word)))
    order by score asc, kind asc, name asc limit 20`;
}
