/** The columns of tables: the Arrow schema that a query of the table has, and what the catalog says besides. */
import { type ErrorCode, GizmoError } from '../../../errors.js';
import type { CommandGetTables } from '../../../flight/gen/flight_sql_pb.js';
import type { ArrowSchema } from '../../../flight/ipc/types.js';
import { tableColumnMetadata } from '../../../flight/metadata/column-metadata.js';
import type { Call } from '../call.js';
import type { Services } from '../services.js';
import { queryRows, quoteName } from './query-rows.js';
import { type FoundTable, tableFilters } from './tables.js';

/** Describes one table after the other; a table that cannot be described has no columns. */
export type DescribeTable = (table: FoundTable) => Promise<ArrowSchema>;

const SQL = `
select database_name, schema_name, table_name, column_name, is_nullable, column_default, comment
from system.main.duckdb_columns()
where ($1::varchar is null or database_name = $1::varchar)
  and ($2::varchar is null or system.main.like_escape(schema_name, $2::varchar, '\\'))
  and ($3::varchar is null or system.main.like_escape(table_name, $3::varchar, '\\'))
  and not internal`;

/** What binding a view answers when what it reads is gone or changed. */
const UNDESCRIBABLE: ReadonlySet<ErrorCode> = new Set(['INVALID_ARGUMENT', 'NOT_FOUND', 'UNIMPLEMENTED']);

interface CatalogFacts {
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
  const facts = new Map<string, CatalogFacts>();
  for (const row of await queryRows(services, call, SQL, tableFilters(command))) {
    const [catalog, schema, table, column, isNullable, defaultSql, comment] = row;
    facts.set(keyOf([catalog, schema, table, column]), {
      nullable: isNullable !== false,
      isAutoIncrement: typeof defaultSql === 'string' && /^nextval\(/i.test(defaultSql),
      remarks: typeof comment === 'string' && comment !== '' ? comment : undefined,
    });
  }
  return async (found) => {
    const { catalog, schema, table } = found;
    const { fields, ...rest } = await schemaOf(services, found, call);
    return {
      ...rest,
      fields: fields.map((field) => {
        const { nullable = true, ...known } = facts.get(keyOf([catalog, schema, table, field.name])) ?? {};
        const metadata = tableColumnMetadata(field.metadata, { catalog, schema, table, ...known });
        return { ...field, nullable, metadata };
      }),
    };
  };
}

/** As a query of the table has it. A view whose table is gone is there, and so are all the others. */
async function schemaOf(services: Services, found: FoundTable, call: Call): Promise<ArrowSchema> {
  const session = await call.session();
  const name = [found.catalog, found.schema, found.table].map(quoteName).join('.');
  const request = { sql: `select * from ${name}`, session, door: 'metadata', signal: call.signal } as const;
  try {
    return (await services.statements.describe(request)) ?? { fields: [] };
  } catch (error) {
    if (error instanceof GizmoError && UNDESCRIBABLE.has(error.code)) return { fields: [] };
    throw error;
  }
}

function keyOf(names: readonly unknown[]): string {
  return JSON.stringify(names);
}
