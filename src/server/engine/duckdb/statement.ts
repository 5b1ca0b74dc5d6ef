/** One prepared statement on a session's connection. */
import duckdb, { type PreparedStatement, type Result } from '@duckdb/node-bindings';
import { GizmoError } from '../../../errors.js';
import { schemasEqual } from '../../../flight/ipc/schema.js';
import type { ArrowSchema } from '../../../flight/ipc/types.js';
import type { StatementKind } from '../../model/statement-kind.js';
import type { EngineStatement, ExecuteOptions } from '../engine.js';
import { preparedAnew } from '../prepared-anew.js';
import { ParameterBinder } from './bind-parameters.js';
import { PLANNED_ON_DATA } from './data-version.js';
import { NO_FIELDS, openResult } from './open-result.js';
import { describeParameters } from './parameter-types.js';
import type { DuckDbResult } from './result.js';
import type { SessionCore, StatementText } from './session-core.js';
import { readFacts, type StatementFacts } from './statement-facts.js';
import { describeColumns, isPlainType, toArrowField } from './type-map.js';

export class DuckDbStatement implements EngineStatement {
  readonly kind: StatementKind;
  readonly parts: number;
  readonly serverTables: readonly string[];
  readonly schema: ArrowSchema | undefined;
  readonly returns: EngineStatement['returns'];
  readonly readOnly: boolean;
  readonly parameters: ArrowSchema;
  /** As far as somebody has found out. */
  keepable = false;
  readonly #core: SessionCore;
  #prepared: PreparedStatement;
  readonly #text: StatementText;
  readonly #facts: StatementFacts;
  readonly #binder: ParameterBinder;
  readonly #typeIds: number[] = [];
  /** Settles when the last execution has begun to answer, or failed. */
  #executing: Promise<unknown> | undefined;
  /** The result that holds the connection, or that nobody has begun to read. */
  #open: DuckDbResult | undefined;
  #closing: Promise<void> | undefined;

  readonly #onDestroyed: (statement: DuckDbStatement) => void;
  #destroyed = false;
  #isCurrent = (): boolean => true;
  readonly #preparation: Preparation | undefined;
  readonly #settingsVersion: number;
  /** Of the data that it is planned for. */
  #dataVersion: number | undefined;
  #hidesExcerpts = false;

  /**
   * @param onDestroyed called once, when it holds nothing of DuckDB any more
   * @param preparation how it is prepared anew; absent of a part of a text, which is run as soon as it is prepared
   */
  constructor(
    core: SessionCore,
    prepared: PreparedStatement,
    sql: string,
    parts: number,
    onDestroyed: (statement: DuckDbStatement) => void,
    preparation?: Preparation,
  ) {
    this.#onDestroyed = onDestroyed;
    this.#preparation = preparation;
    this.#dataVersion = preparation?.version;
    this.#settingsVersion = core.settingsVersion;
    this.#core = core;
    this.#prepared = prepared;
    this.#text = { sql, parts };
    this.#facts = readFacts(prepared, sql);
    this.parts = parts;
    this.kind = this.#facts.kind;
    this.serverTables = core.tableUse.tables(this.kind);
    this.returns = this.#facts.returns;
    this.readOnly = this.#facts.readOnly;
    this.parameters = describeParameters(prepared);
    this.#binder = new ParameterBinder(prepared, this.parameters);
    this.schema = this.#describe();
  }

  /** What runs is not the text that its errors would quote. */
  hideExcerpts(): void {
    this.#hidesExcerpts = true;
  }

  /** Refuses to run once `isCurrent` says no. */
  onlyWhile(isCurrent: () => boolean): void {
    const before = this.#isCurrent;
    this.#isCurrent = () => before() && isCurrent();
  }

