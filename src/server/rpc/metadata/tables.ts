/** CommandGetTables: tables and views of all attached databases. */
import type { CommandGetTables } from '../../../flight/gen/flight_sql_pb.js';
import type { Call } from '../call.js';
import type { Services } from '../services.js';
import { exactName, likePattern } from './filters.js';
import { queryRows } from './query-rows.js';

/** What CommandGetTableTypes answers, in the words JDBC tools ask with. */
export const TABLE_TYPES = ['TABLE', 'VIEW', 'LOCAL TEMPORARY'] as const;

/** A table or view without its columns. */
export interface FoundTable {
  readonly catalog: string;
  readonly schema: string;
  readonly table: string;
  readonly type: string;
}

/**
 * Temporary tables are in a database of their own, `temp`, and listed with the others: somebody who has just loaded
 * one must find it.
 */
const SQL = `
select database_name, schema_name, table_name, table_type
from (
  select database_name, schema_name, table_name,
    case when temporary then 'LOCAL TEMPORARY' else 'TABLE' end as table_type
  from system.main.duckdb_tables() where not internal
  union all
  select database_name, schema_name, view_name, 'VIEW' from system.main.duckdb_views() where not internal
)
where ($1::varchar is null or database_name = $1::varchar)
  and ($2::varchar is null or system.main.like_escape(schema_name, $2::varchar, '\\'))
  and ($3::varchar is null or system.main.like_escape(table_name, $3::varchar, '\\'))`;

/** In no order; filters are patterns of LIKE with a backslash as escape. */
export async function findTables(
  services: Services,
  command: CommandGetTables,
  call: Call,
): Promise<FoundTable[]> {
  const wanted = new Set(command.tableTypes.map(normalizeType));
  const rows = await queryRows(services, call, SQL, tableFilters(command));
  return rows
    .map((row) => row.map(String))
    .map(([catalog = '', schema = '', table = '', type = '']) => ({ catalog, schema, table, type }))
    .filter(({ type }) => wanted.size === 0 || wanted.has(type));
}

/** The parameters $1 to $3: catalog, pattern of schemas, pattern of tables. */
export function tableFilters(command: CommandGetTables): (string | null)[] {
  const { catalog, dbSchemaFilterPattern, tableNameFilterPattern } = command;
  return [exactName(catalog), likePattern(dbSchemaFilterPattern), likePattern(tableNameFilterPattern)];
}

/** Tools ask for "BASE TABLE", "table", "TABLE": all the same thing. */
function normalizeType(type: string): string {
  const upper = type.toUpperCase();
  return upper === 'BASE TABLE' ? 'TABLE' : upper;
}
