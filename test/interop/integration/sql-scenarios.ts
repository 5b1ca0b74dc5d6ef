import type { FlightDataMessage } from '../../../src/flight/flight-data.js';
import { CancelStatus } from '../../../src/flight/gen/flight_pb.js';
import {
  ActionEndSavepointRequest_EndSavepoint,
  ActionEndTransactionRequest_EndTransaction,
} from '../../../src/flight/gen/flight_sql_pb.js';
import { buildBatch } from '../../../src/flight/ipc/build.js';
import { BatchReader } from '../../../src/flight/ipc/reader.js';
import { decodeEncapsulatedSchema, encodeSchema, schemasEqual } from '../../../src/flight/ipc/schema.js';
import type { ArrowSchema } from '../../../src/flight/ipc/types.js';
import { CATALOGS_SCHEMA } from '../../../src/flight/metadata/catalogs.js';
import { DB_SCHEMAS_SCHEMA } from '../../../src/flight/metadata/db-schemas.js';
import { FOREIGN_KEYS_SCHEMA, PRIMARY_KEYS_SCHEMA } from '../../../src/flight/metadata/keys.js';
import { SQL_INFO_SCHEMA } from '../../../src/flight/metadata/sql-info.js';
import { TABLE_TYPES_SCHEMA } from '../../../src/flight/metadata/table-types.js';
import { tablesSchema } from '../../../src/flight/metadata/tables.js';
import { XDBC_TYPE_INFO_SCHEMA } from '../../../src/flight/metadata/xdbc-type-info.js';
import { ACTIONS } from '../../../src/flight/sql/action.js';
import { encodeCommand, type SqlCommandInit, type SqlCommandName } from '../../../src/flight/sql/command.js';
import { decodeUpdateResult } from '../../../src/flight/sql/put-result.js';
import { collect, type RawClient } from '../../support/raw-client.js';
import { bytes, check, type Scenario } from './scenario.js';

import {
  INGEST_MODE,
  INGESTED,
  PLAN,
  QUERY,
  SAVEPOINT,
  SQL_INFO,
  serveSql,
  TRANSACTION,
  TRANSACTION_QUERY,
  UPDATED,
} from './sql-server.js';

/** The client's side: what a server must answer to each command. */
function speak(client: RawClient) {
  const NO_PARAMETERS = [schemaMessage({ fields: [] })];
  return {
    /** Info, stream and GetSchema agree on the schema. */
    async reads<Name extends SqlCommandName>(command: SqlCommandInit<Name>, schema: ArrowSchema) {
      const cmd = encodeCommand(command);
      const info = await client.info(cmd);
      const messages = await collect<FlightDataMessage>(
        client.openGet(info.endpoint[0]?.ticket?.ticket ?? bytes('')),
      );
      const reader = new BatchReader();
      for (const message of messages) reader.push(message);
      check(
        reader.schema !== undefined && schemasEqual(reader.schema, schema),
        `the rows of ${command.type}`,
      );
      const { schema: announced } = await client.schema(cmd);
      check(schemasEqual(decodeEncapsulatedSchema(announced), schema), `GetSchema of ${command.type}`);
      return info;
    },
    async updates<Name extends SqlCommandName>(command: SqlCommandInit<Name>, count: bigint) {
      const isPrepared = command.type === 'CommandPreparedStatementUpdate';
      const [answered = bytes('')] = await client.put(
        encodeCommand(command),
        isPrepared ? NO_PARAMETERS : [],
      );
      check(decodeUpdateResult(answered) === count, `${command.type} changes ${count} rows`);
    },
    async act(type: string, body: Uint8Array): Promise<Uint8Array> {
      const [answered = bytes('')] = await client.action(type, body);
      return answered;
    },
    /** Binds a row to a prepared query, reads it and forgets it. */
    async readsPrepared(created: Uint8Array, schema: ArrowSchema) {
      const { preparedStatementHandle } = ACTIONS.CreatePreparedStatement.decodeResult(created);
      const command = {
        type: 'CommandPreparedStatementQuery',
        message: { preparedStatementHandle },
      } as const;
      await client.put(encodeCommand(command), [schemaMessage(QUERY), buildBatch(QUERY, [[1n]])]);
      await this.reads(command, schema);
      await this.act(
        'ClosePreparedStatement',
        ACTIONS.ClosePreparedStatement.encodeRequest({ preparedStatementHandle }),
      );
    },
    async updatesPrepared(created: Uint8Array, count: bigint) {
      const { preparedStatementHandle } = ACTIONS.CreatePreparedStatement.decodeResult(created);
      await this.updates(
        { type: 'CommandPreparedStatementUpdate', message: { preparedStatementHandle } },
        count,
      );
      await this.act(
        'ClosePreparedStatement',
        ACTIONS.ClosePreparedStatement.encodeRequest({ preparedStatementHandle }),
      );
    },
  };
}

