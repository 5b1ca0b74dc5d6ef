/**
 * The Engine port: what the life of a statement needs from whatever runs SQL behind it. It speaks Arrow IPC,
 * not rows, so that an engine that already has Arrow (another Flight SQL server, Spark Connect) fits as well
 * as DuckDB does. Errors are GizmoErrors with the engine's own words as message.
 */
import type { GizmoError } from '../../errors.js';
import type { ArrowSchema, EncodedBatch } from '../../flight/ipc/types.js';
import type { ColumnCut } from '../model/column-cut.js';
import type { Closed, LentView } from '../model/lent-view.js';
import type { ObjectName, PlanFacts } from '../model/plan-facts.js';
import type { RowFilter } from '../model/row-filter.js';
import type { StatementKind } from '../model/statement-kind.js';
import type { Visible } from '../model/visible.js';
import type { AddressedRun } from './duckdb/direct/addressed-run.js';

export interface Engine {
  /** For SqlInfo and logs, such as `duckdb` and `v1.5.6`. */
  readonly name: string;
  readonly version: string;
  /**
   * Resolves when the engine has reported a state it cannot leave by itself (DuckDB: "database has been
   * invalidated"). Never rejects. The server then stops taking statements.
   */
  readonly failed: Promise<GizmoError>;
  openSession(options?: SessionReach): Promise<EngineSession>;
  /** How much of it is open: no more than somebody still uses. */
  counts(): Promise<EngineCounts>;
  /** Memory the engine itself accounts for, in bytes (DuckDB: `duckdb_memory()`). */
  memoryBytes(): Promise<number>;
  /** Interrupts what runs, checkpoints what can be, closes files and frees them. Idempotent. */
  close(): Promise<void>;
}

export interface EngineCounts {
  readonly sessions: number;
  /** Prepared and not closed. */
  readonly statements: number;
  /** Neither read to their end nor closed. */
  readonly results: number;
  /** Being parsed or bound, which cannot be interrupted. */
  readonly planning: number;
}

/** Who a session belongs to, as SQL functions say it. */
export interface SessionIdentity {
  readonly user: string;
  readonly role: string;
  /** The session's id, by which it can be ended. */
  readonly session: string;
}

/** What binding alone could reach in a session; each is reachable where nothing is said. */
export interface SessionReach {
  /** Absent: the functions that ask for it fail. */
  readonly identity?: SessionIdentity;
  /** False: functions and names that would open files fail while they are bound. */
  readonly filesReachable?: boolean;
  /** False: nextval fails, also where a macro hides it in a place that is evaluated while it is bound. */
  readonly sequencesReachable?: boolean;
}

/**
 * One session's own state: temp tables, search path, settings, transaction. It serves ONE operation at a
 * time: whoever owns the session queues (preparing while a result streams would silently end that stream).
 */
export interface EngineSession {
  /** Checks the syntax of a whole text and counts its statements; runs and binds nothing. */
  parse(sql: string): Promise<{ readonly statements: number }>;
  /**
   * Parses and binds statement `part` (0-based) of `sql`. A text that the caller took for one statement can
   * still be several to the engine (DuckDB's PIVOT): `parts` says how many, and each is prepared only after
   * the one before it ran. `signal` ends the wait with its reason as soon as the engine can stop planning.
   */
  prepare(sql: string, part?: number, signal?: AbortSignal, hints?: PrepareHints): Promise<EngineStatement>;
  /**
   * Says what one statement would do, for access decisions, and runs nothing. Begins a transaction for it unless the
   * user has one open, so that what was decided on is what runs; {@link endScope} ends it. Throws what binding throws.
   */
  inspect(sql: string, options: InspectOptions): Promise<PlanFacts>;
  /**
   * Databases and objects of these names, whether anybody may know of them or not; for access decisions.
   * @param text whose views and macros are to be found as well
   */
  lookUp(names: readonly string[], text?: string): Promise<NamedThings>;
  /**
   * As long as this number stays the same, texts mean in this session what they meant: nothing has run, or runs, in any
   * session that could have changed that. Undefined where that cannot be said, as while something like it runs.
   */
  readonly meaning: number | undefined;
  /**
   * A statement that was prepared for the text earlier in this session and closed with a {@link EngineStatement.note}, if it
   * still means what it meant then. It is the caller's now, to be executed with that {@link ExecuteOptions.meaning}.
   */
  takeNoted(sql: string): EngineStatement | undefined;
  /** Throws INVALID_ARGUMENT with the reason where a filter cannot be one: its table, its conditions. */
  checkRowFilter(filter: RowFilter): Promise<void>;
  /**
   * What a view or table macro is lent with, or why it cannot be; undefined where the statement has made none.
   * Names are read as they are in this session.
   */
  closeView(made: MadeView): Promise<Closed | undefined>;
  /** The names of all catalogs; none where they cannot be asked for, as in a transaction that has failed. */
  catalogNames(): Promise<readonly string[]>;
  /** Ends the transaction that {@link inspect} began; nothing happens where it began none. */
  endScope(how: 'commit' | 'rollback'): Promise<void>;
  /** Loads batches into a new or existing table in one transaction of its own; see {@link IngestRequest}. */
  ingest(request: IngestRequest): Promise<{ readonly rows: number }>;
  /** True while an explicit transaction is open, as far as the engine can tell. */
  inTransaction(): Promise<boolean>;
  /** How much of the statement that runs is done, from 0 to 1, as far as the engine can tell. At any time. */
  progress(): Promise<number | undefined>;
  /**
   * Rolls back an explicit transaction that is open and gives back what it holds; true where there was one. To the
   * client it has failed: statements are refused with `reason` until it is ended with COMMIT or ROLLBACK.
   */
  expireTransaction(reason: GizmoError): Promise<boolean>;
  /** Interrupts what runs, rolls back and frees. Idempotent. */
  close(): Promise<void>;
}

