/** What a session's statements share: its connection, its transaction state, and one operation at a time. */
import duckdb from '@duckdb/node-bindings';
import { GizmoError } from '../../../errors.js';
import { firstWord } from '../../../sql/first-word.js';
import type { FileRules } from '../../model/file-rules.js';
import type { StatementKind } from '../../model/statement-kind.js';
import { ColumnCuts } from './column-cuts/column-cuts.js';
import type { DataVersion } from './data-version.js';
import type { DefinitionsVersion } from './definitions-version.js';
import { Definitions, MadeTypes } from './facts/definitions.js';
import { FilteredMetadata } from './facts/filtered-metadata.js';
import { KeptStatements } from './facts/kept-statements.js';
import { SessionPlace } from './facts/session-place.js';
import { TemporaryNames } from './facts/shadowed-names.js';
import { OpenedFiles } from './files/opened-files.js';
import type { Lane } from './lane.js';
import { LentTexts } from './lent/lent-texts.js';
import type { LoopTurns } from './loop-turns.js';
import type { ProcessMemory } from './memory.js';
import { readTexts } from './read-texts.js';
import type { ReadTurns } from './read-turns.js';
import type { ReadingThreads } from './reading/reading-threads.js';
import type { ReplacedDatabases, UnderWay } from './replaced-databases.js';
import { RowFilters } from './row-filters/row-filters.js';
import type { TableUse } from './server-tables.js';
import type { SmallTexts } from './small-texts.js';
import { transactionAfter } from './transaction-after.js';

export interface CoreParts {
  readonly lane: Lane;
  readonly turns: ReadTurns;
  readonly loopTurns: LoopTurns;
  /** Absent where they can be read on by the engine's thread only. */
  readonly readingThreads: ReadingThreads | undefined;
  readonly memory: ProcessMemory | undefined;
  readonly smallTexts: SmallTexts;
  readonly tableUse: TableUse;
  readonly replaced: ReplacedDatabases;
  readonly definitionsVersion: DefinitionsVersion;
  readonly dataVersion: DataVersion;
  readonly fileRules: FileRules | undefined;
  readonly admitted: ReadonlySet<string>;
}

export class SessionCore implements UnderWay {
  readonly lane: Lane;
  /** In which its long results are read on, and converted. */
  readonly turns: ReadTurns;
  readonly loopTurns: LoopTurns;
  /** Absent where they can be read on by the engine's thread only. */
  readonly readingThreads: ReadingThreads | undefined;
  readonly memory: ProcessMemory | undefined;
  readonly tableUse: TableUse;
  /** Whether the session is one of somebody whose statements are inspected. */
  isInspected = false;
  /** What was prepared by SQL. */
  readonly kept = new KeptStatements();
  /** The views and macros there are. */
  readonly definitions = new Definitions(this);
  /** The types that have been made. */
  readonly types = new MadeTypes(this);
  /** The temporary objects of somebody whose statements are inspected. */
  readonly temporary = new TemporaryNames(this);
  /** What the session is shown of the metadata. */
  readonly metadata = new FilteredMetadata(this);
  /** Where its unqualified names are. */
  readonly place = new SessionPlace(this);
  /** The columns that are left to it of tables that it may read in part. */
  readonly columnCuts = new ColumnCuts(this);
  /** What is left to the session of tables under row policies. */
  readonly rowFilters = new RowFilters(this);
  /** What it reads of views that others lend. */
  readonly lent = new LentTexts();
  /** The files that the session may name. */
  readonly files: OpenedFiles;
  readonly definitionsVersion: DefinitionsVersion;
  readonly dataVersion: DataVersion;
  /** Functions, in lower case, that an extension brought and the operator admits. */
  readonly admitted: ReadonlySet<string>;
  /** Whether the open transaction has changed views or macros. */
  #changedDefinitions = false;
  readonly #smallTexts: SmallTexts;
  readonly #replaced: ReplacedDatabases;
  /** Those who wait until nothing is under way. */
  #onRest: (() => void)[] = [];
  #busy = false;
  /** Why nothing but the end of the transaction can be run. */
  #aborted: GizmoError | undefined;
  /** Whether the open transaction is one of {@link beginScope}. */
  #scoped = false;
  /** Whether something ran in it that may have changed data. */
  #scopeChanges = false;
  /** How often views and macros had changed when it began. */
  #scopeVersion = 0;
  #settingsVersion = 0;
  /** The text of several parts that has begun the transaction and not yet ended it. */
  #begunBy: string | undefined;
  /** Undefined: to be asked, because a statement that may have begun or ended a transaction has run. */
  #inTransaction: boolean | undefined = false;
  #connectionAddress: number | undefined;

