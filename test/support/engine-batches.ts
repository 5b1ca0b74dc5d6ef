import type { RecordBatch } from '../../src/flight/ipc/column.js';
import { decodeRecordBatch } from '../../src/flight/ipc/record-batch.js';
import type { ArrowSchema } from '../../src/flight/ipc/types.js';
import { openDuckDb } from '../../src/server/engine/duckdb/open-duckdb.js';

/** Runs SQL on DuckDB and hands back what a client would decode. */
export interface BatchSource {
  run(sql: string): Promise<{ schema: ArrowSchema; batches: RecordBatch[] }>;
  close(): Promise<void>;
}

export async function openBatchSource(): Promise<BatchSource> {
  const engine = await openDuckDb({ readOnly: false, allowExtensions: false });
  const session = await engine.openSession();
  return {
    async run(sql) {
      const statement = await session.prepare(sql);
      const result = await statement.execute();
      const batches: RecordBatch[] = [];
      for (let next = await result.next(); next !== undefined; next = await result.next())
        batches.push(decodeRecordBatch(result.schema, next));
      await statement.close();
      return { schema: result.schema, batches };
    },
    async close() {
      await session.close();
      await engine.close();
    },
  };
}
