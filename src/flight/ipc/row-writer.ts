/** Writes chosen rows of decoded columns in plain layouts (see plain-schema.ts), as long as they fit. */
import { BodyWriter, packOffsets } from './body-writer.js';
import { bitIsSet, type Column, isValid } from './column.js';
import { integerReader } from './integer.js';
import { byteWidth } from './layout.js';
import type { ArrowType, EncodedBatch } from './types.js';
import { runFinder, valueReader, viewedBytes } from './value.js';

export class RowWriter {
  readonly #writer = new BodyWriter();
  #left: number;

  constructor(bytesMax: number) {
    this.#left = bytesMax;
  }

  /**
   * Adds `rows` of a column, in their order; -1 stands for null. False as soon as they do not fit, before memory is
   * taken for them; the writer is then of no more use.
   */
  write(column: Column, rows: Int32Array): boolean {
    const { type } = column.field;
    if (column.dictionary !== undefined) return this.write(column.dictionary, dictionaryRows(column, rows));
    if (type.kind === 'runEndEncoded') {
      const find = runFinder(column);
      return this.write(
        column.children[1]!,
        rows.map((row) => (row < 0 ? -1 : find(row))),
      );
    }
    if (!this.#reserve(rows.length >> 3)) return false;
    if (type.kind === 'null') {
      this.#writer.node(rows.length, rows.length);
      return true;
    }
    if (type.kind === 'union') return this.#writeUnion(column, type, rows);
    this.#writer.validity(rows.length, (i) => !has(column, rows[i]!));
    return this.#writeValues(column, rows);
  }

  finish(rows: number): EncodedBatch {
    return this.#writer.finish(rows);
  }

  #writeValues(column: Column, rows: Int32Array): boolean {
    const { type } = column.field;
    switch (type.kind) {
      case 'bool':
        this.#writer.buffer(takeBits(column.data!, rows));
        return true;
      case 'float':
        return type.bits === 16 ? this.#writeHalfFloats(column, rows) : this.#writeFixedWidth(column, rows);
      case 'utf8':
      case 'binary':
      case 'largeUtf8':
      case 'largeBinary':
        return this.#writeCells(column, rows, cellReader(column));
      case 'utf8View':
      case 'binaryView':
        return this.#writeCells(column, rows, viewedBytes(column));
      case 'list':
      case 'map':
      case 'largeList':
        return this.#writeLists(column, rows, offsetBounds(column));
      case 'listView':
      case 'largeListView':
        return this.#writeLists(column, rows, viewBounds(column));
      case 'fixedSizeList':
        return this.#writeFixedSizeLists(column, rows, type.listSize);
      case 'struct':
        return column.children.every((child) => this.write(child, rows));
      default:
        return this.#writeFixedWidth(column, rows);
    }
  }

  #writeFixedWidth(column: Column, rows: Int32Array): boolean {
    const width = byteWidth(column.field.type);
    if (!this.#reserve(rows.length * width)) return false;
    const data = column.data!;
    if (isRange(rows)) {
      this.#writer.buffer(data.subarray(rows[0]! * width, (rows[0]! + rows.length) * width));
      return true;
    }
    const bytes = new Uint8Array(rows.length * width);
    for (const [i, row] of rows.entries()) {
      if (row < 0) continue;
      for (let k = 0; k < width; k++) bytes[i * width + k] = data[row * width + k]!;
    }
    this.#writer.buffer(bytes);
    return true;
  }

  #writeHalfFloats(column: Column, rows: Int32Array): boolean {
    if (!this.#reserve(4 * rows.length)) return false;
    const read = valueReader(column);
    const floats = Float32Array.from(rows, (row) => (row < 0 ? 0 : Number(read(row))));
    this.#writer.buffer(new Uint8Array(floats.buffer));
    return true;
  }

