/** What a statement answers: a stream of batches, which can be had as rows or as Arrow IPC bytes instead. */
import type { RecordBatch } from '../../flight/ipc/column.js';
import type { ArrowSchema, IpcMessage } from '../../flight/ipc/types.js';
import type { Row, Value } from '../rows/value.js';

/**
 * One result, to be read once: as batches, as rows, or as Arrow IPC. Reading rejects when the statement fails midway, so
 * an end is an end only if the loop finished. Leaving the loop early cancels.
 */
export interface ResultStream<T extends Row = Row> extends AsyncIterable<ReceivedBatch>, AsyncDisposable {
  readonly schema: ArrowSchema;
  /** `rows`: a result set; `count`: DML, rows changed; `nothing`: DDL, SET, transaction control. */
  readonly returns: 'rows' | 'count' | 'nothing';
  /** Rows changed, where `returns` is `count` and the server told. */
  readonly changes: number | undefined;
  /** One object a row; of columns with one name the second is `name_1`. */
  rows(): AsyncGenerator<T, void, undefined>;
  /** One array a row, in the order of the columns. */
  arrays(): AsyncGenerator<Value[], void, undefined>;
  /** All rows at once, in memory. */
  toArray(): Promise<T[]>;
  /**
   * The Arrow IPC stream format, for any Arrow library: `await tableFromIPC(result.toIPC())` with apache-arrow.
   * Dictionaries and views are written as plain values, which every reader knows.
   */
  toIPC(): AsyncGenerator<Uint8Array, void, undefined>;
  /** Stops the statement on the server and drops what is still to come. Idempotent; never rejects. */
  cancel(): Promise<void>;
}

/** Some rows, column by column; views on what was received. */
export interface ReceivedBatch extends RecordBatch {
  /** The message it came in, where that can be passed on as it is: it needs no dictionary and is not compressed. */
  readonly message?: IpcMessage;
}
