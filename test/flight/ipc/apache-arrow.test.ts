import { Dictionary, Int8, RecordBatchReader, Table, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildBatch } from '../../../src/flight/ipc/build.js';
import { frameMessage, readIpc, STREAM_END } from '../../../src/flight/ipc/framing.js';
import { BatchReader } from '../../../src/flight/ipc/reader.js';
import { encodeSchema, schemasEqual } from '../../../src/flight/ipc/schema.js';
import { type ArrowField, type ArrowSchema, field } from '../../../src/flight/ipc/types.js';
import { type SampleBatch, sampleBatch } from '../../support/arrow-arbitrary.js';
import { readColumns } from '../../support/read-columns.js';

describe('agreement with apache-arrow', () => {
  test('its reader understands what is written here, and what it writes of that reads the same here', async () => {
    const samples = sampleBatch().filter(
      ({ schema }) => schema.fields.length > 0 && schema.fields.every(isKnownThere),
    );
    await fc.assert(
      fc.asyncProperty(
        samples,
        fc.constantFrom('stream' as const, 'file' as const),
        async (sample, format) => {
          const table = new Table([...RecordBatchReader.from(toStream(sample))]);
          const { schema, columns } = await readAll(tableToIPC(table, format));
          expect(columns).toEqual(sample.columns);
          expect(schemasEqual(schema, sample.schema)).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('values are the same seen from both', () => {
    const schema: ArrowSchema = {
      fields: [
        field('b', { kind: 'bool' }),
        field('i', { kind: 'int', bits: 32, signed: true }),
        field('u', { kind: 'int', bits: 64, signed: false }),
        field('f', { kind: 'float', bits: 64 }),
        field('s', { kind: 'utf8' }),
        field('x', { kind: 'binary' }),
        field('w', { kind: 'fixedSizeBinary', byteWidth: 2 }),
      ],
    };
    const columns = [
      [true, null, false],
      [1, null, -1],
      [2n ** 64n - 1n, null, 0n],
      [0.5, null, -0],
      ['é', null, ''],
      [Uint8Array.of(0, 1), null, new Uint8Array(0)],
      [Uint8Array.of(2, 3), null, Uint8Array.of(4, 5)],
    ];
    const [batch] = [...RecordBatchReader.from(toStream({ schema, columns }))];
    const seen = schema.fields.map((_, i) => [...(batch?.getChildAt(i) ?? [])]);
    expect(seen).toEqual(columns);
  });

  test('dictionaries that it writes are read', async () => {
    const colours = vectorFromArray(['red', 'green', null, 'red'], new Dictionary(new Utf8(), new Int8()));
    const { columns } = await readAll(tableToIPC(new Table({ colours }), 'stream'));
    expect(columns).toEqual([['red', 'green', null, 'red']]);
  });
});

/** It cannot read lists of no items. */
function isKnownThere({ type, children }: ArrowField): boolean {
  if (type.kind === 'fixedSizeList' && type.listSize === 0) return false;
  return children.every(isKnownThere);
}

function toStream({ schema, columns }: SampleBatch): Uint8Array {
  const first = { header: encodeSchema(schema), body: new Uint8Array(0) };
  return Buffer.concat([...frameMessage(first), ...frameMessage(buildBatch(schema, columns)), STREAM_END]);
}

async function readAll(bytes: Uint8Array): Promise<SampleBatch> {
  const reader = new BatchReader();
  const parts: unknown[][][] = [];
  for await (const message of readIpc(bytes)) {
    const batch = reader.push(message);
    if (batch !== undefined) parts.push(readColumns(batch));
  }
  const schema = reader.schema ?? { fields: [] };
  return { schema, columns: schema.fields.map((_, i) => parts.flatMap((part) => part[i]!)) };
}
