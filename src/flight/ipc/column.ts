/**
 * Arrow data in memory, as the decoder hands it out: views on the received body, never copies.
 * Source: Arrow columnar format, "Physical memory layout".
 */
import type { ArrowField, ArrowSchema } from './types.js';

/** One decoded column (or child column). All views may share one underlying buffer. */
export interface Column {
  readonly field: ArrowField;
  /** Number of slots. */
  readonly length: number;
  readonly nullCount: number;
  /** Bitmap, least significant bit first, 1 = valid. Absent when there are no nulls. */
  readonly validity?: Uint8Array | undefined;
  /** length + 1 offsets of utf8, binary, list and map; for large types as 64-bit values. */
  readonly offsets?: Int32Array | BigInt64Array | undefined;
  /** List views: one size a slot. */
  readonly sizes?: Int32Array | BigInt64Array | undefined;
  /** Values of fixed-width types, characters of utf8, bytes of binary, bits of bool, 16-byte views; maybe padded. */
  readonly data?: Uint8Array | undefined;
  /** Unions: type id a slot; dense unions have `offsets` into the children too. */
  readonly typeIds?: Int8Array | undefined;
  /** View types: the buffers that views of more than 12 bytes point into. */
  readonly variadic?: readonly Uint8Array[] | undefined;
  readonly children: readonly Column[];
  /** Dictionary-encoded fields: `data` holds indices of `field.dictionary.index` width into this column. */
  readonly dictionary?: Column | undefined;
}

export interface RecordBatch {
  readonly schema: ArrowSchema;
  readonly length: number;
  readonly columns: readonly Column[];
}

/** Whether slot `row` is valid (not null). Unions have no validity of their own; null-typed columns are never valid. */
export function isValid(column: Column, row: number): boolean {
  if (column.field.type.kind === 'null' && column.dictionary === undefined) return false;
  return bitIsSet(column.validity, row);
}

/** Whether bit `row` of a validity bitmap is set; without a bitmap all are. */
export function bitIsSet(bitmap: Uint8Array | undefined, row: number): boolean {
  return bitmap === undefined || (bitmap[row >> 3]! & (1 << (row & 7))) !== 0;
}

/** Every column has every property, in one order: code that reads columns stays monomorphic, hence fast. */
export function makeColumn(field: ArrowField, length: number, nullCount: number, parts: ColumnParts): Column {
  return {
    field,
    length,
    nullCount,
    validity: parts.validity,
    offsets: parts.offsets,
    sizes: parts.sizes,
    data: parts.data,
    typeIds: parts.typeIds,
    variadic: parts.variadic,
    children: parts.children ?? NO_CHILDREN,
    dictionary: parts.dictionary,
  };
}

export type ColumnParts = Partial<Omit<Column, 'field' | 'length' | 'nullCount'>>;

const NO_CHILDREN: readonly Column[] = [];

/** A column without rows. */
export function emptyColumn(field: ArrowField): Column {
  const offsets = field.type.kind.startsWith('large') ? new BigInt64Array(1) : new Int32Array(1);
  return makeColumn(field, 0, 0, {
    offsets,
    sizes: offsets,
    data: new Uint8Array(0),
    typeIds: new Int8Array(0),
    variadic: [],
    children: field.children.map(emptyColumn),
  });
}

/** Bytes that the buffers of a column and its children have, without its dictionary. */
export function columnBytes(column: Column): number {
  const { validity, offsets, sizes, data, typeIds, variadic = [], children } = column;
  const own = [validity, offsets, sizes, data, typeIds, ...variadic];
  return (
    own.reduce((sum, buffer) => sum + (buffer?.byteLength ?? 0), 0) +
    children.reduce((sum, child) => sum + columnBytes(child), 0)
  );
}
