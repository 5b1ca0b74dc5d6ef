/** What the engine's thread and one that reads long results on say to each other. */
import type { EncodedBatch } from '../../../../flight/ipc/types.js';
import type { ErrorAsData } from '../../error-data.js';
import type { ColumnPlan } from '../convert/column-plan.js';

/** A result as it is given to a thread, once. */
export interface ResultAsData {
  readonly plans: readonly ColumnPlan[];
  readonly rowsMax: number;
  readonly bytesMax: number;
}

export type ToReadingThread =
  | {
      readonly type: 'read';
      readonly id: number;
      /** Of the `duckdb_result`. Whoever asks keeps it alive until there is an answer. */
      readonly address: number;
      /** Absent where the thread has it already. */
      readonly result: ResultAsData | undefined;
      /** Memory of an earlier batch, to be filled again. */
      readonly spare: ArrayBuffer | undefined;
    }
  | { readonly type: 'forget'; readonly id: number }
  | { readonly type: 'stop' };

export type FromReadingThread =
  | { readonly type: 'ready' }
  | { readonly type: 'answer'; readonly answer: ReadOnAnswer }
  | { readonly type: 'error'; readonly error: ErrorAsData };

export interface ReadOnAnswer {
  /** One, mostly. */
  readonly batches: readonly EncodedBatch[];
  /** DuckDB has no more chunk: it was the last one, or the statement has failed. */
  readonly ended: boolean;
  /** Milliseconds of the slowest fetch. */
  readonly slowest: number;
}
