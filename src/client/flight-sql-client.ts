/** What a connection to a Flight SQL server can do, and what a result is: the contract of the shell and of scripts. */
import type { ArrowSchema } from '../flight/ipc/types.js';
import type { ReceivedBatch } from './render/renderer.js';

export interface FlightSqlClient {
  /** Where this connection leads, for messages and prompts. */
  readonly target: { readonly host: string; readonly port: number; readonly tls: boolean };
  /** The name this connection logged in with, where it logged in with one. */
  readonly user: string | undefined;
  /**
   * Runs one statement and resolves when its result begins. DML and DDL have run by then.
   * Rejects with the server's GizmoError, or with the signal's reason.
   */
  query(sql: string, options?: CallOptions): Promise<ResultStream>;
  /** Runs one statement, reads its result to the end and drops the rows; answers the number of changed rows. */
  execute(sql: string, options?: CallOptions): Promise<number | undefined>;
  prepare(sql: string, options?: CallOptions): Promise<PreparedStatement>;
  getCatalogs(options?: CallOptions): Promise<ResultStream>;
  getDbSchemas(filter?: SchemaFilter, options?: CallOptions): Promise<ResultStream>;
  getTables(filter?: TableFilter, options?: CallOptions): Promise<ResultStream>;
  getTableTypes(options?: CallOptions): Promise<ResultStream>;
  /** Codes as in the Flight SQL message SqlInfo; none asks for all. */
  getSqlInfo(codes?: readonly number[], options?: CallOptions): Promise<ResultStream>;
  /** Ends the session on the server where that is possible, then the connection. Idempotent; never rejects. */
  close(): Promise<void>;
}

export interface CallOptions {
  /** Aborting it cancels on the server too; the call then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Patterns are those of SQL LIKE with `\` as escape. */
export interface SchemaFilter {
  readonly catalog?: string;
  readonly schemaPattern?: string;
}

export interface TableFilter extends SchemaFilter {
  readonly tablePattern?: string;
  readonly tableTypes?: readonly string[];
  /** Adds the column `table_schema`, an encapsulated IPC schema message a table. */
  readonly includeSchema?: boolean;
}

/**
 * One result, to be iterated once. Iteration rejects when the statement fails midway, so an end is an end only
 * if the loop finished. Leaving the loop early cancels.
 */
export interface ResultStream extends AsyncIterable<ReceivedBatch> {
  readonly schema: ArrowSchema;
  /** `rows`: a result set; `count`: DML, rows changed; `nothing`: DDL, SET, transaction control. */
  readonly returns: 'rows' | 'count' | 'nothing';
  /** Rows changed, where `returns` is `count` and the server told. */
  readonly changes: number | undefined;
  /** Stops the statement on the server and drops what is still to come. Idempotent; never rejects. */
  cancel(): Promise<void>;
}

export interface PreparedStatement {
  /** No fields where running it gives no rows. */
  readonly schema: ArrowSchema;
  readonly parameters: ArrowSchema;
  /** One row of parameter values in the order of `parameters`, in the form flight/ipc/build.ts takes. */
  query(parameters?: readonly unknown[], options?: CallOptions): Promise<ResultStream>;
  close(): Promise<void>;
}
