/** Which metadata commands are answered: for each the schema it always has, and the rows. */
import { decodeRecordBatch } from '../../../flight/ipc/record-batch.js';
import { splitBatch } from '../../../flight/ipc/split-batch.js';
import type { ArrowSchema, EncodedBatch } from '../../../flight/ipc/types.js';
import { buildCatalogs, CATALOGS_SCHEMA } from '../../../flight/metadata/catalogs.js';
import { buildDbSchemas, DB_SCHEMAS_SCHEMA } from '../../../flight/metadata/db-schemas.js';
import {
  buildForeignKeys,
  buildPrimaryKeys,
  FOREIGN_KEYS_SCHEMA,
  PRIMARY_KEYS_SCHEMA,
} from '../../../flight/metadata/keys.js';
import { buildSqlInfo, SQL_INFO_SCHEMA } from '../../../flight/metadata/sql-info.js';
import { buildTableTypes, TABLE_TYPES_SCHEMA } from '../../../flight/metadata/table-types.js';
import { tablesSchema } from '../../../flight/metadata/tables.js';
import { buildXdbcTypeInfo, XDBC_TYPE_INFO_SCHEMA } from '../../../flight/metadata/xdbc-type-info.js';
import type { SqlCommand } from '../../../flight/sql/command.js';
import type { Call } from '../call.js';
import type { Services } from '../services.js';
import { listCatalogs } from './catalogs.js';
import { listDbSchemas } from './db-schemas.js';
import { listForeignKeys, listPrimaryKeys } from './keys.js';
import { sqlInfoValues } from './sql-info.js';
import { tableBatches } from './table-batches.js';
import { TABLE_TYPES } from './tables.js';
import { TYPE_INFO } from './type-info.js';

/** As every message: a client's usual limit is 4 MiB. */
const MESSAGE = { rowsMax: 65_536, bytesMax: 2 * 1024 * 1024 };

/** The schema of a metadata answer; undefined where the command is not one. */
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
    case 'CommandGetPrimaryKeys':
      return PRIMARY_KEYS_SCHEMA;
    case 'CommandGetExportedKeys':
    case 'CommandGetImportedKeys':
    case 'CommandGetCrossReference':
      return FOREIGN_KEYS_SCHEMA;
    case 'CommandGetSqlInfo':
      return SQL_INFO_SCHEMA;
    case 'CommandGetXdbcTypeInfo':
      return XDBC_TYPE_INFO_SCHEMA;
    default:
      return undefined;
  }
}

/** The batches of a metadata answer, in order; one where it fits a message, because ADBC's GetTableSchema reads no more. */
export async function* metadataBatches(
  services: Services,
  command: SqlCommand,
  call: Call,
): AsyncGenerator<EncodedBatch, undefined, undefined> {
  const schema = metadataSchema(command);
  if (schema === undefined) return;
  await services.statements.askAboutCommand(() => call.session(), command.type);
  for await (const batch of wholeBatches(services, command, call)) {
    if (batch.body.byteLength <= MESSAGE.bytesMax) yield batch;
    else yield* splitBatch(decodeRecordBatch(schema, batch), MESSAGE);
  }
}

async function* wholeBatches(
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
    case 'CommandGetTables':
      yield* tableBatches(services, command.message, call);
      return;
    case 'CommandGetTableTypes':
      yield buildTableTypes(TABLE_TYPES);
      return;
    case 'CommandGetSqlInfo':
      yield buildSqlInfo(sqlInfoValues(services), command.message.info);
      return;
    case 'CommandGetXdbcTypeInfo':
      yield buildXdbcTypeInfo(TYPE_INFO, command.message.dataType);
      return;
    default:
      yield* keyBatches(services, command, call);
  }
}

async function* keyBatches(
  services: Services,
  { type, message }: SqlCommand,
  call: Call,
): AsyncGenerator<EncodedBatch, undefined, undefined> {
  switch (type) {
    case 'CommandGetPrimaryKeys': {
      const { catalog, dbSchema: schema, table } = message;
      yield buildPrimaryKeys(await listPrimaryKeys(services, { catalog, schema, table }, call));
      return;
    }
    case 'CommandGetExportedKeys': {
      const { catalog, dbSchema: schema, table } = message;
      const primary = { catalog, schema, table };
      yield buildForeignKeys(await listForeignKeys(services, { primary }, call), 'foreign');
      return;
    }
    case 'CommandGetImportedKeys': {
      const { catalog, dbSchema: schema, table } = message;
      const foreign = { catalog, schema, table };
      yield buildForeignKeys(await listForeignKeys(services, { foreign }, call), 'primary');
      return;
    }
    case 'CommandGetCrossReference': {
      const { pkCatalog, pkDbSchema, pkTable, fkCatalog, fkDbSchema, fkTable } = message;
      const primary = { catalog: pkCatalog, schema: pkDbSchema, table: pkTable };
      const foreign = { catalog: fkCatalog, schema: fkDbSchema, table: fkTable };
      yield buildForeignKeys(await listForeignKeys(services, { primary, foreign }, call), 'primary');
      return;
    }
    default:
  }
}
