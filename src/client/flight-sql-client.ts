/** What a connection to a Flight SQL server can do: the contract of the shell, of scripts and of the library. */
import type { ArrowSchema } from '../flight/ipc/types.js';
import type { ReceivedBatch, ResultStream } from './result/result.js';
import type { Parameters } from './rows/parameter.js';
import type { Row } from './rows/value.js';
import type {
  CatalogRow,
  CrossReferenceRow,
  PrimaryKeyRow,
  SchemaRow,
  SqlInfoRow,
  TableRow,
  TableTypeRow,
  XdbcTypeRow,
} from './session/metadata-rows.js';
import type { SessionOptionValue } from './session/session-options.js';

/** Statements, in the session at large or in one transaction. */
export interface Statements {
  /**
   * Runs one statement and resolves when its result begins. DML and DDL have run by then.
   * Rejects with the server's GizmoError, or with the signal's reason.
   */
  query<T extends Row = Row>(sql: string, options?: QueryOptions): Promise<ResultStream<T>>;
  /** Runs one statement for its effect, and answers the number of changed rows; undefined where the server does not know. */
  execute(sql: string, options?: StatementOptions): Promise<number | undefined>;
  prepare<T extends Row = Row>(sql: string, options?: CallOptions): Promise<PreparedStatement<T>>;
  /**
   * Loads batches into a table, as one unit: all of them or none. Answers the number of rows the server took.
   * Rejects with ALREADY_EXISTS or NOT_FOUND where the table is not what `mode` expects.
   */
  ingest(table: string, source: IngestSource, options?: IngestOptions): Promise<number | undefined>;
}

export interface FlightSqlClient extends Statements, AsyncDisposable {
  /** Where this connection leads, for messages and prompts. */
  readonly target: { readonly host: string; readonly port: number; readonly tls: boolean };
  /** Whom the server took the credentials for, where it says so; else the name that was given with them. */
  readonly user: string | undefined;
  /** What the server lets them do: admin, user or readonly, where it says so. */
  readonly role: string | undefined;
  /** The schema that a query would have, without running it (GetSchema). */
  getQuerySchema(sql: string, options?: CallOptions): Promise<ArrowSchema>;

  /** Begins a transaction; one that is disposed of without a commit is rolled back. */
  beginTransaction(options?: CallOptions): Promise<Transaction>;
  /** Runs `work` in a transaction: committed where it resolves, rolled back where it rejects. */
  transaction<T>(work: (transaction: Transaction) => Promise<T>, options?: CallOptions): Promise<T>;

  getCatalogs(options?: CallOptions): Promise<ResultStream<CatalogRow>>;
  getDbSchemas(filter?: SchemaFilter, options?: CallOptions): Promise<ResultStream<SchemaRow>>;
  getTables(filter?: TableFilter, options?: CallOptions): Promise<ResultStream<TableRow>>;
  getTableTypes(options?: CallOptions): Promise<ResultStream<TableTypeRow>>;
  /** The schema of one table by its exact name; NOT_FOUND where there is none. */
  getTableSchema(table: TableName, options?: CallOptions): Promise<ArrowSchema>;
  getPrimaryKeys(table: TableName, options?: CallOptions): Promise<ResultStream<PrimaryKeyRow>>;
  /** The foreign keys of other tables that refer to this one. */
  getExportedKeys(table: TableName, options?: CallOptions): Promise<ResultStream<CrossReferenceRow>>;
  /** The foreign keys of this table. */
  getImportedKeys(table: TableName, options?: CallOptions): Promise<ResultStream<CrossReferenceRow>>;
  /** The foreign keys of `foreign` that refer to `primary`. */
  getCrossReference(
    primary: TableName,
    foreign: TableName,
    options?: CallOptions,
  ): Promise<ResultStream<CrossReferenceRow>>;
  /** Codes as in the Flight SQL enum SqlInfo; none asks for all. */
  getSqlInfo(codes?: readonly number[], options?: CallOptions): Promise<ResultStream<SqlInfoRow>>;
  /** All types, or those of one XDBC code. */
  getXdbcTypeInfo(dataType?: number, options?: CallOptions): Promise<ResultStream<XdbcTypeRow>>;

