import { tableFromIPC } from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRenderer } from '../../../src/client/render/create-renderer.js';
import type { Format, RenderOptions } from '../../../src/client/render/renderer.js';
import { type BatchSource, openBatchSource } from '../../support/engine-batches.js';
import { memorySink } from '../../support/memory-sink.js';

let source: BatchSource;
beforeAll(async () => {
  source = await openBatchSource();
});
afterAll(() => source.close());

async function renderBytes(format: Format, sql: string, options: RenderOptions = {}): Promise<Buffer> {
  const { schema, batches } = await source.run(sql);
  const sink = memorySink();
  const renderer = await createRenderer(format, sink, options);
  await renderer.begin(schema);
  for (const batch of batches) await renderer.batch(batch);
  await renderer.end();
  return sink.bytes();
}

const render = async (...args: Parameters<typeof renderBytes>) => (await renderBytes(...args)).toString();

const MIXED = `select 1 as a, 'x,y' as a, null as n, '' as e, 'he said "hi"' as q, e'two\\nlines' as m`;

describe('csv', () => {
  test('quotes by RFC 4180, tells NULL from an empty text, keeps two columns of one name', async () => {
    expect(await render('csv', MIXED)).toBe('a,a,n,e,q,m\n1,"x,y",,"","he said ""hi""","two\nlines"\n');
  });

  test('without header and with a text for NULL, which a like text is told from by quotes', async () => {
    const sql = "select * from (values ('NULL'), (null), ('x')) t(v)";
    expect(await render('csv', sql, { header: false, nullText: 'NULL' })).toBe('"NULL"\nNULL\nx\n');
  });

  test('an empty result is its header', async () => {
    expect(await render('csv', 'select 1 as a, 2 as "b,c" where false')).toBe('a,"b,c"\n');
  });

  test('nested values are quoted as one cell', async () => {
    expect(await render('csv', "select [1, 2] as l, {'a': 'x'} as s", { header: false })).toBe(
      `"[1, 2]",{'a': x}\n`,
    );
  });

  test('what is written reads back as it was, over many chunks', async () => {
    await source.run(`create or replace temp table odd as
      select case i % 7 when 0 then null when 1 then '' when 2 then 'a,b' when 3 then 'q"' || i || '"' when 4 then e'l\\r\\n' || i
        when 5 then repeat('é🎉', i % 50) else 'plain ' || i end as v, i from range(30000) t(i)`);
    const rows = parseCsv(await render('csv', 'from odd', { header: false }));
    const expected = JSON.parse(await render('json', 'from odd'));
    expect(rows).toHaveLength(30_000);
    expect(rows.map(([v]) => v ?? null)).toEqual(expected.map((row: { v: string | null }) => row.v));
  });
});

describe('tsv', () => {
  test('escapes tabs, line ends and backslashes and writes NULL as \\N', async () => {
    expect(await render('tsv', String.raw`select e'a\tb\nc\\d' as "x", null as y, '' as z`)).toBe(
      'x\ty\tz\na\\tb\\nc\\\\d\t\\N\t\n',
    );
  });
});

describe('list', () => {
  test('is what psql -tA prints', async () => {
    expect(await render('list', "select 1 as a, null as b, 'x|y' as c", { header: false })).toBe('1||x|y\n');
  });
});

