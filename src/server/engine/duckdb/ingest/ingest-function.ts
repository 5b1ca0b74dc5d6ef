/**
 * The table function through which Arrow data enters DuckDB: `INSERT … SELECT * FROM gizmo_ingest('handle')`
 * has all of INSERT's own meaning (columns by name, defaults, casts, constraints) and runs off this thread,
 * except for the callback that fills each chunk. A handle is random and lives as long as its ingest.
 */
import { randomUUID } from 'node:crypto';
import duckdb, { type Connection, type DataChunk } from '@duckdb/node-bindings';
import { GizmoError, toGizmoError } from '../../../../errors.js';
import type { RecordBatch } from '../../../../flight/ipc/column.js';
import type { ArrowSchema } from '../../../../flight/ipc/types.js';
import { toLogicalType } from '../arrow-type.js';
import type { ProcessMemory } from '../memory.js';
import type { ColumnReader } from './column-reader.js';
import { createReader } from './create-reader.js';

/** Rows of a DuckDB chunk. */
const CHUNK_ROWS = 2048;

/** The ingests that run on one database. */
export class IngestFunction {
  readonly #jobs = new Map<string, IngestJob>();
  readonly #memory: ProcessMemory | undefined;
  #registered = false;

  constructor(memory: ProcessMemory | undefined) {
    this.#memory = memory;
  }

  /**
   * Makes the function known to the database. To be called with a new connection: what is registered in a
   * transaction goes with its rollback.
   */
  ensureRegistered(connection: Connection): void {
    if (!this.#registered) this.#register(connection);
    this.#registered = true;
  }

  /** Opens a source of rows of this schema. */
  open(schema: ArrowSchema): IngestJob {
    const job = new IngestJob(schema, this.#memory, (handle) => this.#jobs.delete(handle));
    this.#jobs.set(job.handle, job);
    return job;
  }

  #register(connection: Connection): void {
    const table = duckdb.create_table_function();
    duckdb.table_function_set_name(table, 'gizmo_ingest');
    duckdb.table_function_add_parameter(table, duckdb.create_logical_type(duckdb.Type.VARCHAR));
    duckdb.table_function_set_bind(table, (info) => {
      const job = this.#jobs.get(duckdb.get_varchar(duckdb.bind_get_parameter(info, 0)));
      if (job === undefined) {
        duckdb.bind_set_error(info, 'gizmo_ingest serves bulk ingest and cannot be called from SQL');
        return;
      }
      for (const { name, type } of job.columns) duckdb.bind_add_result_column(info, name, type);
      duckdb.bind_set_bind_data(info, job);
    });
    duckdb.table_function_set_init(table, (info) => duckdb.init_set_max_threads(info, 1));
    duckdb.table_function_set_function(table, (info, chunk) => {
      const job = duckdb.function_get_bind_data(info);
      if (!(job instanceof IngestJob)) return;
      try {
        job.fill(chunk);
      } catch (reason) {
        duckdb.function_set_error(info, job.fail(toGizmoError(reason)));
      }
    });
    duckdb.register_table_function(connection, table);
  }
}

/** One ingest: the batch whose rows the function hands out next. */
export class IngestJob {
  readonly handle = randomUUID();
  readonly columns;
  readonly #readers: readonly ColumnReader[];
  readonly #chunkRows: number;
  readonly #forget: (handle: string) => void;
  #batch: RecordBatch | undefined;
  #row = 0;
  #failure: GizmoError | undefined;

  constructor(schema: ArrowSchema, memory: ProcessMemory | undefined, forget: (handle: string) => void) {
    this.columns = schema.fields.map((field) => ({ name: field.name, type: toLogicalType(field) }));
    this.#readers = schema.fields.map((field) => createReader(field, memory));
    // A column that can only be handed over value by value makes chunks of one row.
    this.#chunkRows = this.#readers.every(({ takesRanges }) => takesRanges) ? CHUNK_ROWS : 1;
    this.#forget = forget;
  }

  /** The error behind the one that DuckDB reports. */
  get failure(): GizmoError | undefined {
    return this.#failure;
  }

  /** The rows of the next execution. The batch's memory must stay as it is until that has ended. */
  load(batch: RecordBatch): void {
    this.#batch = batch;
    this.#row = 0;
    for (const [index, reader] of this.#readers.entries()) {
      const column = batch.columns[index];
      if (column === undefined) throw new GizmoError('INVALID_ARGUMENT', 'A batch has too few columns.');
      reader.load(column);
    }
  }

  fill(chunk: DataChunk): void {
    const count = Math.min(this.#chunkRows, (this.#batch?.length ?? 0) - this.#row);
    if (count > 0) {
      for (const [index, reader] of this.#readers.entries()) {
        reader.fill(duckdb.data_chunk_get_vector(chunk, index), this.#row, count);
      }
    }
    duckdb.data_chunk_set_size(chunk, Math.max(0, count));
    this.#row += Math.max(0, count);
  }

  fail(error: GizmoError): string {
    this.#failure = error;
    return error.message;
  }

  close(): void {
    this.#batch = undefined;
    this.#forget(this.handle);
  }
}
