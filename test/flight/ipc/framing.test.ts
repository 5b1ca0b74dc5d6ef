import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import zlib from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readIpc } from '../../../src/flight/ipc/framing.js';
import { BatchReader, type BatchReaderOptions } from '../../../src/flight/ipc/reader.js';
import { readColumns } from '../../support/read-columns.js';

const LONG = 'a string of more than twelve bytes';

describe('IPC streams and files written by pyarrow', () => {
  test('every layout that only others write is read', async () => {
    const [batch] = await readFixture('layouts.arrows');
    const text = (value: string) => new Uint8Array(Buffer.from(value));
    expect(batch).toEqual({
      utf8_view: ['', 'short', LONG, null, 'ééééééé'],
      binary_view: [text(''), Uint8Array.of(0, 255), text(LONG), null, text('xxxxxxxxxxxxx')],
      large_utf8: ['', 'short', LONG, null, 'é'],
      large_binary: [text(''), Uint8Array.of(0, 255), null, text('y'), text('z')],
      large_list: [[1], [], null, [2, null], [3]],
      list_view: [[1], [], null, [2, null], [3]],
      large_list_view: [['a'], [], null, [LONG], ['c']],
      run_end: ['x', 'x', null, 'y', 'y'],
      float16: [1.5, null, Number.POSITIVE_INFINITY, -0, 2 ** -24],
      decimal32: [123n, null, -999999999n, 0n, 100n].map((unscaled) =>
        unscaled === null ? null : { unscaled, scale: 2 },
      ),
      decimal256: [10n ** 75n, null, -(10n ** 75n), 0n, -1n].map((unscaled) =>
        unscaled === null ? null : { unscaled, scale: 0 },
      ),
      interval: [
        { months: 1, days: 2, nanos: 3n },
        null,
        { months: -1, days: -2, nanos: -3n },
        { months: 0, days: 0, nanos: 0n },
        { months: 0, days: 0, nanos: 1n },
      ],
      sliced: ['a', null, 'b', LONG, ''],
    });
  });

  test('a delta adds to a dictionary', async () => {
    expect(await readFixture('dictionary-delta.arrows')).toEqual([
      { colour: ['red', 'green', null] },
      { colour: ['blue', 'red'] },
    ]);
  });

  test('a replaced dictionary leaves the batches before it as they were', async () => {
    expect(await readFixture('dictionary-replacement.arrows')).toEqual([
      { colour: ['red', 'green'] },
      { colour: ['white', 'black'] },
    ]);
  });

  test('dictionaries are found inside of lists', async () => {
    expect(await readFixture('dictionary-nested.arrow')).toEqual([
      { colours: [['green', 'red'], [], [null]] },
    ]);
  });

  test('a stream may have no batches', async () => {
    expect(await readFixture('no-batches.arrows')).toEqual([]);
  });

  test('LZ4 bodies are decompressed', async () => {
    expect(await readFixture('lz4.arrow')).toEqual([WIDE]);
  });

  test('ZSTD bodies are decompressed where Node.js can, and refused plainly where not', async () => {
    if ('zstdDecompressSync' in zlib) expect(await readFixture('zstd.arrows')).toEqual([WIDE]);
    else await expect(readFixture('zstd.arrows')).rejects.toMatchObject({ code: 'UNIMPLEMENTED' });
  });

  test('a body that decompresses to more than the limit is refused before it is', async () => {
    await expect(readFixture('lz4.arrow', { decompressedBytesMax: 10_000 })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });

  test('dictionaries beyond the limit are refused', async () => {
    await expect(readFixture('dictionary-delta.arrows', { dictionaryBytesMax: 27 })).rejects.toMatchObject({
      code: 'RESOURCE_EXHAUSTED',
    });
  });

  test('the framing before Arrow 0.15 is read', async () => {
    expect(await readFixture('v4.arrows')).toEqual([{ n: [1n, null, 3n], s: ['a', null, 'c'] }]);
  });

  test.each(['layouts.arrows', 'dictionary-nested.arrow', 'lz4.arrow'])(
    '%s reads the same in chunks of any size',
    async (name) => {
      const bytes = await readFile(join(FIXTURES, name));
      const whole = await collect(readBatches(bytes));
      for (const size of [1, 3, 1000])
        expect(await collect(readBatches(chunked(bytes, size)))).toEqual(whole);
    },
  );

  test('a file that is cut off anywhere is noticed', async () => {
    const bytes = await readFile(join(FIXTURES, 'dictionary-nested.arrow'));
    for (let length = 0; length < bytes.byteLength; length++) {
      await expect(collect(readBatches(bytes.subarray(0, length)))).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
      });
    }
  });

  test.each([
    ['nothing', ''],
    ['text', 'a,b,c\n1,2,3\n'],
    ['zeros', '\0'.repeat(64)],
    ['Parquet', 'PAR1xxxxxxxxxxxxPAR1'],
  ])('%s is not Arrow data', async (_, content) => {
    await expect(collect(readBatches(Buffer.from(content)))).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });

  test('a source that is not read to its end is closed', async () => {
    const bytes = await readFile(join(FIXTURES, 'layouts.arrows'));
    let closed = false;
    async function* source() {
      try {
        yield* chunked(bytes, 100);
      } finally {
        closed = true;
      }
    }
    for await (const _ of readIpc(source())) break;
    expect(closed).toBe(true);
  });
});

const FIXTURES = join(import.meta.dirname, 'fixtures');

const WIDE = {
  n: Array.from({ length: 2000 }, (_, i) => BigInt(i)),
  s: Array.from({ length: 2000 }, (_, i) => (i % 5 === 0 ? null : `row ${i % 7} ${LONG}`)),
};

async function readFixture(name: string, options?: BatchReaderOptions) {
  return collect(readBatches(await readFile(join(FIXTURES, name)), options));
}

async function* readBatches(source: AsyncIterable<Uint8Array> | Uint8Array, options?: BatchReaderOptions) {
  const reader = new BatchReader(options);
  const batches = [];
  for await (const message of readIpc(source)) {
    const batch = reader.push(message);
    if (batch !== undefined) batches.push(batch);
  }
  // Only at the end, to see that batches stay right.
  for (const batch of batches) {
    const columns = readColumns(batch);
    yield Object.fromEntries(batch.schema.fields.map((field, i) => [field.name, columns[i]]));
  }
  if (reader.schema === undefined) throw new Error('no schema came');
}

async function* chunked(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.byteLength; at += size) yield bytes.subarray(at, at + size);
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
