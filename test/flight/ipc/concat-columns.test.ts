import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildBatch } from '../../../src/flight/ipc/build.js';
import type { Column, RecordBatch } from '../../../src/flight/ipc/column.js';
import { concatColumns } from '../../../src/flight/ipc/concat-columns.js';
import { readIpc } from '../../../src/flight/ipc/framing.js';
import { BatchReader } from '../../../src/flight/ipc/reader.js';
import { decodeRecordBatch } from '../../../src/flight/ipc/record-batch.js';
import { valueReader } from '../../../src/flight/ipc/value.js';
import { sampleBatch } from '../../support/arrow-arbitrary.js';

describe('concatColumns', () => {
  test('joins columns of any flat type', () => {
    fc.assert(
      fc.property(sampleBatch(), ({ schema, columns }) => {
        for (const column of decodeRecordBatch(schema, buildBatch(schema, columns)).columns) {
          if (
            column.children.length === 0 &&
            column.field.type.kind !== 'null' &&
            column.field.type.kind !== 'struct'
          ) {
            expect(values(concatColumns(column, column))).toEqual([...values(column), ...values(column)]);
          }
        }
      }),
    );
  });

  test.each(['large_utf8', 'large_binary', 'float16', 'decimal256', 'sliced'])('joins %s', async (name) => {
    const column = await readColumn(name);
    expect(values(concatColumns(column, column))).toEqual([...values(column), ...values(column)]);
  });

  test.each(['utf8_view', 'large_list', 'run_end'])('refuses %s', async (name) => {
    const column = await readColumn(name);
    expect(() => concatColumns(column, column)).toThrow(/send it whole/);
  });
});

function values(column: Column): unknown[] {
  const read = valueReader(column);
  return Array.from({ length: column.length }, (_, row) => read(row));
}

async function readColumn(name: string): Promise<Column> {
  const reader = new BatchReader();
  let batch: RecordBatch | undefined;
  for await (const message of readIpc(await readFile(join(import.meta.dirname, 'fixtures/layouts.arrows')))) {
    batch = reader.push(message) ?? batch;
  }
  const found = batch?.columns.find((column) => column.field.name === name);
  if (found === undefined) throw new Error(`no column ${name}`);
  return found;
}
