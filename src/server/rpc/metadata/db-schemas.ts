/** CommandGetDbSchemas: the schemas of all attached databases. */
import type { CommandGetDbSchemas } from '../../../flight/gen/flight_sql_pb.js';
import type { DbSchemaRow } from '../../../flight/metadata/db-schemas.js';
import type { Call } from '../call.js';
import type { Services } from '../services.js';
import { exactName, likePattern } from './filters.js';
import { queryRows } from './query-rows.js';

/** DuckDB's own databases are listed only when they are asked for by name. */
const SQL = `
select database_name, schema_name
from system.main.duckdb_schemas()
where case when $1::varchar is null then database_name not in ('system', 'temp') else database_name = $1::varchar end
  and ($2::varchar is null or system.main.like_escape(schema_name, $2::varchar, '\\'))`;

export async function listDbSchemas(
  services: Services,
  { catalog, dbSchemaFilterPattern }: CommandGetDbSchemas,
  call: Call,
): Promise<DbSchemaRow[]> {
  const rows = await queryRows(services, call, SQL, [exactName(catalog), likePattern(dbSchemaFilterPattern)]);
  return rows.map(([database, schema]) => ({ catalog: String(database), schema: String(schema) }));
}
