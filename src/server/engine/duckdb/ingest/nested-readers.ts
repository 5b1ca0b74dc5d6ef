/** Lists, maps and structs into DuckDB vectors. */
import duckdb, { type Vector } from '@duckdb/node-bindings';
import { GizmoError } from '../../../../errors.js';
import type { Column } from '../../../../flight/ipc/column.js';
import { isValid } from '../../../../flight/ipc/column.js';
import { readValue } from '../../../../flight/ipc/value.js';
import type { ColumnReader } from './column-reader.js';
import { isSet, sliceBits, writeValidity } from './validity.js';

/** LIST, and MAP when it has a name for its errors: DuckDB checks neither null nor repeated keys on this way. */
export class ListReader implements ColumnReader {
  readonly takesRanges: boolean;
  readonly #child: ColumnReader;
  readonly #mapName: string | undefined;
  #offsets: Int32Array = new Int32Array(1);
  #validity: Uint8Array | undefined;

  constructor(child: ColumnReader, mapName?: string) {
    this.#child = child;
    this.#mapName = mapName;
    this.takesRanges = child.takesRanges;
  }

  load(column: Column): void {
    this.#offsets = column.offsets instanceof Int32Array ? column.offsets : new Int32Array(1);
    this.#validity = column.validity;
    const child = column.children[0];
    if (child !== undefined) this.#child.load(child);
    if (this.#mapName !== undefined) checkKeys(this.#mapName, column);
  }

  fill(vector: Vector, start: number, count: number, mask?: Uint8Array): void {
    const bits = sliceBits(this.#validity, start, count, mask);
    const first = this.#offsets[start]!;
    const items = this.#offsets[start + count]! - first;
    const entries = new BigUint64Array(count * 2);
    for (let row = 0; row < count; row += 1) {
      if (!isSet(bits, row)) continue;
      const from = this.#offsets[start + row]!;
      entries[row * 2] = BigInt(from - first);
      entries[row * 2 + 1] = BigInt(this.#offsets[start + row + 1]! - from);
    }
    duckdb.list_vector_reserve(vector, items);
    duckdb.list_vector_set_size(vector, items);
    duckdb.copy_data_to_vector(vector, 0, entries.buffer, 0, entries.byteLength);
    if (items > 0) this.#child.fill(duckdb.list_vector_get_child(vector), first, items);
    writeValidity(vector, bits);
  }
}

/** ARRAY. */
export class FixedListReader implements ColumnReader {
  readonly takesRanges: boolean;
  readonly #child: ColumnReader;
  readonly #listSize: number;
  #validity: Uint8Array | undefined;

  constructor(child: ColumnReader, listSize: number) {
    this.#child = child;
    this.#listSize = listSize;
    this.takesRanges = child.takesRanges;
  }

  load(column: Column): void {
    this.#validity = column.validity;
    const child = column.children[0];
    if (child !== undefined) this.#child.load(child);
  }

  fill(vector: Vector, start: number, count: number, mask?: Uint8Array): void {
    const bits = sliceBits(this.#validity, start, count, mask);
    const size = this.#listSize;
    this.#child.fill(
      duckdb.array_vector_get_child(vector),
      start * size,
      count * size,
      spread(bits, count, size),
    );
    writeValidity(vector, bits);
  }
}

/** STRUCT, and the entries of a MAP. A member of a null struct is null. */
export class StructReader implements ColumnReader {
  readonly takesRanges: boolean;
  readonly #members: readonly ColumnReader[];
  #validity: Uint8Array | undefined;

  constructor(members: readonly ColumnReader[]) {
    this.#members = members;
    this.takesRanges = members.every((member) => member.takesRanges);
  }

  load(column: Column): void {
    this.#validity = column.validity;
    for (const [index, member] of this.#members.entries()) {
      const child = column.children[index];
      if (child !== undefined) member.load(child);
    }
  }

  fill(vector: Vector, start: number, count: number, mask?: Uint8Array): void {
    const bits = sliceBits(this.#validity, start, count, mask);
    for (const [index, member] of this.#members.entries()) {
      member.fill(duckdb.struct_vector_get_child(vector, index), start, count, bits);
    }
    writeValidity(vector, bits);
  }
}

/** One bit an item from one bit a list. */
function spread(bits: Uint8Array | undefined, count: number, size: number): Uint8Array | undefined {
  if (bits === undefined) return undefined;
  const items = new Uint8Array(Math.ceil((count * size) / 64) * 8);
  for (let item = 0; item < count * size; item += 1) {
    if (isSet(bits, Math.trunc(item / size))) items[item >> 3]! |= 1 << (item & 7);
  }
  return items;
}

function checkKeys(name: string, column: Column): void {
  const keys = column.children[0]?.children[0];
  const { offsets } = column;
  if (keys === undefined || !(offsets instanceof Int32Array)) return;
  for (let row = 0; row < column.length; row += 1) {
    if (!isValid(column, row)) continue;
    const from = offsets[row]!;
    const to = offsets[row + 1]!;
    const seen = new Set<string>();
    for (let item = from; item < to; item += 1) {
      if (!isValid(keys, item)) throw badMap(name, row, 'a NULL key');
      if (to - from > 1) seen.add(keyText(readValue(keys, item)));
    }
    if (to - from > 1 && seen.size < to - from) throw badMap(name, row, 'a key twice');
  }
}

function keyText(key: unknown): string {
  return JSON.stringify(key, (_, value) => (typeof value === 'bigint' ? `${value}n` : value));
}

function badMap(name: string, row: number, what: string): GizmoError {
  return new GizmoError('INVALID_ARGUMENT', `The map in row ${row + 1} of "${name}" has ${what}.`);
}
