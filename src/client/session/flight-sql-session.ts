/** A Flight SQL session: statements, transactions, metadata, options, and its end. */
import { GizmoError } from '../../errors.js';
import { ActionEndTransactionRequest_EndTransaction as EndTransaction } from '../../flight/gen/flight_sql_pb.js';
import { decodeEncapsulatedSchema } from '../../flight/ipc/schema.js';
import type { ArrowSchema } from '../../flight/ipc/types.js';
import { ACTIONS, type ActionName } from '../../flight/sql/action.js';
import { encodeCommand, type SqlCommandInit, type SqlCommandName } from '../../flight/sql/command.js';
import type { FlightChannel } from '../connect/channel.js';
import { ChannelPool } from '../connect/channel-pool.js';
import type { ConnectOptions } from '../connect/options.js';
import type {
  CallOptions,
  FlightSqlClient,
  SchemaFilter,
  TableFilter,
  TableName,
  Transaction,
} from '../flight-sql-client.js';
import type { ResultStream } from '../result/result.js';
import type { Row } from '../rows/value.js';
import { FlightSqlStatements } from './flight-sql-statements.js';
import type {
  CatalogRow,
  CrossReferenceRow,
  PrimaryKeyRow,
  SchemaRow,
  SqlInfoRow,
  TableRow,
  TableTypeRow,
  XdbcTypeRow,
} from './metadata-rows.js';
import { runCommand } from './run-command.js';
import { decodeOption, encodeOption, refusalOf, type SessionOptionValue } from './session-options.js';

export class FlightSqlSession extends FlightSqlStatements implements FlightSqlClient {
  readonly target: FlightSqlClient['target'];
  readonly user: string | undefined;
  readonly role: string | undefined;
  #closing: Promise<void> | undefined;

  constructor(channel: FlightChannel, options: ConnectOptions) {
    super(new ChannelPool(channel, options));
    this.target = { host: options.host, port: options.port, tls: options.tls !== undefined };
    const given = options.credentials.kind === 'none' ? undefined : options.credentials.user;
    this.user = channel.identity?.user ?? given;
    this.role = channel.identity?.role;
  }

  async getQuerySchema(sql: string, { signal }: CallOptions = {}): Promise<ArrowSchema> {
    const cmd = encodeCommand({ type: 'CommandStatementQuery', message: { query: sql } });
    const { schema } = await this.channels.home.getSchema(cmd, signal);
    return schema.length === 0 ? { fields: [] } : decodeEncapsulatedSchema(schema);
  }

  async beginTransaction(options: CallOptions = {}): Promise<Transaction> {
    const [answer] = await this.#act('BeginTransaction', ACTIONS.BeginTransaction.encodeRequest({}), options);
    const id = answer && ACTIONS.BeginTransaction.decodeResult(answer.body).transactionId;
    if (id === undefined || id.length === 0)
      throw new GizmoError('INTERNAL', 'The server began a transaction and did not say which.');
    return new FlightSqlTransaction(this.channels, id);
  }

  async transaction<T>(
    work: (transaction: Transaction) => Promise<T>,
    options: CallOptions = {},
  ): Promise<T> {
    const transaction = await this.beginTransaction(options);
    let answer: T;
    try {
      answer = await work(transaction);
    } catch (error) {
      // What went wrong first is what there is to tell.
      await transaction.rollback().catch(() => undefined);
      throw error;
    }
    await transaction.commit();
    return answer;
  }

  getCatalogs(options: CallOptions = {}): Promise<ResultStream<CatalogRow>> {
    return this.#ask({ type: 'CommandGetCatalogs', message: {} }, options);
  }

  getDbSchemas(filter: SchemaFilter = {}, options: CallOptions = {}): Promise<ResultStream<SchemaRow>> {
    return this.#ask({ type: 'CommandGetDbSchemas', message: schemaFields(filter) }, options);
  }

  getTables(filter: TableFilter = {}, options: CallOptions = {}): Promise<ResultStream<TableRow>> {
    const { tablePattern, tableTypes = [], includeSchema = false } = filter;
    const message = {
      ...schemaFields(filter),
      ...(tablePattern === undefined ? {} : { tableNameFilterPattern: tablePattern }),
      tableTypes: [...tableTypes],
      includeSchema,
    };
    return this.#ask({ type: 'CommandGetTables', message }, options);
  }

  getTableTypes(options: CallOptions = {}): Promise<ResultStream<TableTypeRow>> {
    return this.#ask({ type: 'CommandGetTableTypes', message: {} }, options);
  }

  async getTableSchema(name: TableName, options: CallOptions = {}): Promise<ArrowSchema> {
    const { catalog, schema, table } = name;
    const filter = {
      ...(catalog === undefined ? {} : { catalog }),
      ...(schema === undefined ? {} : { schemaPattern: escapePattern(schema) }),
      tablePattern: escapePattern(table),
      includeSchema: true,
    };
    for await (const row of (await this.getTables(filter, options)).rows()) {
      const isIt =
        row.table_name === table && (schema === undefined || (row.db_schema_name ?? '') === schema);
      if (isIt && row.table_schema !== undefined) return decodeEncapsulatedSchema(row.table_schema);
    }
    throw new GizmoError('NOT_FOUND', `There is no table "${table}".`);
  }

  getPrimaryKeys(table: TableName, options: CallOptions = {}): Promise<ResultStream<PrimaryKeyRow>> {
    return this.#ask({ type: 'CommandGetPrimaryKeys', message: tableFields(table) }, options);
  }

