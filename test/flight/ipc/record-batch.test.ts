import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildBatch } from '../../../src/flight/ipc/build.js';
import { decodeRecordBatch } from '../../../src/flight/ipc/record-batch.js';
import { decodeSchema, encodeSchema } from '../../../src/flight/ipc/schema.js';
import { sampleBatch } from '../../support/arrow-arbitrary.js';
import { readColumns } from '../../support/read-columns.js';

describe('record batches', () => {
  test('any values come back from what was built of them', () => {
    fc.assert(
      fc.property(sampleBatch(), ({ schema, columns }) => {
        const built = buildBatch(schema, columns);
        const decoded = decodeRecordBatch(decodeSchema(encodeSchema(schema)), built);
        expect(decoded.length).toBe(built.rows);
        expect(readColumns(decoded)).toEqual(columns);
        expect(built.body.byteLength % 8).toBe(0);
        expect(built.header.byteLength % 8).toBe(0);
      }),
      { numRuns: 500 },
    );
  });
});