/** How the statement goes on. But for `filtered` and `cut` they help an engine to save work, and need not be heeded. */
export interface PrepareHints {
  /** Its facts say that it reads tables by their row filters: INTERNAL is thrown where something else would be prepared. */
  readonly filtered?: boolean;
  /** The same of tables that are cut to some columns. */
  readonly cut?: boolean;
  /** Nobody is to decide anything any more: it is executed once, at once and without parameters. A query may begin. */
  readonly atOnce?: boolean;
  /** The same text has been prepared in this session before: {@link EngineStatement.keepable} is worth finding out. */
  readonly again?: boolean;
  /** It was inspected, and what runs need not be the text: it is kept with a {@link EngineStatement.note} or not at all. */
  readonly inspected?: boolean;
  /** What one that differs in values alone was, so that nothing about it need be found out before it runs. */
  readonly alike?: Alike;
}

/** What is known of a statement before it runs. It is one, without parameters, and reads none of the server's own tables. */
export type Alike = Pick<EngineStatement, 'kind' | 'returns' | 'readOnly'>;

/** What a statement meant has perhaps changed: nothing of its execution may be told. It may have read, and nothing else. */
export class MeaningChanged extends Error {}

/** What there is of some names, which are compared without letter case. */
export interface NamedThings {
  readonly catalogs: readonly string[];
  readonly schemas: readonly Pick<ObjectName, 'catalog' | 'schema'>[];
  readonly objects: readonly (ObjectName & { readonly kind: 'table' | 'sequence' | 'index' | 'macro' })[];
  /** Those of the objects that are macros. */
  readonly macros: readonly ObjectName[];
  /** Those that have been made. */
  readonly types: readonly ObjectName[];
  /** Where names mean what stands in no place that is written before them: the current schema, and what is searched after it. */
  readonly path: readonly Pick<ObjectName, 'catalog' | 'schema'>[];
  /** The views and macros that the text names; a macro as often as it has forms. */
  readonly used: readonly UsedDefinition[];
}

/** A view or macro. */
export interface UsedDefinition extends ObjectName {
  /** The query that asks it alone, with NULL for each of its parameters. */
  readonly alone: string;
}

export interface InspectOptions {
  /** Whether the statement may change nothing: the transaction is then one that refuses to write tables. */
  readonly readOnly: boolean;
  /** Whether the text is the server's own and may name built-in functions in full. */
  readonly qualified?: boolean;
  /** What metadata may show; absent: everything. Metadata that shows no more than this is no fact. */
  readonly visible?: Visible;
  /** What may be read of some tables: a query over them runs with these filters, or its facts say that it does not. */
  readonly rowFilters?: readonly RowFilter[];
  /** Tables of which some columns may be read: what is inspected, and runs, is the same text over tables that have those only. */
  readonly cuts?: readonly ColumnCut[];
  /** Asked about somebody else: the session's own statements go on to be what they were. */
  readonly forOthers?: boolean;
  /** Reads these with their owner's rights. Throws FAILED_PRECONDITION where the text cannot be read so. */
  readonly lent?: readonly LentView[];
  readonly signal?: AbortSignal;
}

