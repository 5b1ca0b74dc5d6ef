/** CommandGetTables: tables and views of all attached databases, with their columns where asked for. */
import { type ErrorCode, GizmoError } from '../../../errors.js';
import type { CommandGetTables } from '../../../flight/gen/flight_sql_pb.js';
import type { ArrowSchema } from '../../../flight/ipc/types.js';
import type { TableRow } from '../../../flight/metadata/tables.js';
import type { Call } from '../call.js';
import type { Services } from '../services.js';
import { queryRows, quoteName } from './query-rows.js';

/** What CommandGetTableTypes answers, in the words JDBC tools ask with. */
export const TABLE_TYPES = ['TABLE', 'VIEW', 'LOCAL TEMPORARY'] as const;

const SQL = `
select database_name, schema_name, table_name, table_type
from (
  select database_name, schema_name, table_name, if(temporary, 'LOCAL TEMPORARY', 'TABLE') as table_type
  from system.main.duckdb_tables() where not internal
  union all
  select database_name, schema_name, view_name, 'VIEW' from system.main.duckdb_views() where not internal
)
where case when $1::varchar is null then database_name not in ('system', 'temp') else database_name = $1::varchar end
  and ($2::varchar is null or schema_name like $2::varchar escape '\\')
  and ($3::varchar is null or table_name like $3::varchar escape '\\')
order by database_name, schema_name, table_name, table_type`;

/** What binding a view answers when what it reads is gone or changed. */
const UNDESCRIBABLE: ReadonlySet<ErrorCode> = new Set(['INVALID_ARGUMENT', 'NOT_FOUND', 'UNIMPLEMENTED']);

const COLUMNS_SQL = `
select column_name, is_nullable
from system.main.duckdb_columns()
where database_name = $1 and schema_name = $2 and table_name = $3`;

/** In order of catalog, schema and name; filters are patterns of LIKE with a backslash as escape. */
export async function listTables(
  services: Services,
  command: CommandGetTables,
  call: Call,
): Promise<TableRow[]> {
  const {
    catalog = null,
    dbSchemaFilterPattern: schema = null,
    tableNameFilterPattern: table = null,
  } = command;
  const wanted = command.tableTypes.map(normalizeType);
  const rows: TableRow[] = [];
  for (const row of await queryRows(services, call, SQL, [catalog, schema, table])) {
    const [database = '', schemaName = '', name = '', type = ''] = row.map(String);
    if (wanted.length > 0 && !wanted.includes(type)) continue;
    const found = { catalog: database, schema: schemaName, table: name, type };
    rows.push(command.includeSchema ? { ...found, columns: await columnsOf(services, found, call) } : found);
  }
  return rows;
}

/** Tools ask for "BASE TABLE", "table", "TABLE": all the same thing. */
function normalizeType(type: string): string {
  const upper = type.toUpperCase();
  return upper === 'BASE TABLE' ? 'TABLE' : upper;
}

/** The Arrow schema of a table, as a query of it would have it, and NOT NULL where the table says so. */
async function columnsOf(
  services: Services,
  table: TableRow & { catalog: string; schema: string },
  call: Call,
): Promise<ArrowSchema> {
  const session = await call.session();
  const name = [table.catalog, table.schema, table.table].map(quoteName).join('.');
  const request = { sql: `select * from ${name}`, session, door: 'metadata', signal: call.signal } as const;
  let schema: ArrowSchema;
  try {
    schema = (await services.statements.describe(request)) ?? { fields: [] };
  } catch (error) {
    // A view whose table is gone cannot be described, but it is there, and so are all the others.
    if (error instanceof GizmoError && UNDESCRIBABLE.has(error.code)) return { fields: [] };
    throw error;
  }
  const columns = await queryRows(services, call, COLUMNS_SQL, [table.catalog, table.schema, table.table]);
  const required = new Set(
    columns.filter(([, isNullable]) => isNullable === false).map(([column]) => column),
  );
  return {
    ...schema,
    fields: schema.fields.map((field) => ({
      ...field,
      nullable: !required.has(field.name),
      metadata: new Map([
        ...(field.metadata ?? []),
        ['ARROW:FLIGHT:SQL:CATALOG_NAME', table.catalog],
        ['ARROW:FLIGHT:SQL:DB_SCHEMA_NAME', table.schema],
        ['ARROW:FLIGHT:SQL:SCHEMA_NAME', table.schema],
        ['ARROW:FLIGHT:SQL:TABLE_NAME', table.table],
      ]),
    })),
  };
}
