/**
 * A Flight SQL session. Every statement, DML and DDL included, goes through GetFlightInfo and DoGet, as the ADBC
 * driver's own DB-API does: the server decides what a statement is, nothing is guessed from its text, nothing takes
 * an extra round trip, and nothing can run twice.
 */
import { GizmoError } from '../errors.js';
import { encodeFlightData } from '../flight/flight-data.js';
import { buildBatch } from '../flight/ipc/build.js';
import { decodeSchema, encodeSchema, unwrapEncapsulated } from '../flight/ipc/schema.js';
import type { ArrowSchema } from '../flight/ipc/types.js';
import { ACTIONS } from '../flight/sql/action.js';
import { encodeCommand, type SqlCommandInit, type SqlCommandName } from '../flight/sql/command.js';
import { decodePreparedStatementResult } from '../flight/sql/put-result.js';
import { describeCommand, type FlightChannel } from './connect-channel.js';
import type { ConnectOptions } from './connect-options.js';
import type {
  CallOptions,
  FlightSqlClient,
  PreparedStatement,
  ResultStream,
  SchemaFilter,
  TableFilter,
} from './flight-sql-client.js';
import { openResult } from './result-stream.js';

export class FlightSqlSession implements FlightSqlClient {
  readonly target: FlightSqlClient['target'];
  readonly user: string | undefined;
  readonly #channel: FlightChannel;
  #closing: Promise<void> | undefined;

  constructor(channel: FlightChannel, options: ConnectOptions) {
    this.#channel = channel;
    this.target = { host: options.host, port: options.port, tls: options.tls !== undefined };
    this.user = options.credentials.kind === 'none' ? undefined : options.credentials.user;
  }

  query(sql: string, options: CallOptions = {}): Promise<ResultStream> {
    return this.#run({ type: 'CommandStatementQuery', message: { query: sql } }, options);
  }

  async execute(sql: string, options: CallOptions = {}): Promise<number | undefined> {
    const result = await this.query(sql, options);
    for await (const _ of result);
    return result.changes;
  }

  async prepare(sql: string, options: CallOptions = {}): Promise<PreparedStatement> {
    const { CreatePreparedStatement } = ACTIONS;
    const body = CreatePreparedStatement.encodeRequest({ query: sql });
    const [answer] = await this.#channel.doAction('CreatePreparedStatement', body, options);
    if (answer === undefined)
      throw new GizmoError('INTERNAL', 'The server prepared the statement and did not say how to call it.');
    const created = CreatePreparedStatement.decodeResult(answer.body);
    let handle = created.preparedStatementHandle;
    const parameters = readSchema(created.parameterSchema);
    return {
      schema: readSchema(created.datasetSchema),
      parameters,
      query: async (values = [], call = {}) => {
        if (parameters.fields.length > 0 || values.length > 0)
          handle = await this.#bind(handle, parameters, values, call);
        const message = { preparedStatementHandle: handle };
        return this.#run({ type: 'CommandPreparedStatementQuery', message }, call);
      },
      close: async () => {
        const request = ACTIONS.ClosePreparedStatement.encodeRequest({ preparedStatementHandle: handle });
        await this.#channel.doAction('ClosePreparedStatement', request);
      },
    };
  }

  getCatalogs(options: CallOptions = {}): Promise<ResultStream> {
    return this.#run({ type: 'CommandGetCatalogs', message: {} }, options);
  }

  getDbSchemas(filter: SchemaFilter = {}, options: CallOptions = {}): Promise<ResultStream> {
    return this.#run({ type: 'CommandGetDbSchemas', message: schemaFields(filter) }, options);
  }

  getTables(filter: TableFilter = {}, options: CallOptions = {}): Promise<ResultStream> {
    const { tablePattern, tableTypes = [], includeSchema = false } = filter;
    const message = {
      ...schemaFields(filter),
      ...(tablePattern === undefined ? {} : { tableNameFilterPattern: tablePattern }),
      tableTypes: [...tableTypes],
      includeSchema,
    };
    return this.#run({ type: 'CommandGetTables', message }, options);
  }

  getTableTypes(options: CallOptions = {}): Promise<ResultStream> {
    return this.#run({ type: 'CommandGetTableTypes', message: {} }, options);
  }

  getSqlInfo(codes: readonly number[] = [], options: CallOptions = {}): Promise<ResultStream> {
    return this.#run({ type: 'CommandGetSqlInfo', message: { info: [...codes] } }, options);
  }

  close(): Promise<void> {
    this.#closing ??= this.#endSession();
    return this.#closing;
  }

  async #run<Name extends SqlCommandName>(
    command: SqlCommandInit<Name>,
    { signal }: CallOptions,
  ): Promise<ResultStream> {
    const info = await this.#channel.getFlightInfo(encodeCommand(command), signal);
    return openResult(this.#channel, info, signal);
  }

  /** Answers the handle to use from now on: servers that keep no state put the parameters into it. */
  async #bind(
    handle: Uint8Array,
    parameters: ArrowSchema,
    values: readonly unknown[],
    { signal }: CallOptions,
  ): Promise<Uint8Array> {
    const { length } = parameters.fields;
    if (values.length !== length)
      throw new GizmoError(
        'INVALID_ARGUMENT',
        `The statement takes ${length} parameters, not ${values.length}.`,
      );
    const cmd = encodeCommand({
      type: 'CommandPreparedStatementQuery',
      message: { preparedStatementHandle: handle },
    });
    const header = encodeSchema(parameters);
    const columns = values.map((value) => [value]);
    const results = await this.#channel.doPut(
      [
        encodeFlightData({ descriptor: describeCommand(cmd), message: { header, body: new Uint8Array(0) } }),
        encodeFlightData({ message: buildBatch(parameters, columns) }),
      ],
      signal,
    );
    const [first] = results;
    return (first && decodePreparedStatementResult(first.appMetadata)) ?? handle;
  }

  /** Servers without sessions refuse; either way the connection goes. */
  async #endSession(): Promise<void> {
    try {
      const body = ACTIONS.CloseSession.encodeRequest({});
      await this.#channel.doAction('CloseSession', body, { timeoutMs: CLOSE_TIMEOUT_MS });
    } catch (error) {
      if (!(error instanceof GizmoError)) throw error;
    } finally {
      this.#channel.close();
    }
  }
}

const CLOSE_TIMEOUT_MS = 2000;

function schemaFields({ catalog, schemaPattern }: SchemaFilter) {
  return {
    ...(catalog === undefined ? {} : { catalog }),
    ...(schemaPattern === undefined ? {} : { dbSchemaFilterPattern: schemaPattern }),
  };
}

/** Zero bytes mean no fields. */
function readSchema(bytes: Uint8Array): ArrowSchema {
  return bytes.length === 0 ? { fields: [] } : decodeSchema(unwrapEncapsulated(bytes));
}