  async execute(options: ExecuteOptions = {}): Promise<DuckDbResult> {
    // Whoever says what it meant then, answers for its meaning that now.
    if (options.meaning === undefined && !this.#isCurrent()) throw preparedAnew();
    if (this.#closing !== undefined)
      throw new GizmoError('NOT_FOUND', 'The prepared statement has been closed.');
    this.#core.begin();
    this.#core.lane.hidesExcerpts = this.#hidesExcerpts;
    const executing = this.#execute(options);
    this.#executing = executing;
    return await executing;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #execute(options: ExecuteOptions): Promise<DuckDbResult> {
    const result = await this.#start(options);
    this.#open = result;
    await result.prime();
    // A first batch that is also the last has given the connection back, and is still to be read.
    if (!result.ended) this.#open = result;
    return result;
  }

  /** The connection is claimed; whoever has the result gives it back by ending that. */
  async #start(options: ExecuteOptions): Promise<DuckDbResult> {
    const core = this.#core;
    try {
      this.#binder.bind(options.parameters);
      const preparation = this.#outdated();
      if (preparation !== undefined)
        await core.lane.under(options.signal, () => core.lane.planning(() => this.#planForData(preparation)));
      core.tableUse.supply(options.serverTables);
      const streams = this.readOnly && !core.isSmall(this.#text.sql);
      const run = streams ? duckdb.execute_prepared_streaming : duckdb.execute_prepared;
      const result = await core.run(this.kind, this.#text, options.signal, () => run(this.#prepared));
      return this.#wrap(result, streams, options);
    } catch (error) {
      core.end();
      throw error;
    }
  }

  /** How to plan anew what was planned for other data. With parameters DuckDB does so itself at each execution. */
  #outdated(): Preparation | undefined {
    const { dataVersion, settingsVersion, isAborted } = this.#core;
    if (this.#dataVersion === dataVersion.value || isAborted) return undefined;
    // By another search path its names may be other tables, which were not promised.
    if (this.#settingsVersion !== settingsVersion) return undefined;
    if (!PLANNED_ON_DATA.has(this.kind) || this.parameters.fields.length > 0) return undefined;
    return this.#preparation;
  }

  async #planForData({ prepare }: Preparation): Promise<void> {
    const { dataVersion, tableUse, lane } = this.#core;
    const { value: version } = dataVersion;
    const prepared = await prepare();
    const superseded = this.#destroyed ? prepared : this.#prepared;
    if (!this.#destroyed) this.#prepared = prepared;
    duckdb.destroy_prepare_sync(superseded);
    if (lane.closed !== undefined) throw lane.closed;
    // Who may read them was decided on those of before.
    if (tableUse.tables(this.kind).join() !== this.serverTables.join()) throw preparedAnew();
    this.#dataVersion = version;
  }

  /** Destroying what a thread of DuckDB still runs would end the process. */
  async #close(): Promise<void> {
    await Promise.allSettled([this.#executing]);
    try {
      await this.#open?.close();
    } finally {
      this.letGo();
    }
  }

  /** Gives back at once what it holds. Nothing of it may be running. */
  letGo(): void {
    this.#closing ??= Promise.resolve();
    if (this.#destroyed) return;
    this.#destroyed = true;
    duckdb.destroy_prepare_sync(this.#prepared);
    this.#onDestroyed(this);
  }

  #wrap(result: Result, streams: boolean, options: ExecuteOptions): DuckDbResult {
    const core = this.#core;
    const onEnd = async (rows: number, how: 'finished' | 'failed' | 'abandoned') => {
      try {
        if (how === 'failed') await core.noteFailure(this.#text.sql);
        else if (how === 'finished' && this.readOnly) core.learn(this.#text.sql, rows);
      } finally {
        this.#open = undefined;
        core.end();
      }
    };
    const schemaOf = () => this.#schemaOf(result);
    const dataVersion = this.parameters.fields.length > 0 ? undefined : this.#dataVersion;
    const again = this.#mayChangeThread ? { statement: this.#prepared, dataVersion } : undefined;
    return openResult(core, result, { schemaOf, streams, options, onEnd, again });
  }

  /** Whether another thread may run it again. */
  get #mayChangeThread(): boolean {
    const { kind } = this;
    if (this.#preparation === undefined || this.serverTables.length > 0 || this.#hidesExcerpts) return false;
    // Its columns are certain whatever is bound to it, and it changes rows or nothing.
    if (kind === 'select') return this.readOnly && this.schema !== undefined;
    return CHANGES_ROWS.has(kind) && this.returns === 'count';
  }

  /** The promised schema where it still holds, so that it need not be described and encoded again. */
  #schemaOf(result: Result): ArrowSchema {
    const promised = this.schema;
    if (promised !== undefined && this.#isAsPromised(result, promised)) return promised;
    const count = duckdb.column_count(result);
    const fields = Array.from({ length: count }, (_, index) =>
      toArrowField(duckdb.column_name(result, index), duckdb.column_logical_type(result, index)),
    );
    return promised !== undefined && schemasEqual(promised, { fields }) ? promised : { fields };
  }

  /** The quick answer, where every column has a type that its id says all about. */
  #isAsPromised(result: Result, { fields }: ArrowSchema): boolean {
    if (duckdb.column_count(result) !== fields.length) return false;
    return fields.every(({ name }, index) => {
      const id = duckdb.column_type(result, index);
      return id === this.#typeIds[index] && isPlainType(id) && name === duckdb.column_name(result, index);
    });
  }

  #describe(): ArrowSchema | undefined {
    const prepared = this.#prepared;
    if (!this.#facts.certain) return undefined;
    if (this.returns !== 'rows') return NO_FIELDS;
    const count = duckdb.prepared_statement_column_count(prepared);
    if (count > COLUMNS_MAX) throw tooWide(count);
    if (count > COLUMNS_DESCRIBED_MAX) return undefined;
    const names: string[] = [];
    for (let index = 0; index < count; index += 1) {
      const id = duckdb.prepared_statement_column_type(prepared, index);
      this.#typeIds.push(id);
      // A parameter whose type DuckDB cannot tell leaves the columns unknown until values are bound.
      if (id === duckdb.Type.INVALID) return undefined;
      names.push(duckdb.prepared_statement_column_name(prepared, index));
    }
    const describe = (index: number) => duckdb.prepared_statement_column_logical_type(prepared, index);
    return describeColumns(names, this.#typeIds, describe);
  }
}

/** How a statement's whole text is prepared. */
export interface Preparation {
  /** Of the data, before it was prepared. */
  readonly version: number;
  prepare(): Promise<PreparedStatement>;
}

/**
 * DuckDB copies the list of all columns whenever it is asked about one of a prepared statement, so that a wide one
 * would hold the engine's thread for seconds. Such a result is described by its execution.
 */
const COLUMNS_DESCRIBED_MAX = 2048;
/** Each costs the engine's thread some microseconds at once, and everybody waits for those. */
const COLUMNS_MAX = 16_384;

function tooWide(count: number): GizmoError {
  return new GizmoError(
    'INVALID_ARGUMENT',
    `The statement answers ${count} columns; a result has at most ${COLUMNS_MAX}.`,
  );
}

/** Of statements that may run in another thread. */
const CHANGES_ROWS: ReadonlySet<StatementKind> = new Set<StatementKind>(['insert', 'update', 'delete']);
