/** Fetches and converts some chunks of a result, one after the other, in this thread. */
import type { EncodedBatch } from '../../../../flight/ipc/types.js';
import type { BatchWriter } from '../convert/batch-writer.js';
import { openChunkAt } from '../convert/source-vector.js';
import type { FetchFunctions } from '../fetch-functions.js';
import type { ProcessMemory } from '../memory.js';
import type { VectorFunctions } from '../vector-functions.js';
import type { ReadOnAnswer } from './protocol.js';

/** After so many milliseconds what there is goes, because another result may wait for the thread. */
const BUDGET_MS = 5;

/**
 * One batch as large as it may be, but for what is left of a chunk: all of each chunk that is fetched is in the answer,
 * in more than one batch where it has to be, so that any other thread can read on.
 * @param address of the `duckdb_result`
 */
export function readOn(writer: BatchWriter, address: number, limits: Limits, native: Native): ReadOnAnswer {
  const { fetching, vectors, memory } = native;
  const { rowsMax, bytesMax } = limits;
  const result = fetching.openResult(address);
  const batches: EncodedBatch[] = [];
  const start = performance.now();
  let before = start;
  let slowest = 0;
  let ended = false;
  for (;;) {
    const chunk = fetching.fetch(result);
    const now = performance.now();
    slowest = Math.max(slowest, now - before);
    if (chunk === 0) {
      ended = true;
      break;
    }
    const { rows, bytes } = writer;
    const open = openChunkAt(chunk, fetching, vectors, memory);
    writer.loadOpen(open);
    while (writer.fill(rowsMax)) batches.push(writer.take());
    if (batches.length > 0) break;
    // As much again would not fit, mostly.
    if (writer.rows * 2 - rows > rowsMax || writer.bytes * 2 - bytes > bytesMax) break;
    before = performance.now();
    if (before - start > BUDGET_MS) break;
  }
  if (writer.rows > 0) batches.push(writer.take());
  return { batches, ended, slowest };
}

export interface Limits {
  readonly rowsMax: number;
  readonly bytesMax: number;
}

/** What reading by address takes. */
export interface Native {
  readonly fetching: FetchFunctions;
  readonly vectors: VectorFunctions;
  readonly memory: ProcessMemory;
}
