/** Random Arrow fields with values for them, in the form that `readValue` gives and `buildBatch` takes. */
import fc from 'fast-check';
import { type ArrowField, type ArrowSchema, type ArrowType, field } from '../../src/flight/ipc/types.js';

export interface SampleColumn {
  readonly field: ArrowField;
  readonly values: readonly unknown[];
}

export interface SampleBatch {
  readonly schema: ArrowSchema;
  readonly columns: readonly (readonly unknown[])[];
}

/** A batch of up to `columnsMax` columns, nested up to three levels, with nulls at every level. */
export function sampleBatch(
  options: { readonly rowsMax?: number; readonly columnsMax?: number } = {},
): fc.Arbitrary<SampleBatch> {
  const { rowsMax = 20, columnsMax = 4 } = options;
  return fc
    .tuple(fc.array(sampleType(3), { maxLength: columnsMax }), fc.nat(rowsMax))
    .chain(([types, rows]) =>
      fc.tuple(...types.map((type, i) => sampleColumn(type, `c${i}`, columnsMax === 0 ? 0 : rows))),
    )
    .map((columns) => ({
      schema: { fields: columns.map((column) => column.field) },
      columns: columns.map((column) => column.values),
    }));
}

/** One type with its children, and how to make values of it. */
interface SampleType {
  readonly type: ArrowType;
  readonly children: readonly ArrowField[];
  readonly value: fc.Arbitrary<unknown>;
}

function sampleColumn(sample: SampleType, name: string, rows: number): fc.Arbitrary<SampleColumn> {
  return fc
    .array(nullable(sample), { minLength: rows, maxLength: rows })
    .map((values) => ({ field: toField(sample, name), values }));
}

function toField(sample: SampleType, name: string): ArrowField {
  return field(name, sample.type, { children: sample.children });
}

/** Unions have no nulls of their own, and a null type has nothing else. */
function nullable(sample: SampleType): fc.Arbitrary<unknown> {
  if (sample.type.kind === 'union') return sample.value;
  return fc.option(sample.value, { freq: 4 });
}

function sampleType(depth: number): fc.Arbitrary<SampleType> {
  if (depth === 0) return fc.constantFrom(...FLAT);
  const child = sampleType(depth - 1);
  return fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...FLAT) },
    { weight: 1, arbitrary: child.map(listOf) },
    { weight: 1, arbitrary: fc.tuple(child, fc.nat(3)).map(([item, size]) => fixedListOf(item, size)) },
    { weight: 1, arbitrary: fc.array(child, { maxLength: 3 }).map(structOf) },
    { weight: 1, arbitrary: child.map(mapOf) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(
          fc.array(child, { minLength: 1, maxLength: 3 }),
          fc.constantFrom('dense' as const, 'sparse' as const),
        )
        .map(([members, mode]) => unionOf(members, mode)),
    },
  );
}

function listOf(item: SampleType): SampleType {
  return {
    type: { kind: 'list' },
    children: [toField(item, 'item')],
    value: fc.array(nullable(item), { maxLength: 4 }),
  };
}

function fixedListOf(item: SampleType, listSize: number): SampleType {
  return {
    type: { kind: 'fixedSizeList', listSize },
    children: [toField(item, 'item')],
    value: fc.array(nullable(item), { minLength: listSize, maxLength: listSize }),
  };
}

function structOf(members: readonly SampleType[]): SampleType {
  return {
    type: { kind: 'struct' },
    children: members.map((member, i) => toField(member, `m${i}`)),
    value: fc.record(Object.fromEntries(members.map((member, i) => [`m${i}`, nullable(member)])), {
      noNullPrototype: true,
    }),
  };
}

function mapOf(value: SampleType): SampleType {
  const children = [field('key', { kind: 'utf8' }, { nullable: false }), toField(value, 'value')];
  return {
    type: { kind: 'map', keysSorted: false },
    children: [field('entries', { kind: 'struct' }, { nullable: false, children })],
    value: fc.array(fc.tuple(text(), nullable(value)), { maxLength: 3 }),
  };
}

