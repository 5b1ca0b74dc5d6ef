import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { Builder } from 'flatbuffers';
import { describe, expect, test } from 'vitest';
import { GizmoError } from '../../../src/errors.js';
import { buildBatch } from '../../../src/flight/ipc/build.js';
import { readIpc } from '../../../src/flight/ipc/framing.js';
import { plainSchema } from '../../../src/flight/ipc/plain-schema.js';
import { BatchReader } from '../../../src/flight/ipc/reader.js';
import { decodeRecordBatch, encodeRecordBatchHeader } from '../../../src/flight/ipc/record-batch.js';
import { decodeSchema, encodeSchema, unwrapEncapsulated } from '../../../src/flight/ipc/schema.js';
import { splitBatch } from '../../../src/flight/ipc/split-batch.js';
import { type ArrowField, field } from '../../../src/flight/ipc/types.js';
import { sampleBatch } from '../../support/arrow-arbitrary.js';
import { readColumns } from '../../support/read-columns.js';

const REFUSALS = new Set(['INVALID_ARGUMENT', 'UNIMPLEMENTED', 'RESOURCE_EXHAUSTED']);

describe('bytes that lie', () => {
  test('a mutated schema is read or refused', () => {
    fc.assert(
      fc.property(sampleBatch(), mutations(), ({ schema }, mutate) => {
        expectRefusalOnly(() => decodeSchema(mutate(encodeSchema(schema))));
      }),
      { numRuns: 3000 },
    );
  });

  test('a mutated header of a batch is read or refused, and what is read is safe to use', () => {
    fc.assert(
      fc.property(sampleBatch({ columnsMax: 3 }), mutations(), ({ schema, columns }, mutate) => {
        const { header, body } = buildBatch(schema, columns);
        expectRefusalOnly(() => useBatch(decodeRecordBatch(schema, { header: mutate(header), body })));
      }),
      { numRuns: 3000 },
    );
  });

  test('a mutated body is read or refused, and what is read is safe to use', () => {
    fc.assert(
      fc.property(sampleBatch({ columnsMax: 3 }), mutations(), ({ schema, columns }, mutate) => {
        const { header, body } = buildBatch(schema, columns);
        expectRefusalOnly(() => useBatch(decodeRecordBatch(schema, { header, body: mutate(body) })));
      }),
      { numRuns: 3000 },
    );
  });

  test('a batch read with the schema of another is read or refused', () => {
    fc.assert(
      fc.property(sampleBatch(), sampleBatch(), (one, other) => {
        expectRefusalOnly(() =>
          useBatch(decodeRecordBatch(other.schema, buildBatch(one.schema, one.columns))),
        );
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    'layouts.arrows',
    'dictionary-delta.arrows',
    'dictionary-nested.arrow',
    'v4.arrows',
    'lz4.arrow',
    'zstd.arrows',
  ])('mutations of %s are read or refused', async (name) => {
    const bytes = readFileSync(join(import.meta.dirname, 'fixtures', name));
    await fc.assert(
      fc.asyncProperty(mutations(), async (mutate) => {
        const reader = new BatchReader({ decompressedBytesMax: 2 ** 20 });
        try {
          for await (const message of readIpc(mutate(bytes))) {
            const batch = reader.push(message);
            if (batch !== undefined) useBatch(batch);
          }
        } catch (error) {
          expectRefusal(error);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('fields that point at themselves are refused', () => {
    const header = encodeSchema({ fields: [nest(64)] });
    expect(decodeSchema(header).fields).toHaveLength(1);
    expect(() => decodeSchema(encodeSchema({ fields: [nest(65)] }))).toThrow(/nested deeper than 64/);
  });

  test('a small schema that expands to a huge one is refused', () => {
    expect(() => decodeSchema(doublingSchema(40))).toThrow(/expands to more/);
  });

  test('rows that no body backs are refused', () => {
    const layout = { rows: 2 ** 40, nodes: [2 ** 40, 2 ** 40], buffers: [], bodyLength: 0 };
    const message = { header: encodeRecordBatchHeader(layout), body: new Uint8Array(0) };
    const refused = () => decodeRecordBatch({ fields: [field('n', { kind: 'null' })] }, message);
    expect(refused).toThrow(/more values than its body can hold/);
  });

  test('a message is refused whose body is shorter than announced', () => {
    const { header, body } = buildBatch({ fields: [field('n', { kind: 'utf8' })] }, [['a', 'b']]);
    const refused = () =>
      decodeRecordBatch({ fields: [field('n', { kind: 'utf8' })] }, { header, body: body.subarray(8) });
    expect(refused).toThrow(/malformed Arrow data: a message body is cut off\./);
  });

  test.each([
    ['nothing', ''],
    ['a marker', 'ffffffff'],
    ['a length without content', 'ffffffff10000000'],
    ['a negative length', 'ffffffffffffffff'],
    ['an end of stream', 'ffffffff00000000'],
  ])('%s is no encapsulated message', (_, hex) => {
    expect(() => unwrapEncapsulated(Buffer.from(hex, 'hex'))).toThrow(/malformed Arrow data/);
  });
});

/** Reads all that a batch offers, as far as it is not much. */
function useBatch(batch: ReturnType<typeof decodeRecordBatch>): void {
  if (batch.length > 10_000) return;
  readColumns(batch);
  const schema = plainSchema(batch.schema);
  for (const piece of splitBatch(batch, { rowsMax: 7, bytesMax: 10_000, rowBytesMax: 2 ** 20 })) {
    readColumns(decodeRecordBatch(schema, piece));
  }
}

/** Overwrites a few bytes, words or 64-bit words, or cuts the end off. */
function mutations(): fc.Arbitrary<(bytes: Uint8Array) => Uint8Array> {
  const word = fc.oneof(
    fc.constantFrom(0, 1, 2, 7, 8, 127, 128, 255, 0x7fff_ffff, -1, -2, -(2 ** 31)),
    fc.integer(),
  );
  const edit = fc.record({ at: fc.nat(), width: fc.constantFrom(1, 2, 4), word });
  return fc
    .tuple(fc.array(edit, { minLength: 1, maxLength: 4 }), fc.option(fc.nat(), { freq: 8 }))
    .map(([edits, cut]) => (bytes) => {
      const copy = Uint8Array.from(bytes);
      const view = new DataView(copy.buffer);
      for (const { at, width, word } of edits) {
        const offset = at % Math.max(1, copy.byteLength - width + 1);
        if (offset + width > copy.byteLength) continue;
        if (width === 1) view.setInt8(offset, word);
        else if (width === 2) view.setInt16(offset, word, true);
        else view.setInt32(offset, word, true);
      }
      return cut === null ? copy : copy.subarray(0, cut % (copy.byteLength + 1));
    });
}

function expectRefusalOnly(run: () => unknown): void {
  try {
    run();
  } catch (error) {
    expectRefusal(error);
  }
}

function expectRefusal(error: unknown): void {
  if (!(error instanceof GizmoError) || !REFUSALS.has(error.code)) throw error;
}

function nest(depth: number): ArrowField {
  return depth === 1
    ? field('leaf', { kind: 'bool' })
    : field('list', { kind: 'list' }, { children: [nest(depth - 1)] });
}

/** Each field has two children, both the same table: two to the power of `depth` fields in a few hundred bytes. */
function doublingSchema(depth: number): Uint8Array {
  const builder = new Builder();
  let fields: number[] = [];
  for (let level = 0; level < depth; level++) {
    builder.startVector(4, fields.length, 4);
    for (const child of fields) builder.addOffset(child);
    const children = builder.endVector();
    builder.startObject(0);
    const type = builder.endObject();
    builder.startObject(7);
    builder.addFieldInt8(2, 13, 0);
    builder.addFieldOffset(3, type, 0);
    builder.addFieldOffset(5, children, 0);
    const struct = builder.endObject();
    fields = [struct, struct];
  }
  builder.startVector(4, fields.length, 4);
  for (const child of fields) builder.addOffset(child);
  const roots = builder.endVector();
  builder.startObject(4);
  builder.addFieldOffset(1, roots, 0);
  const schema = builder.endObject();
  builder.startObject(5);
  builder.addFieldInt16(0, 4, 0);
  builder.addFieldInt8(1, 1, 0);
  builder.addFieldOffset(2, schema, 0);
  builder.finish(builder.endObject());
  return builder.asUint8Array();
}
