import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRenderer } from '../../../src/client/render/create-renderer.js';
import type { Format, RenderOptions } from '../../../src/client/render/renderer.js';
import { type BatchSource, openBatchSource } from '../../support/engine-batches.js';
import { memorySink } from '../../support/memory-sink.js';

let source: BatchSource;
beforeAll(async () => {
  source = await openBatchSource();
  await source.run("set timezone = 'UTC'");
});
afterAll(() => source.close());

async function lines(format: Format, sql: string, options: RenderOptions = {}): Promise<string[]> {
  const { schema, batches } = await source.run(sql);
  const sink = memorySink();
  const renderer = await createRenderer(format, sink, { header: false, ...options });
  await renderer.begin(schema);
  for (const batch of batches) await renderer.batch(batch);
  await renderer.end();
  return sink.text().split('\n').slice(0, -1);
}

/** Values of every kind that columns are written by, many enough for several blocks; `h` is a number without order. */
const KINDS: readonly (readonly [name: string, expression: string])[] = [
  ['tinyint', '(h % 256 - 128)::tinyint'],
  ['utinyint', '(h % 256)::utinyint'],
  ['smallint', '(h % 65536 - 32768)::smallint'],
  ['usmallint', '(h % 65536)::usmallint'],
  ['integer', '(h % 4294967296 - 2147483648)::integer'],
  ['uinteger', '(h % 4294967296)::uinteger'],
  ['integers of every length', '((h % 2 * 2 - 1) * (10 ** (i % 10))::bigint - i % 3)::bigint'],
  ['bigint within a double', '(h // 2048 - 2251799813685248)::bigint'],
  ['bigint beyond it', '(h - 4611686018427387904)::bigint'],
  ['ubigint within a double', '(h // 1024)::ubigint'],
  ['ubigint beyond it', '(h::ubigint * 2)'],
  ['hugeint', '(h::hugeint * (h % 3 - 1) * (i % 7))'],
  ['hugeint within a double', '((h % 1000000) - 500000)::hugeint'],
  ['decimal of 2 bytes', '((h % 19999 - 9999) / 100)::decimal(4, 2)'],
  ['decimal of 4 bytes', '((h % 1999999999 - 999999999) / 1000)::decimal(9, 3)'],
  ['decimal of 8 bytes', '((h % 1999999 - 999999) / 1000000)::decimal(18, 9)'],
  ['decimal of 16 bytes', '(h::decimal(38, 4) / 16)::decimal(38, 4)'],
  ['decimal without a fraction', '(h % 100000 - 50000)::decimal(12, 0)'],
  ['date', "date '1970-01-01' + (h % 200000 - 100000)::integer"],
  ['date of any year', "date '0001-01-01' + (h % 8000000 - 4000000)::integer"],
  ['double', '(h / 7.0)'],
  ['boolean', 'h % 3 = 0'],
  ['timestamp', "timestamp '2020-01-01' + to_microseconds(h % 1000000000000)"],
  ['text', 'repeat(chr((97 + h % 26)::integer), (1 + h % 60)::integer)'],
  ['text beyond ASCII', "repeat('é🎉', (1 + h % 9)::integer)"],
];

const ROWS = 'from (select i, (hash(i) // 4)::bigint as h from range(5000) t(i))';

describe('rows of cells with a separator in between', () => {
  test.each(KINDS)(
    '%s is written as DuckDB casts it to VARCHAR, nulls and neighbours included',
    async (_, value) => {
      const nullable = `case when h % 5 = 0 then null else ${value} end`;
      const ours = await lines('csv', `select ${value}, ${nullable}, i ${ROWS}`);
      const theirs = await lines(
        'list',
        `select concat((${value})::varchar, ',', coalesce((${nullable})::varchar, ''), ',', i) ${ROWS}`,
      );
      expect(ours).toEqual(theirs);
      const tsv = await lines('tsv', `select ${nullable}, i ${ROWS}`);
      expect(tsv).toEqual(
        await lines('list', `select concat(coalesce((${nullable})::varchar, '\\N'), chr(9), i) ${ROWS}`),
      );
    },
  );

  test('a single text that needs quotes, or is empty, changes no other', async () => {
    const value = `case i when 1500 then 'a,b' when 2500 then 'q"q' when 3500 then '' else 'text ' || i end`;
    const theirs = Array.from({ length: 5000 }, (_, i) => `text ${i},${i}`);
    theirs[1500] = '"a,b",1500';
    theirs[2500] = '"q""q",2500';
    theirs[3500] = '"",3500';
    expect(await lines('csv', `select ${value}, i ${ROWS}`)).toEqual(theirs);
  });

  test('a text of the length of NULL’s, or the same, is told from it', async () => {
    const sql = `select case i % 4 when 0 then null when 1 then 'none' when 2 then 'some' else 'other' end ${ROWS}`;
    expect((await lines('csv', sql, { nullText: 'none' })).slice(0, 4)).toEqual([
      'none',
      '"none"',
      'some',
      'other',
    ]);
  });

  test('rows of any length come whole and in order, between short ones', async () => {
    const sql = `select i, repeat('x', case when i % 97 = 0 then 400000 else 3 end) as t, 'a,' || i as q, i * 2 as n
      from range(2000) t(i)`;
    const rows = await lines('csv', sql);
    expect(rows).toHaveLength(2000);
    const wrong = rows.findIndex(
      (row, i) => row !== `${i},${'x'.repeat(i % 97 === 0 ? 400_000 : 3)},"a,${i}",${i * 2}`,
    );
    expect(wrong).toBe(-1);
  });

  test('many columns', async () => {
    const columns = Array.from({ length: 800 }, (_, c) => (c % 2 === 0 ? `i + ${c}` : `'t,' || i`)).join(
      ', ',
    );
    const rows = await lines('csv', `select ${columns} from range(300) t(i)`);
    const row = (i: number) =>
      Array.from({ length: 800 }, (_, c) => (c % 2 === 0 ? `${i + c}` : `"t,${i}"`)).join(',');
    expect(rows).toEqual(Array.from({ length: 300 }, (_, i) => row(i)));
  });

  test('a text for NULL may be longer than any number', async () => {
    const nullText = 'nothing at all is known about it';
    expect(await lines('list', 'select i, nullif(i, 1) from range(3) t(i)', { nullText })).toEqual([
      '0|0',
      `1|${nullText}`,
      '2|2',
    ]);
  });
});
