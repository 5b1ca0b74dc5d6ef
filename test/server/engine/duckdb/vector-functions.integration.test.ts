import duckdb from '@duckdb/node-bindings';
import { expect, it } from 'vitest';
import { BoundVector, openChunk } from '../../../../src/server/engine/duckdb/convert/source-vector.js';
import { openProcessMemory } from '../../../../src/server/engine/duckdb/memory.js';

it('vectors read in place say what the bindings say of them', async () => {
  const memory = openProcessMemory();
  // Where this is undefined everything still works, but more slowly: a new version of the bindings needs a look at their wrapper.
  expect(memory?.vectors).toBeDefined();
  const connection = await duckdb.connect(await duckdb.open(':memory:'));
  const sql = `select case when i % 3 > 0 then i end a, i b, [i, null] c, {'d': i, 'e': [i]} f, [i, i]::bigint[2] g
    from range(2000) t(i)`;
  const result = await duckdb.query(connection, sql);
  const chunk = duckdb.result_get_chunk(result, 0);
  const inPlace = (column: number) => openChunk(chunk, memory).vector(column);
  const bound = (column: number) => new BoundVector(duckdb.data_chunk_get_vector(chunk, column));
  const rows = duckdb.data_chunk_get_size(chunk);
  const bits = Math.ceil(rows / 64) * 8;
  for (const open of [inPlace, bound]) {
    expect(
      new BigInt64Array(
        open(1)
          .data(rows * 8)
          .slice().buffer,
      )[1999],
    ).toBe(1999n);
    expect(open(1).validity(bits)).toBeUndefined();
    expect(open(0).validity(bits)?.[0]).toBe(0b10110110);
    expect(open(2).listSize()).toBe(2 * rows);
    expect(open(2).listChild().validity(8)?.[0]).toBe(0b01010101);
    const nested = open(3).structChild(1).listChild();
    expect(new BigInt64Array(nested.data(rows * 8).slice().buffer)[7]).toBe(7n);
    expect(
      new BigInt64Array(
        open(4)
          .arrayChild()
          .data(rows * 16)
          .slice().buffer,
      )[9],
    ).toBe(4n);
  }
  expect(inPlace(0).data(0)).toEqual(new Uint8Array(0));
});

it('a chunk that has been freed is empty, and what else was made of its result is not', async () => {
  const memory = openProcessMemory();
  const connection = await duckdb.connect(await duckdb.open(':memory:'));
  const result = await duckdb.query(
    connection,
    "select i, 'a long enough text ' || i as t from range(2000) r(i)",
  );
  const chunk = duckdb.result_get_chunk(result, 0);
  const again = duckdb.result_get_chunk(result, 0);
  expect(openChunk(chunk, memory).free()).toBe(true);
  expect([duckdb.data_chunk_get_size(chunk), duckdb.data_chunk_get_column_count(chunk)]).toEqual([0, 0]);
  const texts = openChunk(again, memory)
    .vector(1)
    .data(2000 * 16);
  expect(new Uint32Array(texts.slice().buffer)[1999 * 4]).toBe('a long enough text 1999'.length);
});
