/** The columns of tables: the Arrow schema that a query of the table has, and what the catalog says besides. */

import { type ErrorCode, GizmoError } from '../../../errors.js';
import type { CommandGetTables } from '../../../flight/gen/flight_sql_pb.js';
import type { ArrowSchema } from '../../../flight/ipc/types.js';
import { tableColumnMetadata } from '../../../flight/metadata/column-metadata.js';
import { quoteName } from '../../../sql/quote.js';
import type { Call } from '../call.js';
import type { Services } from '../services.js';
import { queryRows } from './query-rows.js';
import { type FoundTable, tableFilters } from './tables.js';

/** Describes one table after the other; a table that cannot be described has no columns. */
export type DescribeTable = (table: FoundTable) => Promise<ArrowSchema>;

const SQL = `
select database_name, schema_name, table_name, column_name, data_type, is_nullable, column_default, comment
from system.main.duckdb_columns()
where ($1::varchar is null or database_name = $1::varchar)
  and ($2::varchar is null or system.main.like_escape(schema_name, $2::varchar, '\\'))
  and ($3::varchar is null or system.main.like_escape(table_name, $3::varchar, '\\'))
  and not internal
order by column_index asc`;

const REFUSED: ReadonlySet<ErrorCode> = new Set(['PERMISSION_DENIED']);
/** What binding a view answers when what it reads is gone or changed. */
const UNDESCRIBABLE: ReadonlySet<ErrorCode> = new Set([
  'INVALID_ARGUMENT',
  'NOT_FOUND',
  'UNIMPLEMENTED',
  ...REFUSED,
]);
const NONE: ArrowSchema = { fields: [] };

interface CatalogFacts {
  readonly type: string;
  readonly nullable: boolean;
  readonly isAutoIncrement: boolean;
  readonly remarks: string | undefined;
}

/** Reads the catalog once for all the tables that `command` asks for. */
export async function columnDescriber(
  services: Services,
  command: CommandGetTables,
  call: Call,
): Promise<DescribeTable> {
  const known = new Map<string, Map<unknown, CatalogFacts>>();
  for (const row of await queryRows(services, call, SQL, tableFilters(command))) {
    const [catalog, schema, table, column, type, isNullable, defaultSql, comment] = row;
    const key = keyOf([catalog, schema, table]);
    const columns = known.get(key) ?? new Map<unknown, CatalogFacts>();
    known.set(key, columns);
    columns.set(column, {
      type: String(type),
      nullable: isNullable !== false,
      isAutoIncrement: typeof defaultSql === 'string' && /^nextval\(/i.test(defaultSql),
      remarks: typeof comment === 'string' && comment !== '' ? comment : undefined,
    });
  }
  return async (found) => {
    const { catalog, schema, table } = found;
    const columns = known.get(keyOf([catalog, schema, table])) ?? new Map<unknown, CatalogFacts>();
    const { fields, ...rest } = await schemaOf(services, found, columns, call);
    return {
      ...rest,
      fields: fields.map((field) => {
        const { nullable = true, type: _, ...facts } = columns.get(field.name) ?? {};
        const metadata = tableColumnMetadata(field.metadata, { catalog, schema, table, ...facts });
        return { ...field, nullable, metadata };
      }),
    };
  };
}

/** As a query of the table has it. A view whose table is gone is there, and so are all the others. */
async function schemaOf(
  services: Services,
  found: FoundTable,
  columns: ReadonlyMap<unknown, CatalogFacts>,
  call: Call,
): Promise<ArrowSchema> {
  const session = await call.session();
  const describe = async (sql: string): Promise<ArrowSchema> =>
    (await services.statements.describe({ sql, session, door: 'metadata', signal: call.signal })) ?? NONE;
  try {
    const name = quoteName(found.catalog, found.schema, found.table);
    return await describe(`select * from ${name}`).catch((error: unknown) => {
      if (columns.size === 0 || !isOneOf(error, REFUSED)) throw error;
      return describe(`select ${typesOf(columns)}`);
    });
  } catch (error) {
    if (isOneOf(error, UNDESCRIBABLE)) return NONE;
    throw error;
  }
}

function isOneOf(error: unknown, codes: ReadonlySet<ErrorCode>): boolean {
  return error instanceof GizmoError && codes.has(error.code);
}

/** What may be known of a table that may not be read, or not all of it, without reading it. */
function typesOf(columns: ReadonlyMap<unknown, CatalogFacts>): string {
  return [...columns].map(([name, { type }]) => `null::${type} as ${quoteName(String(name))}`).join(', ');
}

function keyOf(names: readonly unknown[]): string {
  return JSON.stringify(names);
}
