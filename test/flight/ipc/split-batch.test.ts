import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildBatch } from '../../../src/flight/ipc/build.js';
import type { RecordBatch } from '../../../src/flight/ipc/column.js';
import { readIpc } from '../../../src/flight/ipc/framing.js';
import { plainSchema } from '../../../src/flight/ipc/plain-schema.js';
import { BatchReader } from '../../../src/flight/ipc/reader.js';
import { decodeRecordBatch } from '../../../src/flight/ipc/record-batch.js';
import { type SplitLimits, splitBatch } from '../../../src/flight/ipc/split-batch.js';
import { type ArrowSchema, field } from '../../../src/flight/ipc/types.js';
import { sampleBatch } from '../../support/arrow-arbitrary.js';
import { readColumns } from '../../support/read-columns.js';

describe('splitBatch', () => {
  test('the pieces hold all rows in order and keep to the limits', () => {
    fc.assert(
      fc.property(
        sampleBatch({ rowsMax: 40 }),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 2000 }),
        (sample, rowsMax, bytesMax) => {
          const batch = decodeRecordBatch(sample.schema, buildBatch(sample.schema, sample.columns));
          const pieces = split(batch, { rowsMax, bytesMax });
          expect(joinColumns(pieces, sample.schema.fields.length)).toEqual(sample.columns);
          for (const piece of pieces) expect(piece.length).toBeLessThanOrEqual(rowsMax);
        },
      ),
      { numRuns: 300 },
    );
  });

  test.each(['layouts.arrows', 'dictionary-delta.arrows', 'dictionary-nested.arrow', 'lz4.arrow'])(
    '%s keeps its values in plain layouts',
    async (name) => {
      for (const batch of await readBatches(name)) {
        for (const rowsMax of [1, 2, 1000]) {
          const pieces = split(batch, { rowsMax, bytesMax: 4096 });
          expect(joinColumns(pieces, batch.columns.length)).toEqual(readColumns(batch));
        }
      }
    },
  );

  test('only plain types are left', async () => {
    const [batch] = await readBatches('layouts.arrows');
    const kinds = plainSchema(batch!.schema).fields.map(({ name, type }) => [name, type.kind]);
    expect(Object.fromEntries(kinds)).toMatchObject({
      utf8_view: 'utf8',
      list_view: 'list',
      run_end: 'utf8',
      large_list: 'list',
    });
  });

  test('a plain schema stays the object that it is', () => {
    const schema: ArrowSchema = { fields: [field('a', { kind: 'utf8' })] };
    expect(plainSchema(schema)).toBe(schema);
  });

  test('bodies stay below the limit where rows allow it', () => {
    const schema: ArrowSchema = { fields: [field('s', { kind: 'utf8' })] };
    const values = Array.from({ length: 500 }, (_, i) => 'x'.repeat(i === 250 ? 5000 : i % 50));
    const batch = decodeRecordBatch(schema, buildBatch(schema, [values]));
    const pieces = [...splitBatch(batch, { rowsMax: 100, bytesMax: 1000 })];
    const large = pieces.filter((piece) => piece.body.byteLength > 1100);
    expect(large.map((piece) => piece.rows)).toEqual([1]);
    expect(pieces.length).toBeLessThan(60);
  });

  test('a row that expands beyond the limit for one row is refused', () => {
    const schema: ArrowSchema = { fields: [field('s', { kind: 'utf8' })] };
    const batch = decodeRecordBatch(schema, buildBatch(schema, [['x'.repeat(1000)]]));
    expect(() => [...splitBatch(batch, { rowsMax: 10, bytesMax: 10, rowBytesMax: 500 })]).toThrow(
      /Row 1 .* 500 bytes/,
    );
  });
});

function split(batch: RecordBatch, limits: SplitLimits): RecordBatch[] {
  const schema = plainSchema(batch.schema);
  return Array.from(splitBatch(batch, limits), (piece) => decodeRecordBatch(schema, piece));
}

function joinColumns(batches: readonly RecordBatch[], columns: number): unknown[][] {
  const parts = batches.map(readColumns);
  return Array.from({ length: columns }, (_, i) => parts.flatMap((part) => part[i]!));
}

async function readBatches(name: string): Promise<RecordBatch[]> {
  const reader = new BatchReader();
  const batches: RecordBatch[] = [];
  for await (const message of readIpc(await readFile(join(import.meta.dirname, 'fixtures', name)))) {
    const batch = reader.push(message);
    if (batch !== undefined) batches.push(batch);
  }
  return batches;
}
