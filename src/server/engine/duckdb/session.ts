/** A session: one DuckDB connection, its temp tables, settings and transaction. */
import duckdb, { type ExtractedStatements } from '@duckdb/node-bindings';
import { GizmoError } from '../../../errors.js';
import type { Closed } from '../../model/lent-view.js';
import type { ObjectWrite, PlanFacts } from '../../model/plan-facts.js';
import type { RowFilter } from '../../model/row-filter.js';
import type {
  EngineCounts,
  EngineSession,
  EngineStatement,
  IngestRequest,
  InspectOptions,
  MadeView,
  NamedThings,
  PrepareHints,
} from '../engine.js';
import { AlikeStatement } from './alike-statement.js';
import { inspectCut } from './column-cuts/inspect-cut.js';
import { droppedNothing } from './facts/dropped-nothing.js';
import { catalogNames, lookUp } from './facts/look-up.js';
import { PLAN_SQL } from './facts/plan-text.js';
import { changesTransaction } from './facts/read-text.js';
import { ingest } from './ingest/ingest.js';
import type { IngestFunction } from './ingest/ingest-function.js';
import { isKeepable } from './keepable.js';
import { closeView } from './lent/close-view.js';
import { fail, hidingErrors } from './lent/lent-statement.js';
import { checkFilter } from './row-filters/check-filter.js';
import type { SessionCore } from './session-core.js';
import { DuckDbStatement } from './statement.js';

export class DuckDbSession implements EngineSession {
  readonly #core: SessionCore;
  readonly #ingests: IngestFunction;
  readonly #onClose: () => void;
  /** Kept between the parts of a text: DuckDB makes up names for PIVOT's enum types anew at each extraction. */
  #extraction: Extraction | undefined;
  #closing: Promise<void> | undefined;
  readonly #statements = new Set<DuckDbStatement>();
  readonly #forget = (statement: DuckDbStatement): void => void this.#statements.delete(statement);

  constructor(core: SessionCore, ingests: IngestFunction, onClose: () => void) {
    this.#core = core;
    this.#ingests = ingests;
    this.#onClose = onClose;
  }

  get counts(): Omit<EngineCounts, 'sessions'> {
    return {
      statements: this.#statements.size,
      results: this.#core.busy ? 1 : 0,
      planning: this.#core.lane.plans ? 1 : 0,
    };
  }