  constructor(parts: CoreParts) {
    const {
      lane,
      turns,
      loopTurns,
      readingThreads,
      memory,
      smallTexts,
      tableUse,
      replaced,
      definitionsVersion,
      dataVersion,
      fileRules,
      admitted,
    } = parts;
    this.admitted = admitted;
    this.files = new OpenedFiles(this, fileRules);
    this.definitionsVersion = definitionsVersion;
    this.dataVersion = dataVersion;
    this.lane = lane;
    lane.onLeft = (reason) => {
      this.#aborted = reason;
    };
    this.turns = turns;
    this.loopTurns = loopTurns;
    this.readingThreads = readingThreads;
    this.memory = memory;
    this.#smallTexts = smallTexts;
    this.tableUse = tableUse;
    this.#replaced = replaced;
  }

  /** Whether something has claimed the connection. */
  get busy(): boolean {
    return this.#busy;
  }

  /** Lets a text that was inspected stand for itself again. */
  forgetInspection(sql: string, wasInspected: boolean): void {
    this.isInspected = wasInspected;
    const words = this.kept.expand(sql);
    this.rowFilters.forget();
    this.lent.forget(this.columnCuts.textFor(words));
    this.columnCuts.forget(words);
  }

  /** Claims the connection. Anything else on it would silently end a stream that is open. */
  begin(): void {
    if (this.#busy) throw busy();
    this.#busy = true;
  }

  end(): void {
    this.#busy = false;
    if (this.isAtRest) this.rest();
  }

  over(): Promise<void> | undefined {
    if (!this.#busy && this.isAtRest) return undefined;
    return new Promise((resolve) => this.#onRest.push(resolve));
  }

  /** A transaction is over, or the connection is closed. */
  rest(): void {
    for (const resolve of this.#onRest.splice(0)) resolve();
  }

  /** Runs `work` as the one operation of the session. */
  async exclusively<T>(work: () => Promise<T>): Promise<T> {
    this.begin();
    try {
      return await work();
    } finally {
      this.end();
    }
  }

  /** Runs an execution and follows what it does to the transaction. The connection must be claimed. */
  async run<T>(
    kind: StatementKind,
    { sql, parts }: StatementText,
    signal: AbortSignal | undefined,
    execute: () => Promise<T>,
  ): Promise<T> {
    if (this.#aborted !== undefined) await this.#leaveAborted(kind, sql, this.#aborted);
    if (TRANSACTIONAL.has(kind)) this.#inTransaction = undefined;
    this.#noteDefinitions(kind, sql);
    try {
      const call = () => this.lane.under(signal, () => this.lane.call(execute, sql));
      const result = await this.#replaced.around(kind, call);
      if (kind === 'prepare' || kind === 'drop') this.kept.note(sql);
      if (kind === 'transaction' && parts === 1) this.#inTransaction = transactionAfter(sql);
      if (parts > 1 && kind === 'transaction') this.#begunBy = this.#begunBy === sql ? undefined : sql;
      return result;
    } catch (error) {
      await this.noteFailure(sql);
      throw error;
    } finally {
      this.dataVersion.note(kind);
      if (kind !== 'select') this.#scopeChanges = true;
      if (kind === 'set') this.#settingsVersion += 1;
      this.#noteDefinitions(kind, sql);
    }
  }

  /** Others see what a transaction has made when it ends, and it then sees what others have made. */
  #noteDefinitions(kind: StatementKind, sql: string): void {
    if (this.definitionsVersion.note(kind, sql)) this.#changedDefinitions = true;
    if (kind !== 'transaction') return;
    this.definitions.forgetOthers();
    this.types.forgetOthers();
    this.metadata.noteTransactionEnd();
    if (this.#changedDefinitions) this.definitionsVersion.bump();
  }

  /**
   * To be called when a statement has failed while it ran. DuckDB would then refuse to go on with an explicit
   * transaction, but not with `disable_database_invalidation`: what the statement had written already would
   * stay, and be committed. So the transaction is refused here.
   */
  async noteFailure(sql?: string): Promise<void> {
    if (sql !== undefined && (await this.endParts(sql))) return;
    if (await this.inTransaction()) this.#aborted ??= aborted();
  }

  /**
   * Rolls an open transaction back and gives back what it holds, true where there was one. To the client it is as
   * if it had failed: an empty one takes its place, and only its end can be run. The connection must be claimed.
   */
  async expireTransaction(reason: GizmoError): Promise<boolean> {
    if (this.#aborted !== undefined || !(await this.inTransaction())) return false;
    await this.runOwn('rollback');
    await this.runOwn('begin transaction');
    this.#aborted = reason;
    return true;
  }

  /**
   * After a part of a text has failed: rolls back the transaction that DuckDB itself wrapped around the parts
   * (such as those of ALTER with a computed default), because nobody else would end it. True where there was one.
   */
  async endParts(sql: string): Promise<boolean> {
    if (this.#begunBy !== sql) return false;
    this.#begunBy = undefined;
    await this.rollBack();
    return true;
  }

  /**
   * Rolls back after a failure, which is what the caller has to tell: nothing that happens here may hide it. A
   * COMMIT that failed has left no transaction, so that DuckDB refuses; then the state is asked for anew.
   */
  async rollBack(): Promise<void> {
    try {
      await this.runOwn('rollback');
      this.#inTransaction = false;
    } catch {
      this.#inTransaction = undefined;
    }
  }

  /** Whether the open transaction has failed. */
  get isAborted(): boolean {
    return this.#aborted !== undefined;
  }

  /** Whether no transaction is open, as far as is known. */
  get isAtRest(): boolean {
    return this.#inTransaction === false && this.#aborted === undefined && !this.#scoped;
  }

  /** Where the connection is; undefined where nobody else could use that. */
  get connectionAddress(): number | undefined {
    this.#connectionAddress ??= this.memory?.calls?.addressOf(this.lane.connection);
    return this.#connectionAddress;
  }

  refuseIfAborted(): void {
    if (this.#aborted !== undefined) throw this.#aborted;
  }

  /** Whether an explicit transaction is open. The connection must be claimed. */
  async inTransaction(): Promise<boolean> {
    this.#inTransaction ??= await this.#probe();
    return this.#inTransaction;
  }

  /** Runs a statement of our own that returns nothing. The connection must be claimed. */
  async runOwn(sql: string): Promise<void> {
    await this.lane.call(() => duckdb.query(this.lane.connection, sql));
  }

  /**
   * The first row of a query of our own whose columns are texts, as are its parameters. The connection must be
   * claimed.
   */
  async readTexts(sql: string, ...parameters: readonly string[]): Promise<string[]> {
    return await readTexts(this.lane, this.memory, sql, ...parameters);
  }

  /**
   * Begins a transaction around one statement, for {@link endScope} to end; false where one is open already, which
   * is then the user's own. The connection must be claimed.
   */
  async beginScope(readOnly: boolean): Promise<boolean> {
    if (this.#aborted !== undefined || (await this.inTransaction())) return false;
    this.#scopeVersion = this.definitionsVersion.value;
    await this.runOwn(readOnly ? 'begin transaction read only' : 'begin transaction');
    this.#inTransaction = true;
    this.#scoped = true;
    this.#scopeChanges = false;
    return true;
  }

  /** Ends what {@link beginScope} began; nothing where that is over already. Throws where a commit fails. */
  async endScope(how: 'commit' | 'rollback'): Promise<void> {
    this.rowFilters.forget();
    if (!this.#scoped) return;
    this.#scoped = false;
    const failed = this.#aborted;
    this.#aborted = undefined;
    if (how === 'rollback' || failed !== undefined) return await this.rollBack();
    this.#inTransaction = undefined;
    await this.runOwn('commit');
    this.#inTransaction = false;
    if (this.#scopeChanges) this.dataVersion.bump();
  }

  /** How often views and macros have changed, of the changes that can be seen here for certain. */
  get definitionsSeen(): number {
    return this.#scoped ? this.#scopeVersion : this.definitionsVersion.value;
  }

  /** Counts SET and USE in this session: what is prepared afterwards may find other tables by the same names. */
  get settingsVersion(): number {
    return this.#settingsVersion;
  }

  isSmall(sql: string): boolean {
    return this.#smallTexts.has(sql);
  }

  learn(sql: string, rows: number): void {
    this.#smallTexts.learn(sql, rows);
  }

  /** Of a transaction that has failed only the end can be run: ROLLBACK goes on, COMMIT becomes one. */
  async #leaveAborted(kind: StatementKind, sql: string, reason: GizmoError): Promise<void> {
    const verb = kind === 'transaction' ? firstWord(sql) : undefined;
    if (verb === 'rollback' || verb === 'abort') {
      this.#aborted = undefined;
      return;
    }
    if (verb !== 'commit' && verb !== 'end') throw reason;
    await this.runOwn('rollback');
    this.#aborted = undefined;
    this.#inTransaction = false;
    throw rolledBack();
  }

  /** In autocommit every statement has a transaction of its own, and so a number of its own. */
  async #probe(): Promise<boolean> {
    const [first] = await this.readTexts(TRANSACTION_SQL);
    const [second] = await this.readTexts(TRANSACTION_SQL);
    return first === second;
  }
}

const TRANSACTION_SQL = 'select system.main.txid_current()::varchar';

/** What was prepared: the whole text, and of how many statements it is made. */
export interface StatementText {
  readonly sql: string;
  readonly parts: number;
}

/** After these the transaction may be another one. */
const TRANSACTIONAL: ReadonlySet<StatementKind> = new Set<StatementKind>(['transaction', 'execute', 'multi']);

function busy(): GizmoError {
  return new GizmoError(
    'FAILED_PRECONDITION',
    'The session still has a result open; read it to its end or close it first.',
  );
}

function aborted(): GizmoError {
  return new GizmoError(
    'FAILED_PRECONDITION',
    'The current transaction has failed; end it with ROLLBACK before anything else.',
  );
}

function rolledBack(): GizmoError {
  return new GizmoError(
    'FAILED_PRECONDITION',
    'The transaction had failed earlier, so COMMIT rolled it back; nothing of it was kept.',
  );
}