  /** Every option of the session that the server tells, such as `catalog` and `schema`. */
  getSessionOptions(options?: CallOptions): Promise<ReadonlyMap<string, SessionOptionValue>>;
  /** Sets options, `undefined` unsets one. INVALID_ARGUMENT names those that were refused; the others are set. */
  setSessionOptions(
    values: Readonly<Record<string, SessionOptionValue | undefined>>,
    options?: CallOptions,
  ): Promise<void>;
  /** Ends the session on the server where that is possible, then the connection. Idempotent; never rejects. */
  close(): Promise<void>;
}

export interface Transaction extends Statements, AsyncDisposable {
  commit(options?: CallOptions): Promise<void>;
  rollback(options?: CallOptions): Promise<void>;
}

export interface CallOptions {
  /**
   * Aborting it cancels on the server too. The call, or the result that is being read, then rejects with the reason
   * where that is a GizmoError; else with CANCELLED, or DEADLINE_EXCEEDED for `AbortSignal.timeout`, and the reason as
   * `cause`.
   */
  readonly signal?: AbortSignal | undefined;
}

export interface StatementOptions extends CallOptions {
  /** For a statement with parameters: values by position, or by name. */
  readonly parameters?: Parameters | undefined;
}

export interface QueryOptions extends StatementOptions {
  /**
   * Told from time to time how far the statement is, from 0 to 1 (undefined where the server cannot say). Needs a
   * server that has PollFlightInfo; with others it is never called.
   */
  readonly onProgress?: ((fraction: number | undefined) => void) | undefined;
}

/**
 * What can be loaded: a result of this or another connection, batches made by `batchesOf`, or Arrow IPC bytes (stream or
 * file format), such as apache-arrow's `tableToIPC(table)` or a file's read stream.
 */
export type IngestSource =
  | Uint8Array
  | Iterable<ReceivedBatch>
  | AsyncIterable<ReceivedBatch>
  | AsyncIterable<Uint8Array>;

export interface IngestOptions extends CallOptions {
  /**
   * `create` (the default) makes the table and wants that there is none; `append` wants that there is one; `replace`
   * drops one that is there; `create_append` takes either.
   */
  readonly mode?: 'create' | 'append' | 'replace' | 'create_append';
  readonly catalog?: string;
  readonly schema?: string;
  /** A temporary table of this session. */
  readonly temporary?: boolean;
  /** What a server's own documentation names. */
  readonly options?: Readonly<Record<string, string>>;
}

/** Patterns are those of SQL LIKE with `\` as escape. */
export interface SchemaFilter {
  /** Exactly; the empty string means objects without a catalog. */
  readonly catalog?: string;
  readonly schemaPattern?: string;
}

export interface TableFilter extends SchemaFilter {
  readonly tablePattern?: string;
  readonly tableTypes?: readonly string[];
  /** Adds the column `table_schema`, an encapsulated IPC schema message a table; `decodeSchema` reads it. */
  readonly includeSchema?: boolean;
}

/** Names as they are, no patterns. Without catalog or schema: in any. */
export interface TableName {
  readonly catalog?: string;
  readonly schema?: string;
  readonly table: string;
}

export interface PreparedStatement<T extends Row = Row> extends AsyncDisposable {
  /** No fields where running it gives no rows, or where the server does not tell. */
  readonly schema: ArrowSchema;
  /** Names and types of the parameters; undefined where the server does not tell. */
  readonly parameters: ArrowSchema | undefined;
  /** Runs it with one set of parameters, by position or by name. */
  query(parameters?: Parameters, options?: CallOptions): Promise<ResultStream<T>>;
  /** Runs it for its effect; answers the number of changed rows where the server knows. */
  execute(parameters?: Parameters, options?: CallOptions): Promise<number | undefined>;
  /** Runs it once for each set, all or none; answers the sum. */
  executeMany(rows: readonly Parameters[], options?: CallOptions): Promise<number | undefined>;
  /** Idempotent. */
  close(): Promise<void>;
}
