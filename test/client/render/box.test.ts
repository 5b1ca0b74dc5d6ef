import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BoxRenderer } from '../../../src/client/render/box.js';
import { fitColumns } from '../../../src/client/render/box-layout.js';
import { ASCII_STYLE } from '../../../src/client/render/box-lines.js';
import { displayWidth } from '../../../src/client/render/display-text.js';
import type { RenderOptions } from '../../../src/client/render/renderer.js';
import { typeName } from '../../../src/client/render/type-name.js';
import { buildBatch } from '../../../src/flight/ipc/build.js';
import { decodeRecordBatch } from '../../../src/flight/ipc/record-batch.js';
import { type ArrowSchema, field } from '../../../src/flight/ipc/types.js';

const INT = { kind: 'int', bits: 32, signed: true } as const;
const TEXT = { kind: 'utf8' } as const;

interface Table {
  readonly schema: ArrowSchema;
  /** Column by column. */
  readonly values: readonly (readonly unknown[])[];
}

/** Renders `table` in batches of `batchRows` and answers the text. */
async function box(
  table: Table,
  options: RenderOptions = {},
  batchRows = 7,
  style?: typeof ASCII_STYLE,
): Promise<string> {
  let text = '';
  const sink = {
    write: async (chunk: string | Uint8Array) => {
      text += chunk;
    },
  };
  const renderer = new BoxRenderer(sink, options, ...(style === undefined ? [] : [style]));
  renderer.begin(table.schema);
  const rows = table.values[0]?.length ?? 0;
  for (let start = 0; start < rows; start += batchRows) {
    const columns = table.values.map((column) => column.slice(start, start + batchRows));
    await renderer.batch(decodeRecordBatch(table.schema, buildBatch(table.schema, columns)));
  }
  await renderer.end();
  return text;
}

function table(columns: Record<string, readonly unknown[]>): Table {
  const fields = Object.entries(columns).map(([name, values]) =>
    field(name, values.some((value) => typeof value === 'number') ? INT : TEXT),
  );
  return { schema: { fields }, values: Object.values(columns) };
}

const counting = (rows: number) => table({ n: Array.from({ length: rows }, (_, index) => index) });
const terminal = { columns: 80, color: false };

