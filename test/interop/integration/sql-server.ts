/** The server of the Flight SQL scenarios: fixed answers to the commands and actions that their clients send. */
import { create } from '@bufbuild/protobuf';
import { GizmoError } from '../../../src/errors.js';
import { encodeFlightData, type FlightDataMessage } from '../../../src/flight/flight-data.js';
import {
  CancelStatus,
  PutResultSchema,
  ResultSchema,
  SchemaResultSchema,
} from '../../../src/flight/gen/flight_pb.js';
import {
  ActionCancelQueryResult_CancelResult,
  CommandStatementIngest_TableDefinitionOptions_TableExistsOption,
  CommandStatementIngest_TableDefinitionOptions_TableNotExistOption,
} from '../../../src/flight/gen/flight_sql_pb.js';
import { buildBatch } from '../../../src/flight/ipc/build.js';
import { BatchReader } from '../../../src/flight/ipc/reader.js';
import { encapsulate, encodeSchema, schemasEqual } from '../../../src/flight/ipc/schema.js';
import { type ArrowSchema, field } from '../../../src/flight/ipc/types.js';
import { CATALOGS_SCHEMA } from '../../../src/flight/metadata/catalogs.js';
import { DB_SCHEMAS_SCHEMA } from '../../../src/flight/metadata/db-schemas.js';
import { FOREIGN_KEYS_SCHEMA, PRIMARY_KEYS_SCHEMA } from '../../../src/flight/metadata/keys.js';
import { SQL_INFO_SCHEMA } from '../../../src/flight/metadata/sql-info.js';
import { TABLE_TYPES_SCHEMA } from '../../../src/flight/metadata/table-types.js';
import { tablesSchema } from '../../../src/flight/metadata/tables.js';
import { XDBC_TYPE_INFO_SCHEMA } from '../../../src/flight/metadata/xdbc-type-info.js';
import type { FlightHandlers } from '../../../src/flight/service.js';
import { ACTIONS } from '../../../src/flight/sql/action.js';
import {
  decodeCommand,
  encodeCommand,
  type SqlCommand,
  type SqlCommandName,
} from '../../../src/flight/sql/command.js';
import { encodePreparedStatementResult, encodeUpdateResult } from '../../../src/flight/sql/put-result.js';
import { toStatus } from '../../../src/flight/status.js';
import { readMessages } from '../../../src/flight/stream.js';
import { answer, answerAll, bytes, check, flightInfo, result, text } from './scenario.js';

export const UPDATED = {
  statement: 10_000n,
  transaction: 15_000n,
  prepared: 20_000n,
  preparedTransaction: 25_000n,
};
export const TRANSACTION = bytes('transaction_id');
export const SAVEPOINT = bytes('savepoint_id');
export const PLAN = { plan: bytes('plan'), version: 'version' };

const COLUMN_METADATA = new Map(
  Object.entries({
    CATALOG_NAME: 'catalog_test',
    SCHEMA_NAME: 'schema_test',
    TABLE_NAME: 'test',
    TYPE_NAME: 'type_test',
    PRECISION: '100',
    IS_AUTO_INCREMENT: '1',
    IS_CASE_SENSITIVE: '0',
    IS_SEARCHABLE: '1',
    REMARKS: 'test column',
  }).map(([key, value]) => [`ARROW:FLIGHT:SQL:${key}`, value]),
);
export const QUERY = {
  fields: [field('id', { kind: 'int', bits: 64, signed: true }, { metadata: COLUMN_METADATA })],
};
export const TRANSACTION_QUERY = {
  fields: [field('pkey', { kind: 'int', bits: 32, signed: true }, { metadata: COLUMN_METADATA })],
};

/** Whether a ticket or handle belongs to a transaction, as its text says. */
const querySchema = (handle: Uint8Array): ArrowSchema =>
  text(handle).includes('WITH TXN') ? TRANSACTION_QUERY : QUERY;

/** The schema of a command's rows; INVALID_ARGUMENT where its fields are not the scenario's. */
function schemaOf(command: SqlCommand): ArrowSchema {
  switch (command.type) {
    case 'CommandStatementQuery':
      check(command.message.query === 'SELECT STATEMENT', 'unexpected query');
      return command.message.transactionId?.length ? TRANSACTION_QUERY : QUERY;
    case 'CommandStatementSubstraitPlan':
      check(text(command.message.plan?.plan ?? bytes('')) === 'plan', 'unexpected plan');
      return command.message.transactionId?.length ? TRANSACTION_QUERY : QUERY;
    case 'CommandPreparedStatementQuery':
      return querySchema(command.message.preparedStatementHandle);
    case 'TicketStatementQuery':
      return querySchema(command.message.statementHandle);
    case 'CommandGetTables':
      return tablesSchema(command.message.includeSchema);
    default: {
      const schema = METADATA[command.type];
      if (schema === undefined) throw new GizmoError('INVALID_ARGUMENT', `unexpected ${command.type}`);
      return schema;
    }
  }
}