function unionOf(members: readonly SampleType[], mode: 'dense' | 'sparse'): SampleType {
  const typeIds = members.map((_, i) => 2 * i + 1);
  const slots = members.map((member, i) => nullable(member).map((value) => ({ typeId: typeIds[i]!, value })));
  return {
    type: { kind: 'union', mode, typeIds },
    children: members.map((member, i) => toField(member, `u${i}`)),
    value: fc.oneof(...slots),
  };
}

function flat(type: ArrowType, value: fc.Arbitrary<unknown>): SampleType {
  return { type, children: [], value };
}

function text(): fc.Arbitrary<string> {
  return fc.string({ unit: 'binary', maxLength: 20 });
}

function signedBits(bits: number): fc.Arbitrary<bigint> {
  const bound = 1n << BigInt(bits - 1);
  return fc.bigInt({ min: -bound, max: bound - 1n });
}

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const int64 = signedBits(64);

const FLAT: readonly SampleType[] = [
  flat({ kind: 'null' }, fc.constant(null)),
  flat({ kind: 'bool' }, fc.boolean()),
  flat({ kind: 'int', bits: 8, signed: true }, fc.integer({ min: -128, max: 127 })),
  flat({ kind: 'int', bits: 8, signed: false }, fc.integer({ min: 0, max: 255 })),
  flat({ kind: 'int', bits: 16, signed: true }, fc.integer({ min: -32768, max: 32767 })),
  flat({ kind: 'int', bits: 16, signed: false }, fc.integer({ min: 0, max: 65535 })),
  flat({ kind: 'int', bits: 32, signed: true }, int32),
  flat({ kind: 'int', bits: 32, signed: false }, fc.integer({ min: 0, max: 2 ** 32 - 1 })),
  flat({ kind: 'int', bits: 64, signed: true }, int64),
  flat({ kind: 'int', bits: 64, signed: false }, fc.bigInt({ min: 0n, max: (1n << 64n) - 1n })),
  flat({ kind: 'float', bits: 32 }, fc.float()),
  flat({ kind: 'float', bits: 64 }, fc.double()),
  ...([32, 64, 128, 256] as const).map((bits) =>
    flat(
      { kind: 'decimal', bits, precision: { 32: 9, 64: 18, 128: 38, 256: 76 }[bits], scale: 2 },
      signedBits(bits).map((unscaled) => ({ unscaled, scale: 2 })),
    ),
  ),
  flat({ kind: 'utf8' }, text()),
  flat({ kind: 'binary' }, fc.uint8Array({ maxLength: 20 })),
  flat({ kind: 'fixedSizeBinary', byteWidth: 5 }, fc.uint8Array({ minLength: 5, maxLength: 5 })),
  flat({ kind: 'date', unit: 'day' }, int32),
  flat({ kind: 'date', unit: 'ms' }, int64),
  flat({ kind: 'time', unit: 's' }, int32),
  flat({ kind: 'time', unit: 'us' }, int64),
  flat({ kind: 'timestamp', unit: 'us' }, int64),
  flat({ kind: 'timestamp', unit: 'ns', timezone: 'UTC' }, int64),
  flat({ kind: 'duration', unit: 'ms' }, int64),
  flat(
    { kind: 'interval', unit: 'yearMonth' },
    int32.map((months) => ({ months, days: 0, nanos: 0n })),
  ),
  flat(
    { kind: 'interval', unit: 'dayTime' },
    fc.tuple(int32, int32).map(([days, ms]) => ({ months: 0, days, nanos: BigInt(ms) * 1_000_000n })),
  ),
  flat(
    { kind: 'interval', unit: 'monthDayNano' },
    fc.record({ months: int32, days: int32, nanos: int64 }, { noNullPrototype: true }),
  ),
];
