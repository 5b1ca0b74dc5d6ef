// The limit of a bulk ingest: chunks that are in memory go through DuckDB's appender into a table in memory.
import duckdb from '@duckdb/node-bindings';

const { database: path, rows, copies } = JSON.parse(process.argv[2]);
const connection = await duckdb.connect(await duckdb.open(':memory:'));
await duckdb.query(connection, `attach '${path}' as source (read_only)`);
const chunks = [];
const statement = await duckdb.prepare(connection, `from source.lineitem limit ${rows}`);
const result = await duckdb.execute_prepared_streaming(statement);
for (;;) {
  const chunk = await duckdb.fetch_chunk(result);
  if (!chunk || duckdb.data_chunk_get_size(chunk) === 0) break;
  chunks.push(chunk);
}
await duckdb.query(connection, 'create table target as from source.lineitem limit 0');
const cpuBefore = process.cpuUsage();
const start = performance.now();
const appender = duckdb.appender_create(connection, null, 'target');
for (let copy = 0; copy < copies; copy++)
  for (const chunk of chunks) duckdb.append_data_chunk(appender, chunk);
duckdb.appender_close_sync(appender);
const seconds = (performance.now() - start) / 1000;
const cpu = process.cpuUsage(cpuBefore);
process.stdout.write(`${JSON.stringify({ seconds, cpuSeconds: (cpu.user + cpu.system) / 1e6 })}\n`);