const schemaMessage = (schema: ArrowSchema) => ({ header: encodeSchema(schema), body: new Uint8Array(0) });

const flightSql: Scenario = {
  serve: serveSql,
  run: async (client) => {
    const peer = speak(client);
    const dbSchemaFilterPattern = 'db_schema_filter_pattern';
    const table = { catalog: 'catalog', dbSchema: 'db_schema', table: 'table' };
    await peer.reads({ type: 'CommandGetCatalogs', message: {} }, CATALOGS_SCHEMA);
    await peer.reads(
      { type: 'CommandGetDbSchemas', message: { catalog: 'catalog', dbSchemaFilterPattern } },
      DB_SCHEMAS_SCHEMA,
    );
    const tables = {
      catalog: 'catalog',
      dbSchemaFilterPattern,
      tableNameFilterPattern: 'table_filter_pattern',
      tableTypes: ['table', 'view'],
      includeSchema: true,
    };
    await peer.reads({ type: 'CommandGetTables', message: tables }, tablesSchema(true));
    await peer.reads({ type: 'CommandGetTableTypes', message: {} }, TABLE_TYPES_SCHEMA);
    await peer.reads({ type: 'CommandGetPrimaryKeys', message: table }, PRIMARY_KEYS_SCHEMA);
    await peer.reads({ type: 'CommandGetExportedKeys', message: table }, FOREIGN_KEYS_SCHEMA);
    await peer.reads({ type: 'CommandGetImportedKeys', message: table }, FOREIGN_KEYS_SCHEMA);
    const pair = {
      pkCatalog: 'pk_catalog',
      pkDbSchema: 'pk_db_schema',
      pkTable: 'pk_table',
      fkCatalog: 'fk_catalog',
      fkDbSchema: 'fk_db_schema',
      fkTable: 'fk_table',
    };
    await peer.reads({ type: 'CommandGetCrossReference', message: pair }, FOREIGN_KEYS_SCHEMA);
    await peer.reads({ type: 'CommandGetXdbcTypeInfo', message: {} }, XDBC_TYPE_INFO_SCHEMA);
    await peer.reads({ type: 'CommandGetSqlInfo', message: { info: [0, 3] } }, SQL_INFO_SCHEMA);
    await peer.reads({ type: 'CommandStatementQuery', message: { query: 'SELECT STATEMENT' } }, QUERY);
    await peer.updates(
      { type: 'CommandStatementUpdate', message: { query: 'UPDATE STATEMENT' } },
      UPDATED.statement,
    );
    const create = (query: string) =>
      peer.act('CreatePreparedStatement', ACTIONS.CreatePreparedStatement.encodeRequest({ query }));
    await peer.readsPrepared(await create('SELECT PREPARED STATEMENT'), QUERY);
    await peer.updatesPrepared(await create('UPDATE PREPARED STATEMENT'), UPDATED.prepared);
  },
};

