/** LIST, MAP, ARRAY, STRUCT and the type of NULL. */
import type { BodyBuilder } from './body-builder.js';
import type { ColumnWriter } from './column-writer.js';
import type { SourceVector } from './source-vector.js';
import { isSet, readValidity, ValidityWriter } from './validity.js';

/** LIST and MAP: DuckDB keeps offset and length a row, in any order; Arrow wants the items in the order of rows. */
export class ListWriter implements ColumnWriter {
  readonly #child: ColumnWriter;
  readonly #validity = new ValidityWriter();
  #nulls: Uint8Array | undefined;
  /** Four words a row: offset and length, 64 bits each; a chunk never has 2^32 items. */
  #entries: Uint32Array = new Uint32Array(0);
  #offsets = new Int32Array(64);
  #items = 0;

  constructor(child: ColumnWriter) {
    this.#child = child;
  }

  load(vector: SourceVector, size: number, mask?: Uint8Array): void {
    const data = vector.data(size * 16);
    this.#entries = new Uint32Array(data.buffer, data.byteOffset, size * 4);
    this.#nulls = readValidity(vector, size, mask);
    this.#child.load(vector.listChild(), vector.listSize());
  }

  weigh(start: number, count: number): number {
    let sum = count * 4;
    this.#eachRun(start, count, (from, length) => {
      sum += this.#child.weigh(from, length);
    });
    return sum;
  }

  append(start: number, count: number): void {
    let slot = this.#validity.length;
    if (slot + count + 1 > this.#offsets.length) {
      const grown = new Int32Array((slot + count + 1) * 2);
      grown.set(this.#offsets);
      this.#offsets = grown;
    }
    for (let row = start; row < start + count; row += 1) {
      if (isSet(this.#nulls, row)) this.#items += this.#entries[row * 4 + 2]!;
      slot += 1;
      this.#offsets[slot] = this.#items;
    }
    this.#eachRun(start, count, (from, length) => this.#child.append(from, length));
    this.#validity.append(this.#nulls, start, count);
  }

  emit(body: BodyBuilder): void {
    this.#validity.emit(body);
    body.buffer(new Uint8Array(this.#offsets.buffer, 0, (this.#validity.length + 1) * 4));
    this.#child.emit(body);
  }

  clear(): void {
    this.#items = 0;
    this.#validity.clear();
    this.#child.clear();
  }

  /** Items of rows that follow one another lie mostly side by side: they are taken as one range. */
  #eachRun(start: number, count: number, run: (from: number, length: number) => void): void {
    const entries = this.#entries;
    let from = 0;
    let end = 0;
    for (let row = start; row < start + count; row += 1) {
      if (!isSet(this.#nulls, row)) continue;
      const offset = entries[row * 4]!;
      const length = entries[row * 4 + 2]!;
      if (length === 0) continue;
      if (offset !== end) {
        if (end > from) run(from, end - from);
        from = offset;
      }
      end = offset + length;
    }
    if (end > from) run(from, end - from);
  }
}

/** ARRAY: a fixed number of items a row, also for a null row. */
export class ArrayWriter implements ColumnWriter {
  readonly #child: ColumnWriter;
  readonly #listSize: number;
  readonly #validity = new ValidityWriter();
  #nulls: Uint8Array | undefined;

  constructor(child: ColumnWriter, listSize: number) {
    this.#child = child;
    this.#listSize = listSize;
  }

  load(vector: SourceVector, size: number, mask?: Uint8Array): void {
    this.#nulls = readValidity(vector, size, mask);
    const items = size * this.#listSize;
    this.#child.load(vector.arrayChild(), items, this.#spread(size));
  }

  weigh(start: number, count: number): number {
    return this.#child.weigh(start * this.#listSize, count * this.#listSize);
  }

  append(start: number, count: number): void {
    this.#child.append(start * this.#listSize, count * this.#listSize);
    this.#validity.append(this.#nulls, start, count);
  }

  emit(body: BodyBuilder): void {
    this.#validity.emit(body);
    this.#child.emit(body);
  }

  clear(): void {
    this.#validity.clear();
    this.#child.clear();
  }

  /** The items of a null row are null. */
  #spread(size: number): Uint8Array | undefined {
    if (this.#nulls === undefined) return undefined;
    const items = size * this.#listSize;
    const spread = new Uint8Array(Math.ceil(items / 64) * 8);
    for (let item = 0; item < items; item += 1) {
      if (isSet(this.#nulls, Math.trunc(item / this.#listSize))) spread[item >> 3]! |= 1 << (item & 7);
    }
    return spread;
  }
}

/** STRUCT, and the entries of a MAP. */
export class StructWriter implements ColumnWriter {
  readonly #children: readonly ColumnWriter[];
  readonly #validity = new ValidityWriter();
  #nulls: Uint8Array | undefined;

  constructor(children: readonly ColumnWriter[]) {
    this.#children = children;
  }

  load(vector: SourceVector, size: number, mask?: Uint8Array): void {
    this.#nulls = readValidity(vector, size, mask);
    for (const [index, child] of this.#children.entries()) {
      child.load(vector.structChild(index), size, this.#nulls);
    }
  }

  weigh(start: number, count: number): number {
    return this.#children.reduce((sum, child) => sum + child.weigh(start, count), 0);
  }

  append(start: number, count: number): void {
    for (const child of this.#children) child.append(start, count);
    this.#validity.append(this.#nulls, start, count);
  }

  emit(body: BodyBuilder): void {
    this.#validity.emit(body);
    for (const child of this.#children) child.emit(body);
  }

  clear(): void {
    this.#validity.clear();
    for (const child of this.#children) child.clear();
  }
}

/** The type of a bare NULL: a length and no buffers. */
export class NullWriter implements ColumnWriter {
  #length = 0;

  load(): void {}

  weigh(): number {
    return 0;
  }

  append(_start: number, count: number): void {
    this.#length += count;
  }

  emit(body: BodyBuilder): void {
    body.node(this.#length, this.#length);
  }

  clear(): void {
    this.#length = 0;
  }
}