describe('box', () => {
  it('has a type row, numbers on the right, and NULL', async () => {
    expect(await box(table({ id: [1, 23, 456], name: ['Ada', null, '東京'] }))).toBe(
      [
        '┌─────────┬─────────┐',
        '│   id    │  name   │',
        '│ integer │ varchar │',
        '├─────────┼─────────┤',
        '│       1 │ Ada     │',
        '│      23 │ NULL    │',
        '│     456 │ 東京    │',
        '├─────────┴─────────┤',
        '│ 3 rows  2 columns │',
        '└───────────────────┘',
        '',
      ].join('\n'),
    );
  });

  it('needs no footer for one row', async () => {
    expect(await box(counting(1))).toBe(
      ['┌─────────┐', '│    n    │', '│ integer │', '├─────────┤', '│       0 │', '└─────────┘', ''].join(
        '\n',
      ),
    );
  });

  it('shows an empty result as one', async () => {
    expect(await box(counting(0), { terminal })).toContain('│ 0 rows  ');
  });

  it('keeps 20 rows of each end on a terminal and says so', async () => {
    const text = await box(counting(100), { terminal });
    const shown = [...text.matchAll(/│ +(\d+) +│/g)].map((match) => Number(match[1]));
    expect(shown).toEqual([...Array(20).keys(), ...Array.from({ length: 20 }, (_, index) => 80 + index)]);
    expect(text.match(/│ +· +│\n/g)).toHaveLength(3);
    expect(text).toContain('100 rows (40 shown)');
  });

  it.each([39, 40, 41, 45, 59, 60, 61, 1000])(
    'shows the first and the last of %i rows, however batches fall',
    async (rows) => {
      const expected =
        rows <= 40
          ? [...Array(rows).keys()]
          : [...Array(20).keys(), ...Array.from({ length: 20 }, (_, at) => rows - 20 + at)];
      for (const batchRows of [1, 7, 33, 2000]) {
        const text = await box(counting(rows), { terminal }, batchRows);
        expect([...text.matchAll(/│ +(\d+) +│/g)].map((match) => Number(match[1]))).toEqual(expected);
      }
    },
  );

  it('cuts nothing where there is no terminal', async () => {
    const wide = 'x'.repeat(500);
    const text = await box(table({ n: [...Array(100).keys()], wide: Array(100).fill(wide) }));
    expect(text.split(wide)).toHaveLength(101);
    expect(text).toContain('100 rows');
    expect(text).not.toContain('shown');
  });

  it('streams a long result with the widths of its beginning, and still shows every value', async () => {
    const rows = 10_050;
    const values = Array.from({ length: rows }, (_, index) =>
      index === rows - 1 ? 'longer than all' : 'short',
    );
    const text = await box(table({ value: values }), {}, 1000);
    expect(text.match(/│ short/g)).toHaveLength(rows - 1);
    expect(text).toContain('│ longer than all ');
    expect(text).toMatch(/│ 10,050 rows +│/);
  });

  it('does not pad a column to the width of one enormous value', async () => {
    const text = await box(table({ value: ['x'.repeat(1_000_000), ...Array(2000).fill('short')] }));
    expect(text).toContain('x'.repeat(1_000_000));
    expect(text.length).toBeLessThan(6_000_000);
  });

  it('drops middle columns that do not fit, and counts them', async () => {
    const many = table(
      Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`column_${index}`, ['value']])),
    );
    const text = await box(many, { terminal });
    const header = text.split('\n')[1] ?? '';
    expect(header).toMatch(/column_0 .*│ … │.*column_29/);
    expect(text).toMatch(/1 row {2}30 columns \(\d shown\)/);
  });

  it('escapes what would command the terminal', async () => {
    const text = await box(table({ 'a\x1b[2J': ['\x1b]0;title\x07', 'two\nlines'] }));
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
    expect(text).toContain('\\x1b]0;title\\x07');
    expect(text).toContain('two⏎lines');
  });

  it('sets NULL apart from the text by colour, on a terminal only', async () => {
    const values = table({ a: [null, 'NULL'] });
    const text = await box(values, { terminal: { columns: 80, color: true } });
    expect(text).toContain('\x1b[90mNULL   \x1b[0m');
    expect(text).toContain('│ NULL    │');
    expect(await box(values, { terminal })).not.toContain('\x1b');
  });

  it('obeys header, footer and the text for NULL', async () => {
    const options = { header: false, footer: false, nullText: '-' };
    expect(await box(table({ a: ['x', null] }), options)).toBe('┌───┐\n│ x │\n│ - │\n└───┘\n');
  });

  it('has an ASCII style without types', async () => {
    expect(await box(table({ a: ['x', 'y'] }), { footer: false }, 7, ASCII_STYLE)).toBe(
      '+---+\n| a |\n+---+\n| x |\n| y |\n+---+\n',
    );
  });

  it('has lines of one width that fit the terminal, whatever the values', async () => {
    const value = fc.oneof(
      fc.constant(null),
      fc.string({ unit: 'grapheme', maxLength: 60 }),
      fc.string({ unit: 'binary' }),
    );
    const tables = fc
      .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 0, max: 8 }))
      .chain(([columns, rows]) =>
        fc.record({
          names: fc.array(fc.string({ unit: 'grapheme', maxLength: 20 }), {
            minLength: columns,
            maxLength: columns,
          }),
          values: fc.array(fc.array(value, { minLength: rows, maxLength: rows }), {
            minLength: columns,
            maxLength: columns,
          }),
        }),
      );
    await fc.assert(
      fc.asyncProperty(tables, fc.integer({ min: 20, max: 120 }), async ({ names, values }, columns) => {
        const schema = { fields: names.map((name) => field(name, TEXT)) };
        const text = await box({ schema, values }, { terminal: { columns, color: false } });
        const widths = new Set(text.trimEnd().split('\n').map(displayWidth));
        expect(widths.size).toBe(1);
        expect(Math.max(...widths)).toBeLessThanOrEqual(columns);
      }),
    );
  });
});

describe('fitColumns', () => {
  it('shrinks text before numbers', () => {
    const columns = [
      { natural: 10, rigid: true },
      { natural: 100, rigid: false },
      { natural: 20, rigid: false },
    ];
    expect(fitColumns(columns, 60).widths).toEqual([10, 20, 20]);
  });

  it('uses all the room there is and no more', () => {
    const column = fc.record({ natural: fc.integer({ min: 1, max: 80 }), rigid: fc.boolean() });
    fc.assert(
      fc.property(
        fc.array(column, { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 20, max: 200 }),
        (columns, room) => {
          const { shown, widths, gapAt } = fitColumns(columns, room);
          const total = widths.reduce((sum, width) => sum + width + 3, 1) + (gapAt === undefined ? 0 : 4);
          expect(total).toBeLessThanOrEqual(room);
          for (const [at, column] of shown.entries())
            expect(widths[at]).toBeLessThanOrEqual(columns[column]!.natural);
          const cut = shown.some((column, at) => widths[at]! < columns[column]!.natural);
          if (cut) expect(total).toBe(room);
        },
      ),
    );
  });
});

describe('the type row', () => {
  it('has width and scale of a decimal whose name comes without', () => {
    const metadata = new Map([['ARROW:FLIGHT:SQL:TYPE_NAME', 'DECIMAL']]);
    const type = { kind: 'decimal', bits: 128, precision: 21, scale: 1 } as const;
    expect(typeName({ ...field('d', type), metadata })).toBe('decimal(21,1)');
  });
});