describe('json', () => {
  test('keeps numbers whole, gives two columns of one name two names, and nests', async () => {
    const sql = `select 170141183460469231731687303715884105727::hugeint as a, 2 as a, 3 as a_1, 1.50::decimal(5,2) as d,
      'nan'::double as nan, 1e300::double as big, {'x': [1, null], 'y': map {'k': 'v'}} as s, date '2024-01-01' as day,
      '{"j": [1,
 2]}'::json as j, e'q"\\\\\\t' || chr(1) || 'é' as t, '\\xAB'::blob as b, true as o, union_value(u := 5) as un, interval 1 day as i`;
    const text = await render('json', sql);
    expect(text).toBe(
      `[{"a":170141183460469231731687303715884105727,"a_2":2,"a_1":3,"d":1.50,"nan":null,"big":1e+300,` +
        `"s":{"x":[1,null],"y":{"k":"v"}},"day":"2024-01-01","j":{"j": [1,  2]},"t":"q\\"\\\\\\t\\u0001é",` +
        `"b":"\\\\xAB","o":true,"un":{"u":5},"i":"1 day"}]\n`,
    );
    expect(JSON.parse(text)).toHaveLength(1);
  });

  test('an empty result is an empty array, in jsonl nothing', async () => {
    expect(await render('json', 'select 1 as a where false')).toBe('[]\n');
    expect(await render('jsonl', 'select 1 as a where false')).toBe('');
  });

  test('jsonl is one object a line', async () => {
    const text = await render('jsonl', "select i, e'a\\nb' as s from range(20000) t(i)");
    const lines = text.trimEnd().split('\n');
    expect(lines).toHaveLength(20_000);
    expect(JSON.parse(lines[19_999]!)).toEqual({ i: 19_999, s: 'a\nb' });
  });

  test('every column type of test_all_types gives valid JSON', async () => {
    const sql = 'select * from test_all_types(use_large_enum := false)';
    const rows = JSON.parse(await render('json', sql));
    expect(rows).toHaveLength(3);
    expect(Object.keys(rows[0]).length).toBeGreaterThan(40);
  });
});

describe('markdown', () => {
  test('escapes what would end a cell and aligns numbers', async () => {
    expect(await render('markdown', `select 1 as "a|b", e'x|y\\nz' as t, null as n`)).toBe(
      '| a\\|b | t | n |\n| ---: | --- | ---: |\n| 1 | x\\|y<br>z |  |\n',
    );
  });
});

describe('line', () => {
  test('aligns names and parts rows by a blank line', async () => {
    expect(await render('line', 'select i as id, null as name from range(2) t(i)')).toBe(
      '  id = 0\nname = NULL\n\n  id = 1\nname = NULL\n',
    );
  });

  test('escapes control characters on a terminal only', async () => {
    const sql = String.raw`select e'\x1b[31m' as a`;
    expect(await render('line', sql, { terminal: { columns: 80, color: false } })).toBe('a = \\x1b[31m\n');
    expect(await render('line', sql)).toBe('a = \u001b[31m\n');
  });
});

describe('arrow', () => {
  test('is an IPC stream that apache-arrow reads', async () => {
    const bytes = await renderBytes('arrow', "select i, 'v' || i as s from range(20000) t(i)");
    const table = tableFromIPC(bytes);
    expect(table.numRows).toBe(20_000);
    expect(table.schema.fields.map(({ name }) => name)).toEqual(['i', 's']);
    expect(table.get(19_999)?.toJSON()).toEqual({ i: 19_999n, s: 'v19999' });
  });

  test('an empty result has a schema', async () => {
    const table = tableFromIPC(await renderBytes('arrow', 'select 1 as a where false'));
    expect([table.numRows, table.schema.fields.length]).toEqual([0, 1]);
  });
});

describe('none', () => {
  test('writes nothing', async () => {
    expect(await render('none', 'from range(10)')).toBe('');
  });
});

/** RFC 4180; an unquoted empty cell is undefined. */
function parseCsv(text: string): (string | undefined)[][] {
  const rows: (string | undefined)[][] = [];
  let row: (string | undefined)[] = [];
  const cell = /("(?:[^"]|"")*"|[^,\n]*)([,\n])/gy;
  for (let match = cell.exec(text); match !== null; match = cell.exec(text)) {
    const [, raw = '', end] = match;
    row.push(raw.startsWith('"') ? raw.slice(1, -1).replaceAll('""', '"') : raw === '' ? undefined : raw);
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}
