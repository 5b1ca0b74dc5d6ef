/** The doors that take no text of a statement: bulk loads, and the commands for metadata. */
import {
  CommandStatementIngest_TableDefinitionOptions_TableExistsOption as IfExists,
  CommandStatementIngest_TableDefinitionOptions_TableNotExistOption as IfMissing,
} from '../../../src/flight/gen/flight_sql_pb.js';
import { buildBatch } from '../../../src/flight/ipc/build.js';
import { encodeSchema } from '../../../src/flight/ipc/schema.js';
import { type ArrowSchema, field } from '../../../src/flight/ipc/types.js';
import { encodeCommand, type SqlCommandInit } from '../../../src/flight/sql/command.js';
import type { RawClient } from '../../support/raw-client.js';
import type { Needs } from './statement-kinds.js';

type IngestMessage = SqlCommandInit<'CommandStatementIngest'>['message'];

/** As ADBC's mode ADBC's mode `create_append` does, unless it is said otherwise. */
export const into = (
  table: string,
  ifNotExist: IfMissing = IfMissing.CREATE,
  ifExists: IfExists = IfExists.APPEND,
  catalog = 'a',
): IngestMessage => ({
  catalog,
  schema: 'main',
  table,
  tableDefinitionOptions: { ifNotExist, ifExists },
});

/** What each bulk load needs, as the statements of statement-kinds.ts do. */
export const INGESTS: readonly {
  readonly what: string;
  readonly message: IngestMessage;
  readonly needs: Needs;
}[] = [
  {
    what: 'append',
    message: into('t', IfMissing.FAIL, IfExists.APPEND),
    needs: { a: ['insert'] },
  },
  {
    what: 'append or create',
    message: into('t', IfMissing.CREATE, IfExists.APPEND),
    needs: { a: ['insert'] },
  },
  {
    what: 'append or create what is not there',
    message: into('n', IfMissing.CREATE, IfExists.APPEND),
    needs: { a: ['insert', 'all'] },
  },
  {
    what: 'create',
    message: into('n', IfMissing.CREATE, IfExists.FAIL),
    needs: { a: ['insert', 'all'] },
  },
  {
    what: 'replace',
    message: into('t', IfMissing.CREATE, IfExists.REPLACE),
    needs: { a: ['insert', 'all'] },
  },
  {
    what: 'into a temporary table',
    message: {
      table: 'n',
      temporary: true,
      tableDefinitionOptions: { ifNotExist: IfMissing.CREATE, ifExists: IfExists.FAIL },
    },
    needs: {},
  },
];

const SCHEMA: ArrowSchema = { fields: [field('i', { kind: 'int', bits: 32, signed: true })] };
const MESSAGES = [{ header: encodeSchema(SCHEMA), body: new Uint8Array(0) }, buildBatch(SCHEMA, [[1]])];

/** Loads one row. */
export async function load(client: RawClient, message: IngestMessage): Promise<void> {
  await client.put(encodeCommand({ type: 'CommandStatementIngest', message }), MESSAGES);
}

/** Commands whose answers name the catalog where they show anything of it. */
export const METADATA: readonly (readonly [string, (catalog: string) => Uint8Array])[] = [
  ['CommandGetCatalogs', () => encodeCommand({ type: 'CommandGetCatalogs', message: {} })],
  ['CommandGetDbSchemas', () => encodeCommand({ type: 'CommandGetDbSchemas', message: {} })],
  ['CommandGetTables', () => encodeCommand({ type: 'CommandGetTables', message: { includeSchema: true } })],
  [
    'CommandGetTables, filtered,',
    (catalog) =>
      encodeCommand({
        type: 'CommandGetTables',
        message: { catalog, dbSchemaFilterPattern: 'main', tableNameFilterPattern: '%' },
      }),
  ],
  [
    'CommandGetPrimaryKeys',
    (catalog) => encodeCommand({ type: 'CommandGetPrimaryKeys', message: { catalog, table: 'keyed' } }),
  ],
];