  getExportedKeys(table: TableName, options: CallOptions = {}): Promise<ResultStream<CrossReferenceRow>> {
    return this.#ask({ type: 'CommandGetExportedKeys', message: tableFields(table) }, options);
  }

  getImportedKeys(table: TableName, options: CallOptions = {}): Promise<ResultStream<CrossReferenceRow>> {
    return this.#ask({ type: 'CommandGetImportedKeys', message: tableFields(table) }, options);
  }

  getCrossReference(
    primary: TableName,
    foreign: TableName,
    options: CallOptions = {},
  ): Promise<ResultStream<CrossReferenceRow>> {
    const pk = tableFields(primary);
    const fk = tableFields(foreign);
    const message = {
      pkTable: pk.table,
      ...(pk.catalog === undefined ? {} : { pkCatalog: pk.catalog }),
      ...(pk.dbSchema === undefined ? {} : { pkDbSchema: pk.dbSchema }),
      fkTable: fk.table,
      ...(fk.catalog === undefined ? {} : { fkCatalog: fk.catalog }),
      ...(fk.dbSchema === undefined ? {} : { fkDbSchema: fk.dbSchema }),
    };
    return this.#ask({ type: 'CommandGetCrossReference', message }, options);
  }

  getSqlInfo(codes: readonly number[] = [], options: CallOptions = {}): Promise<ResultStream<SqlInfoRow>> {
    return this.#ask({ type: 'CommandGetSqlInfo', message: { info: [...codes] } }, options);
  }

  getXdbcTypeInfo(dataType?: number, options: CallOptions = {}): Promise<ResultStream<XdbcTypeRow>> {
    const message = dataType === undefined ? {} : { dataType };
    return this.#ask({ type: 'CommandGetXdbcTypeInfo', message }, options);
  }

  async getSessionOptions(options: CallOptions = {}): Promise<ReadonlyMap<string, SessionOptionValue>> {
    const body = ACTIONS.GetSessionOptions.encodeRequest({});
    const [answer] = await this.#act('GetSessionOptions', body, options);
    const told =
      answer === undefined ? {} : ACTIONS.GetSessionOptions.decodeResult(answer.body).sessionOptions;
    const values = new Map<string, SessionOptionValue>();
    for (const [name, message] of Object.entries(told)) {
      const value = decodeOption(message);
      if (value !== undefined) values.set(name, value);
    }
    return values;
  }

  async setSessionOptions(
    values: Readonly<Record<string, SessionOptionValue | undefined>>,
    options: CallOptions = {},
  ): Promise<void> {
    const sessionOptions = Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, encodeOption(value)]),
    );
    const body = ACTIONS.SetSessionOptions.encodeRequest({ sessionOptions });
    const [answer] = await this.#act('SetSessionOptions', body, options);
    const refusal = answer && refusalOf(ACTIONS.SetSessionOptions.decodeResult(answer.body));
    if (refusal !== undefined) throw refusal;
  }

  close(): Promise<void> {
    this.#closing ??= this.#endSession();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #ask<T extends Row, Name extends SqlCommandName>(
    command: SqlCommandInit<Name>,
    options: CallOptions,
  ): Promise<ResultStream<T>> {
    return runCommand<T, Name>(this.channels, command, options);
  }

  #act(name: ActionName, body: Uint8Array, options: CallOptions) {
    return this.channels.home.doAction(name, body, options);
  }

  /** Servers without sessions refuse; either way the connection goes. */
  async #endSession(): Promise<void> {
    try {
      const body = ACTIONS.CloseSession.encodeRequest({});
      await this.channels.home.doAction('CloseSession', body, { timeoutMs: CLOSE_TIMEOUT_MS });
    } catch (error) {
      if (!(error instanceof GizmoError)) throw error;
    } finally {
      this.channels.close();
    }
  }
}

class FlightSqlTransaction extends FlightSqlStatements implements Transaction {
  readonly #id: Uint8Array;
  #ended = false;

  constructor(channels: ChannelPool, id: Uint8Array) {
    super(channels, id);
    this.#id = id;
  }

  commit(options: CallOptions = {}): Promise<void> {
    return this.#end(EndTransaction.COMMIT, options);
  }

  rollback(options: CallOptions = {}): Promise<void> {
    return this.#end(EndTransaction.ROLLBACK, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#ended) await this.rollback();
  }

  /** Ends it once: after a commit that failed there is nothing left to roll back, as far as servers go. */
  async #end(action: EndTransaction, options: CallOptions): Promise<void> {
    if (this.#ended) throw new GizmoError('FAILED_PRECONDITION', 'The transaction has ended already.');
    this.#ended = true;
    const request = ACTIONS.EndTransaction.encodeRequest({ transactionId: this.#id, action });
    await this.channels.home.doAction('EndTransaction', request, options);
  }
}

const CLOSE_TIMEOUT_MS = 2000;

function schemaFields({ catalog, schemaPattern }: SchemaFilter) {
  return {
    ...(catalog === undefined ? {} : { catalog }),
    ...(schemaPattern === undefined ? {} : { dbSchemaFilterPattern: schemaPattern }),
  };
}

function tableFields({ catalog, schema, table }: TableName) {
  return {
    ...(catalog === undefined ? {} : { catalog }),
    ...(schema === undefined ? {} : { dbSchema: schema }),
    table,
  };
}

/** Exactly this name, where a pattern is asked for. */
function escapePattern(name: string): string {
  return name.replace(/[\\%_]/g, (char) => `\\${char}`);
}