  async parse(sql: string): Promise<{ readonly statements: number }> {
    this.#refuseIfClosed();
    const { statements } = await this.#core.exclusively(() =>
      this.#core.lane.planning(() => this.#extract(sql)),
    );
    return { statements };
  }

  async prepare(
    sql: string,
    part = 0,
    signal?: AbortSignal,
    { again = false, filtered = false, cut = false, alike }: PrepareHints = {},
  ): Promise<EngineStatement> {
    this.#refuseIfClosed();
    if (alike !== undefined && !this.#core.isInspected) {
      refuseNul(sql);
      return new AlikeStatement(this.#core, sql, alike, () => this.prepare(sql, 0, signal));
    }
    const { lane } = this.#core;
    return await this.#core.exclusively(() =>
      lane.under(signal, () =>
        lane.planning(async () => {
          const { statement, prepared, run } = await this.#prepareExpanded(sql, part, { filtered, cut });
          if (again) prepared.keepable = await isKeepable(this.#core, prepared, run);
          return statement;
        }),
      ),
    );
  }

  async inspect(sql: string, options: InspectOptions): Promise<PlanFacts> {
    this.#refuseIfClosed();
    const core = this.#core;
    return await core.exclusively(() =>
      core.lane.under(options.signal, async () => {
        refuseNul(sql);
        const wasInspected = core.isInspected;
        core.isInspected = true;
        const isTheirOwn = options.forOthers !== true && options.qualified !== true;
        if ((options.visible !== undefined || isTheirOwn) && !changesTransaction(sql) && !core.isAborted) {
          await core.metadata.show(options.visible, PLAN_SQL);
          await core.place.keepWithin(options.visible);
        }
        if (!changesTransaction(sql)) await core.beginScope(options.readOnly);
        try {
          return await core.lane.planning(() => this.#inspectNow(sql, options));
        } catch (error) {
          await core.endScope('rollback');
          throw error;
        } finally {
          if (options.forOthers === true) core.forgetInspection(sql, wasInspected);
        }
      }),
    );
  }

  async #inspectNow(sql: string, options: InspectOptions): Promise<PlanFacts> {
    const core = this.#core;
    const nothing = await droppedNothing(core, sql, options);
    if (nothing !== undefined) return nothing;
    const facts = await inspectCut(core, sql, options);
    if (options.visible === undefined || core.isAborted) return facts;
    const types = await core.types.namedIn(core.kept.expand(sql));
    return types.length === 0 ? facts : { ...facts, types };
  }

  /** Nobody counts here what runs. */
  readonly meaning = undefined;

  takeNoted(): undefined {
    return undefined;
  }

  async catalogNames(): Promise<readonly string[]> {
    this.#refuseIfClosed();
    return await this.#core.exclusively(() => catalogNames(this.#core));
  }

  async lookUp(names: readonly string[], text?: string): Promise<NamedThings> {
    this.#refuseIfClosed();
    return await this.#core.exclusively(() => lookUp(this.#core, names, text));
  }

  async checkRowFilter(filter: RowFilter): Promise<void> {
    this.#refuseIfClosed();
    await this.#core.exclusively(() => checkFilter(this.#core, filter));
  }

  async closeView(made: MadeView): Promise<Closed | undefined> {
    this.#refuseIfClosed();
    const core = this.#core;
    return await core.exclusively(async () => {
      await core.beginScope(false);
      try {
        return await core.lane.planning(() => closeView(core, made));
      } finally {
        await core.endScope('rollback');
      }
    });
  }

  async endScope(how: 'commit' | 'rollback'): Promise<void> {
    // What a closed session had open is rolled back already.
    if (how === 'rollback' && this.#closing !== undefined) return;
    this.#refuseIfClosed();
    await this.#core.exclusively(() => this.#core.endScope(how));
  }

  async ingest(request: IngestRequest): Promise<{ readonly rows: number }> {
    this.#refuseIfClosed();
    if (request.temporary) this.#core.temporary.note([loadedTable(request)]);
    return await this.#core.exclusively(() => ingest(this.#core, this.#ingests, request));
  }

  async inTransaction(): Promise<boolean> {
    this.#refuseIfClosed();
    return await this.#core.exclusively(() => this.#core.inTransaction());
  }

  async progress(): Promise<number | undefined> {
    this.#refuseIfClosed();
    const { percentage } = duckdb.query_progress(this.#core.lane.connection);
    return percentage < 0 ? undefined : Math.min(percentage / 100, 1);
  }

  async expireTransaction(reason: GizmoError): Promise<boolean> {
    this.#refuseIfClosed();
    return await this.#core.exclusively(() => this.#core.expireTransaction(reason));
  }

  close(): Promise<void> {
    this.#closing ??= this.#disconnect();
    return this.#closing;
  }

  async #prepareExpanded(
    sql: string,
    part: number,
    must: { readonly filtered: boolean; readonly cut: boolean },
  ): Promise<Prepared> {
    const { kept, files, rowFilters, columnCuts, isInspected, lent, lane } = this.#core;
    const text = isInspected ? kept.expand(sql) : sql;
    const cut = isInspected ? columnCuts.textFor(text) : text;
    const lends = isInspected ? lent.of(cut) : undefined;
    const filtered = isInspected ? rowFilters.textFor(cut) : cut;
    const isFiltered = filtered !== cut;
    if ((must.filtered && !isFiltered) || (must.cut && cut === text))
      throw new GizmoError('INTERNAL', 'What is left of a table is not what was inspected last.');
    const isChanged = filtered !== text;
    lane.hidesExcerpts = isChanged;
    if (lends !== undefined) {
      const { run, reads } = lends;
      const prepared = await this.#prepare(run, part, text).catch((reason) => fail(reason, reads));
      this.#whileCurrent(prepared, { sql, text, cut, run: filtered, filtered });
      return { statement: hidingErrors(prepared, lends), prepared, run };
    }
    const run = isFiltered || !isInspected ? filtered : files.textFor(cut);
    const statement = await this.#prepare(run, part, text);
    if (isChanged) statement.hideExcerpts();
    this.#whileCurrent(statement, { sql, text, cut, run, filtered });
    return { statement, prepared: statement, run };
  }

  /** Lets a statement run as long as what was inspected is what runs. */
  #whileCurrent(statement: DuckDbStatement, { sql, text, cut, run, filtered }: Expanded): void {
    const { kept, files, rowFilters, columnCuts, lent, isInspected, metadata, place } = this.#core;
    const lends = isInspected ? lent.of(cut)?.run : undefined;
    // What is lent may be something else each time it is inspected, or nothing.
    if (isInspected) statement.onlyWhile(() => lent.of(cut)?.run === lends);
    // Other columns may be left of a table each time.
    if (isInspected) statement.onlyWhile(() => columnCuts.textFor(text) === cut);
    // What is let through of a table may be something else each time, and may have been all of it.
    if (isInspected) statement.onlyWhile(() => rowFilters.textFor(cut) === filtered);
    // The files that a text names may be others each time it is inspected.
    if (run !== filtered) statement.onlyWhile(() => files.textFor(cut) === run);
    // What is inspected before it runs are the words that EXECUTE stands for then.
    if (text !== sql) statement.onlyWhile(() => kept.expand(sql) === text);
    // DuckDB would go on to use what the names in it meant where the session was then.
    const { version } = place;
    if (isInspected) statement.onlyWhile(() => place.version === version);
    // DuckDB would go on to show what could be known when it was prepared.
    const showsAllowed = isInspected ? metadata.use() : undefined;
    if (showsAllowed !== undefined) statement.onlyWhile(showsAllowed);
  }

  /** @param text as it is known to whoever sent it, where something else is run in its place */
  async #prepare(sql: string, part: number, text: string): Promise<DuckDbStatement> {
    if (part === 0) {
      const prepared = await this.#prepareWhole(sql, text);
      if (prepared !== undefined) return prepared;
    }
    return await this.#preparePart(sql, part, text);
  }

  /** The usual case: the text is one statement, prepared in one call. Undefined where it is not one. */
  async #prepareWhole(sql: string, text: string): Promise<DuckDbStatement | undefined> {
    const { lane } = this.#core;
    refuseNul(sql);
    const { tableUse, dataVersion } = this.#core;
    const prepare = () => {
      tableUse.begin();
      return lane.call(() => duckdb.prepare(lane.connection, sql), sql);
    };
    const { value: version } = dataVersion;
    try {
      const prepared = await prepare();
      const again = { version, prepare };
      return this.#keep(new DuckDbStatement(this.#core, prepared, text, 1, this.#forget, again));
    } catch (error) {
      if (error instanceof GizmoError && error.message.includes(SEVERAL_STATEMENTS)) return undefined;
      throw error;
    }
  }

  async #preparePart(sql: string, part: number, text: string): Promise<DuckDbStatement> {
    const { lane } = this.#core;
    if (part === 0 || this.#extraction?.sql !== sql) this.#extraction = await this.#extract(sql);
    const { extracted, statements } = this.#extraction;
    if (part < 0 || part >= statements) {
      throw new GizmoError(
        'INVALID_ARGUMENT',
        `The text has ${statements} statements; there is no number ${part}.`,
      );
    }
    this.#core.tableUse.begin();
    try {
      const prepared = await lane.call(
        () => duckdb.prepare_extracted_statement(lane.connection, extracted, part),
        sql,
      );
      return this.#keep(new DuckDbStatement(this.#core, prepared, text, statements, this.#forget));
    } catch (error) {
      await this.#core.endParts(text);
      throw error;
    }
  }

  async #extract(sql: string): Promise<Extraction> {
    const { lane } = this.#core;
    refuseNul(sql);
    const { extracted_statements: extracted, statement_count: statements } = await lane.call(
      () => duckdb.extract_statements(lane.connection, sql),
      sql,
    );
    if (statements === 0) {
      const text = extractionError(extracted);
      if (text !== undefined) throw lane.fail(new Error(text), sql);
    }
    return { sql, extracted, statements };
  }

  #keep(statement: DuckDbStatement): DuckDbStatement {
    this.#statements.add(statement);
    return statement;
  }

  async #disconnect(): Promise<void> {
    await this.#core.lane.close(closed(), () => {
      for (const statement of this.#statements) statement.letGo();
      this.#statements.clear();
      this.#extraction = undefined;
    });
    this.#core.tableUse.stop();
    this.#core.rest();
    this.#onClose();
  }

  #refuseIfClosed(): void {
    if (this.#closing !== undefined) throw closed();
  }
}

