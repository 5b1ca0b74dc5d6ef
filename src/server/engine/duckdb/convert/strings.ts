/**
 * VARCHAR and BLOB. A DuckDB `string_t` has 16 bytes: a 4-byte length, then up to 12 bytes of the value
 * itself, or 4 bytes of prefix and the address of the value.
 */
import duckdb from '@duckdb/node-bindings';
import { type MemoryWindow, type ProcessMemory, WINDOW_BYTES } from '../memory.js';
import type { SourceVector } from './source-vector.js';
import { isSet } from './validity.js';
import { VariableWidthWriter } from './variable-width.js';

/** The values themselves, unchanged: DuckDB's VARCHAR is always valid UTF-8, its GEOMETRY is WKB. */
export class StringWriter extends VariableWidthWriter {
  readonly #strings: StringVector;
  /** The last weighing, which is mostly of what is appended next. */
  #weighed = NOT_WEIGHED;
  #view = new DataView(this.bytes.buffer);

  constructor(memory: ProcessMemory | undefined) {
    super();
    this.#strings = new StringVector(memory);
  }

  override weigh(start: number, count: number): number {
    const { nulls } = this;
    const { words } = this.#strings;
    let sum = count * 4;
    if (nulls === undefined) {
      for (let at = start * 4, end = (start + count) * 4; at < end; at += 4) sum += words[at]!;
    } else {
      for (let row = start; row < start + count; row += 1) if (isSet(nulls, row)) sum += words[row * 4]!;
    }
    this.#weighed = { start, count, sum };
    return sum;
  }

  override append(start: number, count: number): void {
    this.reserveRows(count);
    const weighed = this.#weighed;
    const isWeighed = weighed.start === start && weighed.count === count;
    this.reserveBytes(isWeighed ? weighed.sum : this.weigh(start, count));
    const { nulls, offsets } = this;
    const strings = this.#strings;
    const { words } = strings;
    const view = this.#view;
    let position = this.position;
    let slot = this.validity.length + 1;
    const end = start + count;
    for (let row = start; row < end; ) {
      if (nulls !== undefined && !isSet(nulls, row)) {
        offsets[slot] = position;
        slot += 1;
        row += 1;
        continue;
      }
      const at = row * 4;
      const length = words[at]!;
      if (length <= INLINE_MAX) {
        // Whole words: what is too much is overwritten by the next value or lies in the slack.
        view.setUint32(position, words[at + 1]!, true);
        if (length > 4) {
          view.setUint32(position + 4, words[at + 2]!, true);
          view.setUint32(position + 8, words[at + 3]!, true);
        }
        position += length;
        offsets[slot] = position;
        slot += 1;
        row += 1;
        continue;
      }
      // DuckDB writes long values one behind the other: as many as lie so are copied as one.
      const first = row;
      const low = words[at + 2]!;
      const high = words[at + 3]!;
      let next = low + length;
      let target = position + length;
      offsets[slot] = target;
      slot += 1;
      row += 1;
      if (nulls === undefined) {
        for (let other = row * 4; row < end; row += 1, slot += 1, other += 4) {
          const more = words[other]!;
          if (more <= INLINE_MAX || words[other + 2] !== next || words[other + 3] !== high) break;
          next += more;
          target += more;
          offsets[slot] = target;
        }
      }
      strings.copyLong(first, next - low, this.bytes, view, position);
      position = target;
    }
    this.position = position;
    this.validity.append(nulls, start, count);
  }

  protected override read(vector: SourceVector, size: number): void {
    this.#strings.load(vector, size);
    this.#weighed = NOT_WEIGHED;
  }

  protected override weighRow(row: number): number {
    return this.#strings.words[row * 4]!;
  }

  protected override write(row: number): void {
    this.put(this.#strings.get(row));
  }

  protected override grown(): void {
    this.#view = new DataView(this.bytes.buffer);
  }
}

/** The `string_t`s of one loaded vector. Long values are read while the chunk is alive, not later. */
export class StringVector {
  words = new Uint32Array(0);
  #data: Uint8Array = new Uint8Array(0);
  readonly #memory: ProcessMemory | undefined;
  #windowId = -1;
  #window: MemoryWindow | undefined;

  constructor(memory: ProcessMemory | undefined) {
    this.#memory = memory;
  }

  load(vector: SourceVector, size: number): void {
    this.#data = vector.data(size * 16);
    this.words = new Uint32Array(this.#data.buffer as ArrayBuffer, this.#data.byteOffset, size * 4);
  }

  /** The bytes of one value; a view that the next load may invalidate. */
  get(row: number): Uint8Array {
    const length = this.words[row * 4]!;
    if (length <= INLINE_MAX) return this.#data.subarray(row * 16 + 4, row * 16 + 4 + length);
    const bytes = new Uint8Array(length);
    this.copyLong(row, length, bytes, new DataView(bytes.buffer), 0);
    return bytes;
  }

  /** Copies a value of more than 12 bytes to `position` of `target`, of which `view` is another view. */
  copyLong(row: number, length: number, target: Uint8Array, view: DataView, position: number): void {
    const at = row * 4;
    const low = this.words[at + 2]!;
    const high = this.words[at + 3]!;
    if (high !== this.#windowId) {
      this.#windowId = high;
      this.#window = this.#memory?.window(high);
    }
    const window = this.#window;
    if (window === undefined || low + length > WINDOW_BYTES) {
      target.set(
        duckdb.get_data_from_pointer(
          this.#data.buffer as ArrayBuffer,
          this.#data.byteOffset + row * 16 + 8,
          length,
        ),
        position,
      );
      return;
    }
    if (length > WORDWISE_MAX) {
      target.set(window.bytes.subarray(low, low + length), position);
      return;
    }
    const source = window.view;
    const last = length - 4;
    for (let done = 0; done < last; done += 4) {
      view.setUint32(position + done, source.getUint32(low + done, true), true);
    }
    // The last word overlaps the one before it: nothing beyond the value is read, it may not be mapped.
    view.setUint32(position + last, source.getUint32(low + last, true), true);
  }
}

const INLINE_MAX = 12;
const NOT_WEIGHED = { start: 0, count: -1, sum: 0 };
/** Up to here a loop over words beats the call that copies a range. */
const WORDWISE_MAX = 160;
