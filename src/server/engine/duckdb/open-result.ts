/** What an execution has answered, as a result to be read. */
import duckdb, { type Result } from '@duckdb/node-bindings';
import { encodeKnownSchema } from '../../../flight/ipc/known-schemas.js';
import type { ArrowSchema } from '../../../flight/ipc/types.js';
import type { ExecuteOptions } from '../engine.js';
import { BatchWriter } from './convert/batch-writer.js';
import { planColumn } from './convert/column-plan.js';
import { createWriter } from './convert/create-writer.js';
import { addressRun, type Planned } from './direct/address-run.js';
import { type ChunkSource, DuckDbResult, type DuckDbResultOptions, MaterializedChunks } from './result.js';
import type { SessionCore } from './session-core.js';
import { StreamedChunks } from './streamed-chunks.js';

const BATCH_ROWS_MAX = 65_536;
/** A little less than the 2 MiB that a message may have, for the header and paddings. */
const BATCH_BYTES_MAX = 2 * 1024 * 1024 - 16 * 1024;

export interface OpenedResult {
  /** Asked of a result with rows. */
  readonly schemaOf: () => ArrowSchema;
  /** Whether its chunks are still to be made. */
  readonly streams: boolean;
  readonly options: ExecuteOptions;
  readonly onEnd: DuckDbResultOptions['onEnd'];
  /** What another thread may run again, once it has ended: what is prepared, or the text. */
  readonly again: Planned | 'text' | undefined;
}

/** Wraps what DuckDB has answered. The connection stays claimed until the result has ended. */
export function openResult(core: SessionCore, result: Result, opened: OpenedResult): DuckDbResult {
  const { streams, options, onEnd } = opened;
  const { batchRowsMax = BATCH_ROWS_MAX, batchBytesMax = BATCH_BYTES_MAX, signal } = options;
  const returnType = duckdb.result_return_type(result);
  const isRows = returnType === duckdb.ResultType.QUERY_RESULT;
  const schema = isRows ? opened.schemaOf() : NO_FIELDS;
  const plans = isRows
    ? schema.fields.map((_, index) => planColumn(duckdb.column_logical_type(result, index)))
    : [];
  const columns = plans.map((plan) => createWriter(plan, core.memory));
  let chunks: ChunkSource = NO_CHUNKS;
  if (streams) {
    const { lane, memory, turns, loopTurns, readingThreads } = core;
    const readOn = readingThreads?.open(result, { plans, rowsMax: batchRowsMax, bytesMax: batchBytesMax });
    chunks = new StreamedChunks({ lane, result, memory, signal, turns, loopTurns, readOn });
  } else if (isRows) chunks = new MaterializedChunks(result);
  return new DuckDbResult({
    schema,
    again: opened.again && (() => addressRun(core, result, plans, opened.again)),
    encodeSchema: () => encodeKnownSchema(schema),
    changes: returnType === duckdb.ResultType.CHANGED_ROWS ? duckdb.rows_changed(result) : undefined,
    chunks,
    writer: new BatchWriter(columns, batchBytesMax, core.memory),
    rowsMax: batchRowsMax,
    onEnd,
  });
}

/** Of what answers no rows. */
export const NO_FIELDS: ArrowSchema = { fields: [] };

const NO_CHUNKS: ChunkSource = {
  next: () => undefined,
  close: () => Promise.resolve(),
};