  /** Cells of bytes, wherever they lie. */
  #writeCells(column: Column, rows: Int32Array, read: (row: number) => Uint8Array): boolean {
    if (!this.#reserve(4 * rows.length)) return false;
    const cells: Uint8Array[] = [];
    for (const row of rows) {
      const cell = has(column, row) ? read(row) : NO_BYTES;
      if (!this.#reserve(cell.byteLength)) return false;
      cells.push(cell);
    }
    this.#writer.buffer(packOffsets(cells.map((cell) => cell.byteLength)));
    this.#writer.buffer(Buffer.concat(cells));
    return true;
  }

  /** Lists of any layout; `bounds` says where the items of a slot start and end. */
  #writeLists(column: Column, rows: Int32Array, bounds: Bounds): boolean {
    if (!this.#reserve(4 * rows.length)) return false;
    const lengths = new Int32Array(rows.length);
    let count = 0;
    for (const [i, row] of rows.entries()) {
      if (!has(column, row)) continue;
      const [start, end] = bounds(row);
      count += end - start;
      // Items without bytes, such as nulls, must not be without limit either.
      if (count > this.#left) return false;
      lengths[i] = end - start;
    }
    const items = new Int32Array(count);
    let filled = 0;
    for (const [i, row] of rows.entries()) {
      if (lengths[i] === 0) continue;
      const [start, end] = bounds(row);
      for (let item = start; item < end; item++) items[filled++] = item;
    }
    this.#writer.buffer(packOffsets(lengths));
    return this.write(column.children[0]!, items);
  }

  #writeFixedSizeLists(column: Column, rows: Int32Array, size: number): boolean {
    if (rows.length * size > this.#left) return false;
    const items = new Int32Array(rows.length * size);
    for (let i = 0; i < items.length; i++) {
      const row = rows[Math.floor(i / size)]!;
      items[i] = row < 0 ? -1 : row * size + (i % size);
    }
    return this.write(column.children[0]!, items);
  }

  /** A union has no nulls of its own: null is a null of its first member. */
  #writeUnion(column: Column, type: UnionType, rows: Int32Array): boolean {
    if (!this.#reserve(5 * rows.length)) return false;
    const { typeIds, offsets } = column;
    const ids = Int8Array.from(rows, (row) => (row < 0 ? (type.typeIds[0] ?? 0) : typeIds![row]!));
    this.#writer.node(rows.length, 0);
    this.#writer.buffer(new Uint8Array(ids.buffer));
    if (offsets === undefined) return column.children.every((child) => this.write(child, rows));

    const members = new Map(type.typeIds.map((id): [number, number[]] => [id, []]));
    const places = Int32Array.from(
      rows,
      (row, i) => members.get(ids[i]!)!.push(row < 0 ? -1 : Number(offsets[row])) - 1,
    );
    this.#writer.buffer(new Uint8Array(places.buffer));
    return column.children.every((child, i) =>
      this.write(child, Int32Array.from(members.get(type.typeIds[i]!)!)),
    );
  }

  #reserve(bytes: number): boolean {
    this.#left -= bytes;
    return this.#left >= 0;
  }
}

type UnionType = Extract<ArrowType, { kind: 'union' }>;

/** Where the bytes or items of slot `row` start and end. */
type Bounds = (row: number) => readonly [start: number, end: number];

function has(column: Column, row: number): boolean {
  return row >= 0 && isValid(column, row);
}

function offsetBounds({ offsets }: Column): Bounds {
  return (row) => [Number(offsets![row]), Number(offsets![row + 1])];
}

function viewBounds({ offsets, sizes }: Column): Bounds {
  return (row) => [Number(offsets![row]), Number(offsets![row]) + Number(sizes![row])];
}

function cellReader(column: Column): (row: number) => Uint8Array {
  const data = column.data!;
  const bounds = offsetBounds(column);
  return (row) => data.subarray(...bounds(row));
}

function dictionaryRows(column: Column, rows: Int32Array): Int32Array {
  const index = integerReader(column.data!, column.field.dictionary!.index);
  return rows.map((row) => (has(column, row) ? index(row) : -1));
}

function takeBits(bits: Uint8Array, rows: Int32Array): Uint8Array {
  const taken = new Uint8Array((rows.length + 7) >> 3);
  for (const [i, row] of rows.entries()) if (row >= 0 && bitIsSet(bits, row)) taken[i >> 3]! |= 1 << (i & 7);
  return taken;
}

function isRange(rows: Int32Array): boolean {
  const first = rows[0] ?? 0;
  return first >= 0 && rows.every((row, i) => row === first + i);
}

const NO_BYTES = new Uint8Array(0);