/** A CREATE statement that has just run, or the name of a view or table macro that is there. */
export type MadeView = { readonly sql: string } | { readonly name: ObjectName };

export interface EngineStatement {
  readonly kind: StatementKind;
  readonly parts: number;
  /** The server's own table functions that running it reads: {@link ExecuteOptions.serverTables} must have their rows. */
  readonly serverTables: readonly string[];
  /**
   * Schema of what running it streams. Known before execution except where DuckDB cannot tell (`undefined`);
   * then only {@link EngineResult.schema} is right. For DML without RETURNING and DDL it has no fields.
   */
  readonly schema: ArrowSchema | undefined;
  /** `rows`: a result set. `count`: DML, number of changed rows. `nothing`: DDL, SET, transaction control. */
  readonly returns: 'rows' | 'count' | 'nothing';
  /** True where running it can change nothing and it may therefore run later, or twice. */
  readonly readOnly: boolean;
  /** True where it may be run again in place of its text, until anything but queries and changes of data has run. */
  readonly keepable: boolean;
  /** What whoever prepared it has found out about it, for whoever {@link EngineSession.takeNoted takes} it when it has been closed. */
  note?: unknown;
  /** One field a parameter, in order; named parameters carry their name, others `1`, `2`, …; types as inferred. */
  readonly parameters: ArrowSchema;
  /** Starts it. The result must be read to its end or closed before anything else uses the session. */
  execute(options?: ExecuteOptions): Promise<EngineResult>;
  /** Idempotent; waits for an execution that has begun, and closes its result if that is open. */
  close(): Promise<void>;
}

export interface ExecuteOptions {
  /** Interrupts the statement; the wait then fails with the signal's reason. */
  readonly signal?: AbortSignal;
  /**
   * The session's {@link EngineSession.meaning} when the statement was inspected and prepared. Rejects with
   * {@link MeaningChanged} unless it is the same before and after; what the inspection said then need not be known any more.
   * For queries only.
   */
  readonly meaning?: number;
  /** One row of values, a record batch in IPC form whose schema need not equal `parameters` but must be castable. */
  readonly parameters?: { readonly schema: ArrowSchema; readonly batch: EncodedBatch; readonly row: number };
  /** For the statement's own {@link EngineStatement.serverTables}. */
  readonly serverTables?: ServerTableRows;
  /** Rows and bytes after which a batch is cut; a single larger row goes alone. */
  readonly batchRowsMax?: number;
  readonly batchBytesMax?: number;
}

/** A table function of the server's own, without arguments: name and columns. Its schema has plain layouts only. */
export interface ServerTableSchema {
  readonly name: string;
  readonly schema: ArrowSchema;
}

/** By name: all rows of a server table. */
export type ServerTableRows = ReadonlyMap<string, EncodedBatch>;

export interface EngineResult {
  readonly schema: ArrowSchema;
  /** The IPC schema message header, encoded once, so that FlightInfo and DoGet send the same bytes. */
  readonly schemaMessage: Uint8Array;
  /** Rows changed by DML; undefined for a result set or DDL. */
  readonly changes: number | undefined;
  /** Once it has ended: how another thread of the process may run the same again; see duckdb/direct. */
  readonly again?: (() => AddressedRun | undefined) | undefined;
  /** True once everything has been read: {@link next} would only say so. Never true where it would reject. */
  readonly ended: boolean;
  /**
   * The next batch, or undefined at the end. Rejects when the statement failed midway, and with CANCELLED when
   * it was closed before its end: an end is an end only if this resolved. At most one call at a time.
   */
  next(): Promise<EncodedBatch | undefined>;
  /** Interrupts what still runs and frees it. Idempotent; safe at any time. */
  close(): Promise<void>;
}

/**
 * Bulk load of Arrow data: target, what to do when it exists or does not, and the batches, pulled one at a time.
 * Columns are matched by name: those that only the table has get their defaults, one that only the data have is
 * ALREADY_EXISTS. Fields that cannot be null make columns that are NOT NULL. A temporary table is the session's own.
 */
export interface IngestRequest {
  readonly catalog?: string;
  readonly schema?: string;
  readonly table: string;
  readonly temporary: boolean;
  readonly ifMissing: 'create' | 'fail';
  readonly ifExists: 'append' | 'replace' | 'fail';
  readonly arrowSchema: ArrowSchema;
  readonly batches: AsyncIterable<EncodedBatch>;
  readonly signal?: AbortSignal;
}
