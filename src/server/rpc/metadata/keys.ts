/** Primary and foreign keys, as the constraints of the tables say them. */
import type { ForeignKeyRow, KeyColumn, PrimaryKeyRow } from '../../../flight/metadata/keys.js';
import { KEY_RULE } from '../../../flight/metadata/keys.js';
import type { Call } from '../call.js';
import type { Services } from '../services.js';
import { exactName } from './filters.js';
import { queryRows } from './query-rows.js';

/** One side of a key: each part that is there must be met exactly. */
export interface TableFilter {
  readonly catalog?: string | undefined;
  readonly schema?: string | undefined;
  readonly table?: string | undefined;
}

const PRIMARY_KEYS_SQL = `
select database_name, schema_name, table_name, constraint_name, constraint_column_names
from system.main.duckdb_constraints()
where constraint_type = 'PRIMARY KEY'
  and ($1::varchar is null or database_name = $1::varchar)
  and ($2::varchar is null or schema_name = $2::varchar)
  and table_name = $3::varchar`;

/**
 * DuckDB has foreign keys within one schema only, and names the table and columns they lead to as they were spelled
 * in the statement; the key that they lead to says how they are really spelled.
 */
const FOREIGN_KEYS_SQL = `
select f.database_name, f.schema_name, f.table_name, f.constraint_name, f.constraint_column_names,
  f.referenced_column_names, p.table_name, p.constraint_name, p.constraint_column_names
from system.main.duckdb_constraints() f
join system.main.duckdb_constraints() p
  on p.database_name = f.database_name and p.schema_name = f.schema_name
  and system.main.lower(p.table_name) = system.main.lower(f.referenced_table)
where f.constraint_type = 'FOREIGN KEY' and p.constraint_type in ('PRIMARY KEY', 'UNIQUE')
  and ($1::varchar is null or p.database_name = $1::varchar)
  and ($2::varchar is null or p.schema_name = $2::varchar)
  and ($3::varchar is null or p.table_name = $3::varchar)
  and ($4::varchar is null or f.database_name = $4::varchar)
  and ($5::varchar is null or f.schema_name = $5::varchar)
  and ($6::varchar is null or f.table_name = $6::varchar)
order by f.database_name asc, f.schema_name asc, f.table_name asc, f.constraint_index asc, p.constraint_index asc`;

export async function listPrimaryKeys(
  services: Services,
  table: TableFilter,
  call: Call,
): Promise<PrimaryKeyRow[]> {
  const rows = await queryRows(services, call, PRIMARY_KEYS_SQL, parametersOf(table));
  return rows.flatMap(([catalog, schema, name, keyName, columns]) =>
    textsOf(columns).map((column, index) => ({
      ...keyColumn(catalog, schema, name, column, keyName),
      sequence: index + 1,
    })),
  );
}

/** @param primary the table whose key is referred to; @param foreign the table that refers to it */
export async function listForeignKeys(
  services: Services,
  { primary, foreign }: { readonly primary?: TableFilter; readonly foreign?: TableFilter },
  call: Call,
): Promise<ForeignKeyRow[]> {
  const filters = [...parametersOf(primary), ...parametersOf(foreign)];
  const rows = await queryRows(services, call, FOREIGN_KEYS_SQL, filters);
  return rows.flatMap((row) => {
    const [catalog, schema, table, keyName, columns, referenced, primaryTable, primaryKey, keyColumns] = row;
    const real = new Map(textsOf(keyColumns).map((column) => [column.toLowerCase(), column]));
    const leadsTo = textsOf(referenced).map((column) => real.get(column.toLowerCase()));
    // Another key of the same table.
    if (leadsTo.length !== real.size || leadsTo.includes(undefined)) return [];
    return textsOf(columns).map((column, index) => ({
      primary: keyColumn(catalog, schema, primaryTable, leadsTo[index], primaryKey),
      foreign: keyColumn(catalog, schema, table, column, keyName),
      sequence: index + 1,
      // The only rule that DuckDB has.
      updateRule: KEY_RULE.noAction,
      deleteRule: KEY_RULE.noAction,
    }));
  });
}

function parametersOf({ catalog, schema, table }: TableFilter = {}): (string | null)[] {
  return [exactName(catalog), exactName(schema), exactName(table)];
}

function keyColumn(
  catalog: unknown,
  schema: unknown,
  table: unknown,
  column: unknown,
  keyName: unknown,
): KeyColumn {
  return {
    catalog: String(catalog),
    schema: String(schema),
    table: String(table),
    column: String(column),
    keyName: String(keyName),
  };
}

function textsOf(list: unknown): string[] {
  return Array.isArray(list) ? list.map(String) : [];
}
