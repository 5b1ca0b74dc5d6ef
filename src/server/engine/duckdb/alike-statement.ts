/**
 * A statement that was never prepared: one like it, which differed in values alone, told what it is. It is parsed, planned
 * and run in one call of DuckDB instead of two.
 */
import duckdb, { type Result } from '@duckdb/node-bindings';
import type { ArrowSchema } from '../../../flight/ipc/types.js';
import type { Alike, EngineResult, EngineStatement, ExecuteOptions } from '../engine.js';
import { UnpreparedStatement } from '../unprepared-statement.js';
import { openResult } from './open-result.js';
import type { DuckDbResult } from './result.js';
import type { SessionCore } from './session-core.js';
import { describeColumns } from './type-map.js';

export class AlikeStatement extends UnpreparedStatement {
  readonly #core: SessionCore;
  readonly #sql: string;
  readonly #prepare: () => Promise<EngineStatement>;
  /** In place of this one, where it had to be prepared after all. */
  #prepared: EngineStatement | undefined;

  /** @param prepare prepares the text, where that is needed after all */
  constructor(core: SessionCore, sql: string, alike: Alike, prepare: () => Promise<EngineStatement>) {
    super(alike);
    this.#core = core;
    this.#sql = sql;
    this.#prepare = prepare;
  }

  protected async run(options: ExecuteOptions): Promise<EngineResult> {
    const core = this.#core;
    // There a text that cannot be planned leaves the transaction as it is, and one that fails ends it.
    if (!core.isAborted && !(await core.exclusively(() => core.inTransaction())))
      return await this.#query(options);
    this.#prepared = await this.#prepare();
    return await this.#prepared.execute(options);
  }

  protected override async end(): Promise<void> {
    await super.end();
    await this.#prepared?.close();
  }

  async #query(options: ExecuteOptions): Promise<DuckDbResult> {
    const core = this.#core;
    const { lane, tableUse } = core;
    const sql = this.#sql;
    const onEnd = async (rows: number, how: 'finished' | 'failed' | 'abandoned') => {
      if (how === 'finished' && this.readOnly) core.learn(sql, rows);
      core.end();
    };
    let opened: DuckDbResult;
    core.begin();
    try {
      lane.hidesExcerpts = false;
      tableUse.begin();
      tableUse.supply(undefined);
      const query = () => duckdb.query(lane.connection, sql);
      const result = await core.run(this.kind, { sql, parts: 1 }, options.signal, query);
      const schemaOf = () => describe(result);
      opened = openResult(core, result, { schemaOf, streams: false, options, onEnd, again: 'text' });
    } catch (error) {
      core.end();
      throw error;
    }
    await opened.prime();
    return opened;
  }
}

function describe(result: Result): ArrowSchema {
  const indexes = Array.from({ length: duckdb.column_count(result) }, (_, index) => index);
  const names = indexes.map((index) => duckdb.column_name(result, index));
  const typeIds = indexes.map((index) => duckdb.column_type(result, index));
  return describeColumns(names, typeIds, (index) => duckdb.column_logical_type(result, index));
}
