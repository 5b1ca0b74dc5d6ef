/** Which metadata commands are answered: for each the schema it always has, and the rows. */
import type { ArrowSchema, EncodedBatch } from '../../../flight/ipc/types.js';
import { buildCatalogs, CATALOGS_SCHEMA } from '../../../flight/metadata/catalogs.js';
import { buildDbSchemas, DB_SCHEMAS_SCHEMA } from '../../../flight/metadata/db-schemas.js';
import { buildSqlInfo, SQL_INFO_SCHEMA } from '../../../flight/metadata/sql-info.js';
import { buildTableTypes, TABLE_TYPES_SCHEMA } from '../../../flight/metadata/table-types.js';
import { buildTables, tablesSchema } from '../../../flight/metadata/tables.js';
import type { SqlCommand } from '../../../flight/sql/command.js';
import type { Call } from '../call.js';
import type { Services } from '../services.js';
import { listCatalogs } from './catalogs.js';
import { listDbSchemas } from './db-schemas.js';
import { sqlInfoValues } from './sql-info.js';
import { listTables, TABLE_TYPES } from './tables.js';

/** Rows of one batch; table schemas are some hundred bytes each, so that a message stays well below 2 MiB. */
const ROWS_PER_BATCH = 1000;

/** The schema of a metadata answer; undefined where the command is not one, or not offered. */
export function metadataSchema(command: SqlCommand): ArrowSchema | undefined {
  switch (command.type) {
    case 'CommandGetCatalogs':
      return CATALOGS_SCHEMA;
    case 'CommandGetDbSchemas':
      return DB_SCHEMAS_SCHEMA;
    case 'CommandGetTables':
      return tablesSchema(command.message.includeSchema);
    case 'CommandGetTableTypes':
      return TABLE_TYPES_SCHEMA;
    case 'CommandGetSqlInfo':
      return SQL_INFO_SCHEMA;
    default:
      return undefined;
  }
}

/** The batches of a metadata answer, in order. */
export async function* metadataBatches(
  services: Services,
  command: SqlCommand,
  call: Call,
): AsyncGenerator<EncodedBatch, undefined, undefined> {
  switch (command.type) {
    case 'CommandGetCatalogs':
      yield buildCatalogs(await listCatalogs(services, call));
      return;
    case 'CommandGetDbSchemas':
      yield buildDbSchemas(await listDbSchemas(services, command.message, call));
      return;
    case 'CommandGetTables': {
      const { includeSchema } = command.message;
      const rows = await listTables(services, command.message, call);
      // In one batch where possible: ADBC's GetTableSchema reads the first only.
      for (let from = 0; from < rows.length; from += ROWS_PER_BATCH) {
        yield buildTables(rows.slice(from, from + ROWS_PER_BATCH), includeSchema);
      }
      return;
    }
    case 'CommandGetTableTypes':
      yield buildTableTypes(TABLE_TYPES);
      return;
    case 'CommandGetSqlInfo':
      yield buildSqlInfo(sqlInfoValues(services), command.message.info);
      return;
    default:
      return;
  }
}
