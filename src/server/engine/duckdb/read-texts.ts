/** Reads what the server itself asks of DuckDB. */
import duckdb from '@duckdb/node-bindings';
import { BoundVector } from './convert/source-vector.js';
import { StringVector } from './convert/strings.js';
import type { Lane } from './lane.js';
import type { ProcessMemory } from './memory.js';

/** The first row of a query whose columns are texts, as are its parameters. Nothing else may use the connection. */
export async function readTexts(
  lane: Lane,
  memory: ProcessMemory | undefined,
  sql: string,
  ...parameters: readonly string[]
): Promise<string[]> {
  const prepared = await lane.call(() => duckdb.prepare(lane.connection, sql));
  try {
    for (const [index, text] of parameters.entries()) duckdb.bind_varchar(prepared, index + 1, text);
    const result = await lane.call(() => duckdb.execute_prepared(prepared));
    const chunk = duckdb.result_get_chunk(result, 0);
    const strings = new StringVector(memory);
    return Array.from({ length: duckdb.column_count(result) }, (_, index) => {
      strings.load(new BoundVector(duckdb.data_chunk_get_vector(chunk, index)), 1);
      return Buffer.from(strings.get(0)).toString();
    });
  } finally {
    duckdb.destroy_prepare_sync(prepared);
  }
}
