/** Results as rows of JavaScript values, for the few answers that the client itself reads. */
import { readValue } from '../flight/ipc/value.js';
import type { ResultStream } from './flight-sql-client.js';

/** One array a row, values as `readValue` gives them, null for NULL. */
export async function* readRows(result: ResultStream): AsyncGenerator<unknown[], void, undefined> {
  for await (const batch of result)
    for (let row = 0; row < batch.length; row++) yield batch.columns.map((column) => readValue(column, row));
}
