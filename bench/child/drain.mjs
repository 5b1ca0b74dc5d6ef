// The limit of a bulk read: DuckDB streams a result in this process, and nobody looks at the rows.
import duckdb from '@duckdb/node-bindings';
import { openReadOnly } from '../support/open-read-only.mjs';

const { database: path, sql, warmUp } = JSON.parse(process.argv[2]);
const database = await openReadOnly(path);
const connection = await duckdb.connect(database);
await drain(warmUp);
const cpuBefore = process.cpuUsage();
const start = process.hrtime.bigint();
const rows = await drain(sql);
const seconds = Number(process.hrtime.bigint() - start) / 1e9;
const cpu = process.cpuUsage(cpuBefore);
process.stdout.write(`${JSON.stringify({ rows, seconds, cpuSeconds: (cpu.user + cpu.system) / 1e6 })}\n`);

async function drain(text) {
  const statement = await duckdb.prepare(connection, text);
  const result = await duckdb.execute_prepared_streaming(statement);
  let count = 0;
  for (;;) {
    const chunk = await duckdb.fetch_chunk(result);
    const size = chunk === null || chunk === undefined ? 0 : duckdb.data_chunk_get_size(chunk);
    if (size === 0) break;
    count += size;
  }
  duckdb.destroy_prepare_sync(statement);
  return count;
}
