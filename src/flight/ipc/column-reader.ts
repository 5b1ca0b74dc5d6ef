/** Reads columns from a message body. Source: Arrow columnar format, "Buffer listing for each layout". */
import type { BodyReader } from './body-reader.js';
import {
  checkIndices,
  checkLengths,
  checkListViews,
  checkOffsets,
  checkRunEnds,
  checkUnionSlots,
  checkViews,
} from './check-column.js';
import { bitIsSet, type Column, type ColumnParts, emptyColumn, makeColumn } from './column.js';
import { byteWidth } from './layout.js';
import { malformed } from './malformed.js';
import type { ArrowField, ArrowType } from './types.js';

export class ColumnReader {
  readonly #body: BodyReader;
  readonly #dictionaries: ReadonlyMap<bigint, Column>;

  constructor(body: BodyReader, dictionaries: ReadonlyMap<bigint, Column>) {
    this.#body = body;
    this.#dictionaries = dictionaries;
  }

  /** The next column, whose field must be `field`, with all its children. */
  read(field: ArrowField): Column {
    const { length, nullCount: claimed } = this.#body.node();
    if (field.dictionary !== undefined) return this.#readIndices(field, length, claimed);
    const { type } = field;
    switch (type.kind) {
      case 'null':
        return makeColumn(field, length, length, {});
      case 'union':
        return this.#readUnion(field, type, length, claimed);
      case 'runEndEncoded': {
        const children = this.#readChildren(field);
        checkRunEnds(children[0]!, children[1]!, length);
        return makeColumn(field, length, 0, { children });
      }
    }
    const validity = this.#readValidity(length, claimed);
    const nullCount = countNulls(validity, length, claimed);
    return makeColumn(field, length, nullCount, {
      validity,
      ...this.#readValues(field, length, nullCount, validity),
    });
  }

  /** What follows the validity bitmap. */
  #readValues(
    field: ArrowField,
    length: number,
    nullCount: number,
    validity: Uint8Array | undefined,
  ): ColumnParts {
    const { type } = field;
    switch (type.kind) {
      case 'bool':
        return { data: this.#readData(Math.ceil(length / 8), nullCount === length) };
      case 'utf8':
      case 'binary':
      case 'largeUtf8':
      case 'largeBinary': {
        const offsets = this.#readOffsets(length, type.kind === 'largeUtf8' || type.kind === 'largeBinary');
        const data = this.#body.buffer(0);
        checkOffsets(offsets, data.byteLength);
        return { offsets, data };
      }
      case 'utf8View':
      case 'binaryView': {
        const data = this.#body.buffer(16 * length);
        const variadic: Uint8Array[] = [];
        for (let left = this.#body.variadicCount(); left > 0; left--) variadic.push(this.#body.buffer(0));
        checkViews(data, length, variadic, validity);
        return { data, variadic };
      }
      case 'list':
      case 'map':
      case 'largeList': {
        const offsets = this.#readOffsets(length, type.kind === 'largeList');
        const children = this.#readChildren(field);
        checkOffsets(offsets, children[0]!.length);
        return { offsets, children };
      }
      case 'listView':
      case 'largeListView': {
        const wide = type.kind === 'largeListView';
        const offsets = this.#readIntegers(length, wide);
        const sizes = this.#readIntegers(length, wide);
        const children = this.#readChildren(field);
        checkListViews(offsets, sizes, children[0]!.length);
        return { offsets, sizes, children };
      }
      case 'fixedSizeList':
      case 'struct': {
        const children = this.#readChildren(field);
        checkLengths(children, type.kind === 'struct' ? length : length * type.listSize);
        return { children };
      }
      default:
        return { data: this.#readData(length * byteWidth(type), nullCount === length) };
    }
  }

  /** apache-arrow for JavaScript leaves out the values of a column that holds nothing but nulls. */
  #readData(bytes: number, allNull: boolean): Uint8Array {
    const data = this.#body.buffer(allNull ? 0 : bytes);
    if (data.byteLength >= bytes) return data;
    if (data.byteLength > 0 || bytes > ZEROS_MAX)
      throw malformed('a buffer is shorter than its column needs');
    return new Uint8Array(bytes);
  }

  #readUnion(field: ArrowField, type: UnionType, length: number, nullCount: number): Column {
    if (nullCount > 0) throw malformed('a union has nulls of its own');
    if (this.#body.unionsHaveValidity) this.#body.buffer(0);
    const ids = this.#body.buffer(length);
    const typeIds = new Int8Array(ids.buffer, ids.byteOffset, length);
    const offsets = type.mode === 'dense' ? this.#readIntegers(length, false) : undefined;
    const children = this.#readChildren(field);
    if (offsets === undefined) checkLengths(children, length);
    checkUnionSlots(typeIds, offsets, type.typeIds, children);
    return makeColumn(field, length, 0, { typeIds, offsets, children });
  }

  #readIndices(field: ArrowField, length: number, nullCount: number): Column {
    const { id, index } = field.dictionary!;
    const validity = this.#readValidity(length, nullCount);
    const data = this.#body.buffer((length * index.bits) / 8);
    // A stream may leave out the dictionary of a column that holds nothing but nulls.
    const dictionary = this.#dictionaries.get(id) ?? emptyColumn(dictionaryValues(field));
    checkIndices(data, length, index, validity, dictionary.length);
    return makeColumn(field, length, countNulls(validity, length, nullCount), { validity, data, dictionary });
  }

  #readChildren(field: ArrowField): Column[] {
    return field.children.map((child) => this.read(child));
  }

  #readValidity(length: number, nullCount: number): Uint8Array | undefined {
    const bytes = Math.ceil(length / 8);
    const bitmap = this.#body.buffer(nullCount > 0 ? bytes : 0);
    if (nullCount === 0 || bitmap.byteLength === 0) return undefined;
    if (bitmap.byteLength < bytes) throw malformed('a validity bitmap is shorter than its column');
    return bitmap;
  }

  /** `length + 1` offsets; an empty column may leave out its only one. */
  #readOffsets(length: number, wide: boolean): Int32Array | BigInt64Array {
    if (length > 0) return this.#readIntegers(length + 1, wide);
    this.#body.buffer(0);
    return wide ? new BigInt64Array(1) : new Int32Array(1);
  }

  #readIntegers(count: number, wide: boolean): Int32Array | BigInt64Array {
    const width = wide ? 8 : 4;
    const bytes = align(this.#body.buffer(count * width), count * width, width);
    return wide
      ? new BigInt64Array(bytes.buffer, bytes.byteOffset, count)
      : new Int32Array(bytes.buffer, bytes.byteOffset, count);
  }
}

/** The field of the values of a dictionary-encoded field. */
export function dictionaryValues(field: ArrowField): ArrowField {
  const { dictionary: _, ...values } = field;
  return values;
}

/** What may be taken for values that were left out. */
const ZEROS_MAX = 2 ** 24;

type UnionType = Extract<ArrowType, { kind: 'union' }>;

/** The null count where the writer left it open, as apache-arrow for JavaScript sometimes does. */
function countNulls(validity: Uint8Array | undefined, length: number, claimed: number): number {
  if (claimed >= 0 || validity === undefined) return Math.max(0, claimed);
  let count = 0;
  for (let row = 0; row < length; row++) if (!bitIsSet(validity, row)) count++;
  return count;
}

/** The first `length` bytes where a typed array of `width`-byte elements can lie on them; copied if need be. */
function align(bytes: Uint8Array, length: number, width: number): Uint8Array {
  return bytes.byteOffset % width === 0 ? bytes : bytes.slice(0, length);
}
