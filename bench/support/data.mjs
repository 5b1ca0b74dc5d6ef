// The database every measurement reads: made once, kept in .cache/bench, opened read-only by all.
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import duckdb from '@duckdb/node-bindings';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FLIGHTS = join(ROOT, 'node_modules', 'vega-datasets', 'data', 'flights-3m.parquet');

/**
 * Path of a database file with the tables `lineitem` (`rows` rows, 16 columns), `flights` (3 M rows), and of half or a
 * quarter as many rows as lineitem `numbers`, `strings` and `nested`.
 */
export async function prepareData(rows) {
  const folder = join(ROOT, '.cache', 'bench');
  const path = join(folder, `bench-2-${rows}.duckdb`);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  const draft = `${path}.${process.pid}`;
  const database = await duckdb.open(draft);
  const connection = await duckdb.connect(database);
  const tables = [lineitem(rows), `create table flights as from '${FLIGHTS}'`, ...shapes(rows)];
  for (const sql of [...tables, 'checkpoint']) await duckdb.query(connection, sql);
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

/** Numbers of every common width; texts of 40 to 200 bytes; lists, structs, and lists of structs. */
function shapes(rows) {
  const hashed = (count) =>
    `from (select i, (hash(i) & 9223372036854775807)::bigint as h from range(${count}) t(i))`;
  return [
    `create table numbers as select i as id, h as big, (h % 2000000000)::integer as int, (h % 30000)::smallint as small,
      h / 7.0 as double, (h % 1000)::float as float, ((h % 10000000) / 100)::decimal(15, 2) as price,
      timestamp '2020-01-01' + to_seconds(h % 100000000) as at ${hashed(Math.ceil(rows / 2))}`,
    `create table strings as select i as id, repeat(md5(h::varchar), 2)[:40 + (h % 25)::integer] as short,
      repeat(md5(h::varchar), 4)[:80 + (h % 49)::integer] as middle,
      repeat(md5(h::varchar), 7)[:150 + (h % 51)::integer] as long ${hashed(Math.ceil(rows / 4))}`,
    `create table nested as select i as id, range(h % 5) as numbers, [md5(h::varchar), 'x', null][:(h % 4)::integer] as texts,
      {'x': h, 'y': 'a text of ' || h % 100, 'z': {'deep': h / 3.0}} as struct,
      list_transform(range(h % 3), lambda n: {'n': n, 'name': 'n' || n}) as items ${hashed(Math.ceil(rows / 4))}`,
  ];
}
