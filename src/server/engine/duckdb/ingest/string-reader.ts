/** Utf8 and binary columns into DuckDB's 16-byte `string_t`s, which may point into the received buffer. */
import { isUtf8 } from 'node:buffer';
import duckdb, { type Vector } from '@duckdb/node-bindings';
import { GizmoError } from '../../../../errors.js';
import type { Column } from '../../../../flight/ipc/column.js';
import type { ArrowField } from '../../../../flight/ipc/types.js';
import type { ProcessMemory } from '../memory.js';
import type { ColumnReader } from './column-reader.js';
import { isSet, sliceBits, writeValidity } from './validity.js';

/**
 * With a view of memory each long value is handed over by its address: DuckDB copies it while the statement
 * runs, for which the batch is kept. Without, each is copied by a call of its own.
 */
export class StringReader implements ColumnReader {
  readonly takesRanges = true;
  readonly #field: ArrowField;
  readonly #memory: ProcessMemory | undefined;
  #data: Uint8Array = new Uint8Array(0);
  #view = new DataView(new ArrayBuffer(0));
  #address = 0;
  #offsets: ArrayLike<number> = [];
  #validity: Uint8Array | undefined;
  #words = new Uint32Array(2048 * 4);

  constructor(field: ArrowField, memory: ProcessMemory | undefined) {
    this.#field = field;
    this.#memory = memory;
  }

  load(column: Column): void {
    const data = column.data ?? new Uint8Array(0);
    this.#data = data;
    this.#view = new DataView(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
    this.#validity = column.validity;
    this.#offsets = offsetsOf(column);
    // A process's addresses have 47 bits, which a number holds exactly.
    this.#address =
      this.#memory === undefined || data.byteLength === 0 ? 0 : Number(this.#memory.addressOf(data));
    if (this.#field.type.kind === 'utf8') this.#checkUtf8(column.length);
  }

  fill(vector: Vector, start: number, count: number, mask?: Uint8Array): void {
    const bits = sliceBits(this.#validity, start, count, mask);
    if (this.#memory === undefined) this.#fillByCalls(vector, start, count, bits);
    else this.#fillByAddress(vector, start, count, bits);
    writeValidity(vector, bits);
  }

  #fillByAddress(vector: Vector, start: number, count: number, bits: Uint8Array | undefined): void {
    if (this.#words.length < count * 4) this.#words = new Uint32Array(count * 4);
    const words = this.#words;
    const view = this.#view;
    const offsets = this.#offsets;
    const lastWhole = view.byteLength - INLINE_MAX;
    const high = Math.floor(this.#address / WORD);
    const low = this.#address - high * WORD;
    let to = offsets[start]!;
    for (let row = 0, at = 0; row < count; row += 1, at += 4) {
      const from = to;
      to = offsets[start + row + 1]!;
      const length = isSet(bits, row) ? to - from : 0;
      words[at] = length;
      if (length > INLINE_MAX) {
        const address = low + from;
        words[at + 1] = view.getUint32(from, true);
        words[at + 2] = address;
        words[at + 3] = address < WORD ? high : high + 1;
      } else if (from <= lastWhole) {
        words[at + 1] = view.getUint32(from, true) & FIRST[length]!;
        words[at + 2] = view.getUint32(from + 4, true) & SECOND[length]!;
        words[at + 3] = view.getUint32(from + 8, true) & THIRD[length]!;
      } else {
        words.fill(0, at + 1, at + 4);
        for (let index = 0; index < length; index += 1) {
          words[at + 1 + (index >> 2)]! |= this.#data[from + index]! << ((index & 3) * 8);
        }
      }
    }
    duckdb.copy_data_to_vector(vector, 0, words.buffer, 0, count * 16);
  }

  #fillByCalls(vector: Vector, start: number, count: number, bits: Uint8Array | undefined): void {
    for (let row = 0; row < count; row += 1) {
      if (!isSet(bits, row)) continue;
      const value = this.#data.subarray(this.#offsets[start + row]!, this.#offsets[start + row + 1]!);
      duckdb.vector_assign_string_element_len(vector, row, value);
    }
  }

  /** DuckDB takes VARCHAR for valid UTF-8 here. All at once if it can be; no value may begin within a character. */
  #checkUtf8(length: number): void {
    const offsets = this.#offsets;
    const data = this.#data;
    const first = offsets[0] ?? 0;
    const last = offsets[length] ?? 0;
    if (isUtf8(data.subarray(first, last))) {
      let row = 0;
      while (row < length && (offsets[row]! >= last || (data[offsets[row]!]! & 0xc0) !== 0x80)) row += 1;
      if (row === length) return;
    }
    for (let row = 0; row < length; row += 1) {
      if (isSet(this.#validity, row) && !isUtf8(data.subarray(offsets[row]!, offsets[row + 1]!))) {
        throw new GizmoError(
          'INVALID_ARGUMENT',
          `Row ${row + 1} of "${this.#field.name}" is no valid UTF-8.`,
        );
      }
    }
  }
}

const INLINE_MAX = 12;
const WORD = 0x1_0000_0000;

/** By the length of a short value, which bits of its three words are its own. */
const [FIRST, SECOND, THIRD] = [0, 4, 8].map((before) =>
  Uint32Array.from({ length: INLINE_MAX + 1 }, (_, length) => {
    const bytes = Math.max(0, Math.min(4, length - before));
    return 2 ** (8 * bytes) - 1;
  }),
) as [Uint32Array, Uint32Array, Uint32Array];

/** The offsets as plain numbers; those of a fixed width are computed. */
function offsetsOf(column: Column): ArrayLike<number> {
  const { type } = column.field;
  if (type.kind === 'fixedSizeBinary') {
    return Int32Array.from({ length: column.length + 1 }, (_, row) => row * type.byteWidth);
  }
  return column.offsets instanceof Int32Array ? column.offsets : [0];
}
