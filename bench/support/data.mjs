// The database every measurement reads: made once, kept in .cache/bench, opened read-only by all.
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import duckdb from '@duckdb/node-bindings';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FLIGHTS = join(ROOT, 'node_modules', 'vega-datasets', 'data', 'flights-3m.parquet');

/** Path of a database file with the tables `lineitem` (`rows` rows, 16 columns) and `flights` (3 M rows). */
export async function prepareData(rows) {
  const folder = join(ROOT, '.cache', 'bench');
  const path = join(folder, `bench-${rows}.duckdb`);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  const draft = `${path}.${process.pid}`;
  const database = await duckdb.open(draft);
  const connection = await duckdb.connect(database);
  for (const sql of [lineitem(rows), `create table flights as from '${FLIGHTS}'`, 'checkpoint'])
    await duckdb.query(connection, sql);
  duckdb.disconnect_sync(connection);
  duckdb.close_sync(database);
  renameSync(draft, path);
  rmSync(`${draft}.wal`, { force: true });
  return path;
}

/** Shaped like TPC-H's lineitem: widths, value ranges and string lengths, but from a hash, so the same everywhere. */
function lineitem(rows) {
  return `
create table lineitem as
select i // 4 + 1 as l_orderkey, (h % 200000)::bigint + 1 as l_partkey, (h % 10000)::bigint + 1 as l_suppkey,
  (i % 4 + 1)::integer as l_linenumber, (h % 50 + 1)::decimal(15, 2) as l_quantity,
  ((h % 10000000) / 100)::decimal(15, 2) as l_extendedprice, ((h % 11) / 100)::decimal(15, 2) as l_discount,
  ((h % 9) / 100)::decimal(15, 2) as l_tax, ['A', 'N', 'R'][h % 3 + 1] as l_returnflag,
  ['F', 'O'][h % 2 + 1] as l_linestatus, date '1992-01-01' + (h % 2526)::integer as l_shipdate,
  date '1992-01-31' + (h % 2526)::integer as l_commitdate, date '1992-02-10' + (h % 2526)::integer as l_receiptdate,
  ['DELIVER IN PERSON', 'COLLECT COD', 'NONE', 'TAKE BACK RETURN'][h % 4 + 1] as l_shipinstruct,
  ['REG AIR', 'AIR', 'RAIL', 'SHIP', 'TRUCK', 'MAIL', 'FOB'][h % 7 + 1] as l_shipmode,
  left('carefully ironic deposits ' || h::varchar || ' sleep', 10 + (h % 34)::integer) as l_comment
from (select i, (hash(i) & 9223372036854775807)::bigint as h from range(${rows}) t(i))`;
}
