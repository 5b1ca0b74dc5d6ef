import duckdb from '@duckdb/node-bindings';
import { expect, it } from 'vitest';
import { openProcessMemory } from '../../../../src/server/engine/duckdb/memory.js';

it('a statement begun by DuckDB itself ends with its rows, or with the text of its error', async () => {
  const pending = openProcessMemory()?.pending;
  // Where this is undefined loads still work, but cost twice the CPU: a new version of the bindings needs a look at their wrapper.
  if (pending === undefined) throw new Error('statements cannot be begun apart');
  const database = await duckdb.open(':memory:');
  const connection = await duckdb.connect(database);
  await duckdb.query(connection, 'create table t (i bigint check (i < 5000))');
  const insert = await duckdb.prepare(connection, 'insert into t from range(3000)');
  expect(await (await pending.begin(insert))?.end()).toBe(3000);
  const other = await duckdb.connect(database);
  await duckdb.query(other, 'alter table t add column j bigint default 1');
  // The statement is bound anew, and is wrong now.
  await expect(pending.begin(insert)).rejects.toThrow('table t has 2 columns but 1 values were supplied');
  const fails = await duckdb.prepare(connection, 'insert into t select i, i from range(6000) r(i)');
  await expect((await pending.begin(fails))?.end()).rejects.toThrow('CHECK constraint');
  const result = await duckdb.query(connection, 'select count(*)::varchar from t');
  expect(duckdb.data_chunk_get_size(duckdb.result_get_chunk(result, 0))).toBe(1);
});