interface Prepared {
  /** As it is to be executed. */
  readonly statement: EngineStatement;
  /** The same, or behind it. */
  readonly prepared: DuckDbStatement;
  /** The text that runs. */
  readonly run: string;
}

/** A text in its forms: as it was sent, with EXECUTE's words, over the columns that are left, as it runs, and with row filters. */
interface Expanded {
  readonly sql: string;
  readonly text: string;
  readonly cut: string;
  readonly run: string;
  readonly filtered: string;
}

interface Extraction {
  readonly sql: string;
  readonly extracted: ExtractedStatements;
  readonly statements: number;
}

const SEVERAL_STATEMENTS = 'Cannot prepare multiple statements at once';

/** Why no statement was found; undefined where the text has none, for which the bindings throw. */
function extractionError(extracted: ExtractedStatements): string | undefined {
  try {
    return duckdb.extract_statements_error(extracted) || undefined;
  } catch {
    return undefined;
  }
}

function loadedTable({ table }: IngestRequest): ObjectWrite {
  return {
    action: 'create',
    objectKind: 'table',
    catalog: 'temp',
    schema: 'main',
    name: table,
    shadowsBuiltIn: false,
  };
}

function closed(): GizmoError {
  return new GizmoError('CANCELLED', 'The session was closed.');
}

/** To DuckDB's C API a text ends at its first NUL: the rest would silently not run. */
function refuseNul(sql: string): void {
  if (sql.includes('\0'))
    throw new GizmoError('INVALID_ARGUMENT', 'SQL text cannot contain a NUL character.');
}
