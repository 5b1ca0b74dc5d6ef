// DuckDB's own COPY TO csv in process.
import duckdb from '@duckdb/node-bindings';
import { openReadOnly } from '../support/open-read-only.mjs';

const { database, table, file } = JSON.parse(process.argv[2]);
const connection = await duckdb.connect(await openReadOnly(database));
const start = performance.now();
await duckdb.query(connection, `copy ${table} to '${file}' (format csv)`);
process.stdout.write(`${JSON.stringify({ seconds: (performance.now() - start) / 1000 })}\n`);