const METADATA: Partial<Record<SqlCommandName, ArrowSchema>> = {
  CommandGetCatalogs: CATALOGS_SCHEMA,
  CommandGetDbSchemas: DB_SCHEMAS_SCHEMA,
  CommandGetTableTypes: TABLE_TYPES_SCHEMA,
  CommandGetPrimaryKeys: PRIMARY_KEYS_SCHEMA,
  CommandGetExportedKeys: FOREIGN_KEYS_SCHEMA,
  CommandGetImportedKeys: FOREIGN_KEYS_SCHEMA,
  CommandGetCrossReference: FOREIGN_KEYS_SCHEMA,
  CommandGetXdbcTypeInfo: XDBC_TYPE_INFO_SCHEMA,
  CommandGetSqlInfo: SQL_INFO_SCHEMA,
};

/** A statement's ticket names a handle; every other ticket is the command itself. */
function ticketOf(command: SqlCommand, cmd: Uint8Array): Uint8Array {
  const isPlan = command.type === 'CommandStatementSubstraitPlan';
  if (!isPlan && command.type !== 'CommandStatementQuery') return cmd;
  const transaction = command.message.transactionId?.length ? ' WITH TXN' : '';
  const statementHandle = bytes(`${isPlan ? 'PLAN' : 'SELECT STATEMENT'}${transaction} HANDLE`);
  return encodeCommand({ type: 'TicketStatementQuery', message: { statementHandle } });
}

/** The handlers of all three. */
export function serveSql(): Partial<FlightHandlers> {
  return {
    getFlightInfo: answer((descriptor) => {
      const command = decodeCommand(descriptor.cmd);
      const ticket = { ticket: ticketOf(command, descriptor.cmd) };
      return flightInfo(schemaOf(command), descriptor, [{ ticket }]);
    }),
    getSchema: answer(({ cmd }) =>
      create(SchemaResultSchema, { schema: encapsulate(encodeSchema(schemaOf(decodeCommand(cmd)))) }),
    ),
    doGet: answerAll(({ ticket }) => {
      const command = decodeCommand(ticket);
      const [schema] = result(schemaOf(command));
      if (command.type !== 'CommandGetSqlInfo' || schema === undefined) return result(schemaOf(command));
      return [...result(SQL_INFO_SCHEMA, undefined), sqlInfoFrame(command.message.info)];
    }),
    doPut: (call) => {
      putSql(readMessages(call)).then(
        (appMetadata) => {
          call.write(create(PutResultSchema, { appMetadata }));
          call.end();
        },
        (error: unknown) => call.emit('error', toStatus(error)),
      );
    },
    doAction: answerAll(({ type, body }) =>
      actSql(type, body).map((each) => create(ResultSchema, { body: each })),
    ),
  };
}

/** SqlInfo 4 to 101, each as the member of the union it belongs to: 0 text, 1 bool, 3 int32. */
export const SQL_INFO: readonly (readonly [code: number, typeId: number, value: unknown])[] = [
  [4, 1, false],
  [5, 1, true],
  [6, 0, 'min_version'],
  [7, 0, 'max_version'],
  [8, 3, 2],
  [9, 1, true],
  [100, 3, 42],
  [101, 3, 7],
];

const sqlInfoFrame = (codes: readonly number[]) => {
  const asked = SQL_INFO.filter(([code]) => codes.includes(code));
  const values = asked.map(([, typeId, value]) => ({ typeId, value }));
  return encodeFlightData({ message: buildBatch(SQL_INFO_SCHEMA, [asked.map(([code]) => code), values]) });
};

