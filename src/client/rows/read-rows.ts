/** Results as rows of JavaScript values; value.ts says which. */
import type { ReceivedBatch } from '../result/result.js';
import { batchRows, cellReader, type Row, type Value } from './value.js';

/** One object a row. */
export async function* readRows<T extends Row>(
  batches: AsyncIterable<ReceivedBatch>,
): AsyncGenerator<T, void, undefined> {
  for await (const batch of batches) yield* batchRows<T>(batch);
}

/** One array a row, in the order of the columns. */
export async function* readArrays(
  batches: AsyncIterable<ReceivedBatch>,
): AsyncGenerator<Value[], void, undefined> {
  for await (const batch of batches) {
    const readers = batch.columns.map(cellReader);
    for (let row = 0; row < batch.length; row++) yield readers.map((read) => read(row));
  }
}