const extension: Scenario = {
  serve: serveSql,
  run: async (client) => {
    const peer = speak(client);
    const plan = { plan: PLAN };
    const inTransaction = { transactionId: TRANSACTION };
    const createPlan = (more: { transactionId?: Uint8Array } = {}) =>
      peer.act(
        'CreatePreparedSubstraitPlan',
        ACTIONS.CreatePreparedSubstraitPlan.encodeRequest({ ...plan, ...more }),
      );
    const create = (query: string) =>
      peer.act(
        'CreatePreparedStatement',
        ACTIONS.CreatePreparedStatement.encodeRequest({ query, ...inTransaction }),
      );

    const codes = SQL_INFO.map(([code]) => code);
    const facts = await client.info(encodeCommand({ type: 'CommandGetSqlInfo', message: { info: codes } }));
    const rows = await client.get(facts.endpoint[0]?.ticket?.ticket ?? bytes(''));
    const seen = JSON.stringify(rows);
    const expected = JSON.stringify(SQL_INFO.map(([code, typeId, value]) => [code, { typeId, value }]));
    check(seen === expected, `SqlInfo is ${seen}, not ${expected}`);

    const info = await peer.reads({ type: 'CommandStatementSubstraitPlan', message: plan }, QUERY);
    const request = ACTIONS.CancelFlightInfo.encodeRequest({ info });
    const { status } = ACTIONS.CancelFlightInfo.decodeResult(await peer.act('CancelFlightInfo', request));
    check(status === CancelStatus.CANCELLED, 'the plan is cancelled');
    await peer.updates({ type: 'CommandStatementSubstraitPlan', message: plan }, UPDATED.statement);
    await peer.readsPrepared(await createPlan(), QUERY);
    await peer.updatesPrepared(await createPlan(), UPDATED.prepared);

    const begun = await peer.act('BeginTransaction', ACTIONS.BeginTransaction.encodeRequest({}));
    const { transactionId } = ACTIONS.BeginTransaction.decodeResult(begun);
    check(TRANSACTION.equals(transactionId), 'the transaction has its id');
    const name = 'savepoint_name';
    const setSavepoint = ACTIONS.BeginSavepoint.encodeRequest({ ...inTransaction, name });
    const { savepointId } = ACTIONS.BeginSavepoint.decodeResult(
      await peer.act('BeginSavepoint', setSavepoint),
    );
    check(SAVEPOINT.equals(savepointId), 'the savepoint has its id');
    const query = 'SELECT STATEMENT';
    await peer.reads(
      { type: 'CommandStatementQuery', message: { query, ...inTransaction } },
      TRANSACTION_QUERY,
    );
    await peer.reads(
      { type: 'CommandStatementSubstraitPlan', message: { ...plan, ...inTransaction } },
      TRANSACTION_QUERY,
    );
    const update = { query: 'UPDATE STATEMENT', ...inTransaction };
    await peer.updates({ type: 'CommandStatementUpdate', message: update }, UPDATED.transaction);
    await peer.updates(
      { type: 'CommandStatementSubstraitPlan', message: { ...plan, ...inTransaction } },
      UPDATED.transaction,
    );
    await peer.readsPrepared(await create('SELECT PREPARED STATEMENT'), TRANSACTION_QUERY);
    await peer.readsPrepared(await createPlan(inTransaction), TRANSACTION_QUERY);
    await peer.updatesPrepared(await create('UPDATE PREPARED STATEMENT'), UPDATED.preparedTransaction);
    await peer.updatesPrepared(await createPlan(inTransaction), UPDATED.preparedTransaction);
    for (const action of [END_SAVEPOINT.ROLLBACK, END_SAVEPOINT.RELEASE])
      await peer.act('EndSavepoint', ACTIONS.EndSavepoint.encodeRequest({ savepointId, action }));
    for (const action of [END_TRANSACTION.COMMIT, END_TRANSACTION.ROLLBACK])
      await peer.act('EndTransaction', ACTIONS.EndTransaction.encodeRequest({ transactionId, action }));
  },
};

const ingestion: Scenario = {
  serve: serveSql,
  run: async (client) => {
    const message = {
      tableDefinitionOptions: INGEST_MODE,
      table: 'test_table',
      schema: 'test_schema',
      catalog: 'test_catalog',
      temporary: true,
      transactionId: bytes('123'),
      options: { key1: 'val1', key2: 'val2' },
    };
    const [answered = bytes('')] = await client.put(
      encodeCommand({ type: 'CommandStatementIngest', message }),
      [schemaMessage(INGESTED), buildBatch(INGESTED, [[null, null, null]])],
    );
    check(decodeUpdateResult(answered) === 3n, 'three rows are loaded');
  },
};

const END_SAVEPOINT = ActionEndSavepointRequest_EndSavepoint;
const END_TRANSACTION = ActionEndTransactionRequest_EndTransaction;

/** By the names that all implementations give them. */
export const SQL_SCENARIOS: Readonly<Record<string, Scenario>> = {
  flight_sql: flightSql,
  'flight_sql:extension': extension,
  'flight_sql:ingestion': ingestion,
};