async function putSql(messages: AsyncIterable<FlightDataMessage>): Promise<Uint8Array> {
  const reader = new BatchReader();
  let command: SqlCommand | undefined;
  let rows = 0;
  for await (const message of messages) {
    command ??= decodeCommand(message.descriptor?.cmd ?? bytes(''));
    // Updates are over with their command; some clients wait for the answer before they half-close.
    if (message.header.length === 0) break;
    rows += reader.push(message)?.length ?? 0;
  }
  switch (command?.type) {
    case 'CommandStatementUpdate':
      check(command.message.query === 'UPDATE STATEMENT', 'unexpected update');
      return encodeUpdateResult(
        command.message.transactionId?.length ? UPDATED.transaction : UPDATED.statement,
      );
    case 'CommandStatementSubstraitPlan':
      schemaOf(command);
      return encodeUpdateResult(
        command.message.transactionId?.length ? UPDATED.transaction : UPDATED.statement,
      );
    case 'CommandPreparedStatementUpdate': {
      const inTransaction = text(command.message.preparedStatementHandle).includes('WITH TXN');
      return encodeUpdateResult(inTransaction ? UPDATED.preparedTransaction : UPDATED.prepared);
    }
    case 'CommandPreparedStatementQuery':
      check(reader.schema?.fields[0]?.name === 'id', 'the parameters have the schema of the query');
      return encodePreparedStatementResult(command.message.preparedStatementHandle);
    case 'CommandStatementIngest': {
      const { message } = command;
      const { tableDefinitionOptions: options, table, schema, catalog, temporary, transactionId } = message;
      check(options?.ifNotExist === INGEST_MODE.ifNotExist, 'a table that is missing is created');
      check(options.ifExists === INGEST_MODE.ifExists, 'a table that exists is replaced');
      const where = [table, schema, catalog, temporary, text(transactionId ?? bytes(''))].join();
      check(where === 'test_table,test_schema,test_catalog,true,123', `unexpected place ${where}`);
      check(message.options.key1 === 'val1' && message.options.key2 === 'val2', 'the options arrive');
      check(reader.schema !== undefined && schemasEqual(reader.schema, INGESTED), 'the schema arrives');
      return encodeUpdateResult(rows);
    }
    default:
      throw new GizmoError('INVALID_ARGUMENT', `unexpected ${command?.type}`);
  }
}

/** The results' bodies. */
function actSql(type: string, body: Uint8Array): Uint8Array[] {
  switch (type) {
    case 'CreatePreparedStatement': {
      const { query, transactionId } = ACTIONS.CreatePreparedStatement.decodeRequest(body);
      return [prepare(query, transactionId)];
    }
    case 'CreatePreparedSubstraitPlan': {
      const { plan, transactionId } = ACTIONS.CreatePreparedSubstraitPlan.decodeRequest(body);
      check(text(plan?.plan ?? bytes('')) === 'plan', 'unexpected plan');
      return [prepare('PLAN', transactionId)];
    }
    case 'ClosePreparedStatement':
      ACTIONS.ClosePreparedStatement.decodeRequest(body);
      return [];
    case 'BeginTransaction':
      return [ACTIONS.BeginTransaction.encodeResult({ transactionId: TRANSACTION })];
    case 'EndTransaction':
      check(
        TRANSACTION.equals(ACTIONS.EndTransaction.decodeRequest(body).transactionId),
        'unknown transaction',
      );
      return [];
    case 'BeginSavepoint': {
      const { name, transactionId } = ACTIONS.BeginSavepoint.decodeRequest(body);
      check(name === 'savepoint_name' && TRANSACTION.equals(transactionId), 'unexpected savepoint');
      return [ACTIONS.BeginSavepoint.encodeResult({ savepointId: SAVEPOINT })];
    }
    case 'EndSavepoint':
      check(SAVEPOINT.equals(ACTIONS.EndSavepoint.decodeRequest(body).savepointId), 'unknown savepoint');
      return [];
    case 'CancelFlightInfo':
      ACTIONS.CancelFlightInfo.decodeRequest(body);
      return [ACTIONS.CancelFlightInfo.encodeResult({ status: CancelStatus.CANCELLED })];
    case 'CancelQuery':
      ACTIONS.CancelQuery.decodeRequest(body);
      return [ACTIONS.CancelQuery.encodeResult({ result: ActionCancelQueryResult_CancelResult.CANCELLED })];
    default:
      throw new GizmoError('UNIMPLEMENTED', type);
  }
}

function prepare(name: string, transactionId: Uint8Array | undefined): Uint8Array {
  const preparedStatementHandle = bytes(`${name}${transactionId?.length ? ' WITH TXN' : ''} HANDLE`);
  return ACTIONS.CreatePreparedStatement.encodeResult({ preparedStatementHandle });
}

export const INGESTED = { fields: [field('test_field', { kind: 'int', bits: 64, signed: true })] };
export const INGEST_MODE = {
  ifNotExist: CommandStatementIngest_TableDefinitionOptions_TableNotExistOption.CREATE,
  ifExists: CommandStatementIngest_TableDefinitionOptions_TableExistsOption.REPLACE,
};
