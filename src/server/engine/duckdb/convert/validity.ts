/** Validity bitmaps: DuckDB's and Arrow's have one form, least significant bit first, 1 = valid. */
import type { BodyBuilder } from './body-builder.js';
import type { SourceVector } from './source-vector.js';

/** The validity of a growing Arrow column. No memory is touched until the first null arrives. */
export class ValidityWriter {
  length = 0;
  #nulls = 0;
  #bits = new Uint8Array(0);
  #used = false;

  /** Appends `count` rows of a bitmap from bit `start`; without a bitmap all are valid. */
  append(source: Uint8Array | undefined, start: number, count: number): void {
    if (source !== undefined) this.#copy(source, start, count);
    else if (this.#used) this.#fill(count);
    this.length += count;
  }

  appendOne(valid: boolean): void {
    this.append(valid ? undefined : ALL_NULL, 0, 1);
  }

  emit(body: BodyBuilder): void {
    body.node(this.length, this.#nulls);
    body.buffer(this.#nulls === 0 ? EMPTY : this.#bits.subarray(0, (this.length + 7) >> 3));
  }

  clear(): void {
    this.length = 0;
    this.#nulls = 0;
    this.#used = false;
  }

  #copy(source: Uint8Array, start: number, count: number): void {
    if (!this.#used) {
      this.#used = true;
      this.#reserve(this.length);
      setBits(this.#bits, 0, this.length);
    }
    this.#reserve(this.length + count);
    const bits = this.#bits;
    let to = this.length;
    let from = start;
    const end = start + count;
    if (((to | from) & 7) === 0) {
      for (; from + 8 <= end; from += 8, to += 8) {
        const byte = source[from >> 3]!;
        bits[to >> 3] = byte;
        this.#nulls += 8 - POP_COUNT[byte]!;
      }
    }
    for (; from < end; from += 1, to += 1) {
      const valid = (source[from >> 3]! >> (from & 7)) & 1;
      const mask = 1 << (to & 7);
      if (valid === 1) bits[to >> 3]! |= mask;
      else {
        bits[to >> 3]! &= ~mask;
        this.#nulls += 1;
      }
    }
    clearTail(bits, to);
  }

  #fill(count: number): void {
    this.#reserve(this.length + count);
    setBits(this.#bits, this.length, count);
    clearTail(this.#bits, this.length + count);
  }

  #reserve(rows: number): void {
    const bytes = (rows + 7) >> 3;
    if (bytes <= this.#bits.byteLength) return;
    const grown = new Uint8Array(Math.max(256, bytes * 2));
    grown.set(this.#bits);
    this.#bits = grown;
  }
}

/** The validity of a vector's first `size` rows, combined with a parent's; undefined when all are valid. */
export function readValidity(vector: SourceVector, size: number, mask?: Uint8Array): Uint8Array | undefined {
  // DuckDB's bitmap is made of 64-bit words.
  const own = vector.validity(Math.ceil(size / 64) * 8);
  if (own === undefined) return mask;
  if (mask === undefined) return own;
  const both = new Uint8Array((size + 7) >> 3);
  for (let index = 0; index < both.length; index += 1) both[index] = own[index]! & mask[index]!;
  return both;
}

/** Whether `row` is valid; without a bitmap every row is. */
export function isSet(bits: Uint8Array | undefined, row: number): boolean {
  return bits === undefined || ((bits[row >> 3]! >> (row & 7)) & 1) === 1;
}

/** Calls `run` with each unbroken range of null rows in [start, start + count). */
export function eachNullRange(
  bits: Uint8Array,
  start: number,
  count: number,
  run: (from: number, to: number) => void,
): void {
  const end = start + count;
  let row = start;
  while (row < end) {
    if ((row & 7) === 0 && bits[row >> 3] === 0xff) {
      row += 8;
      continue;
    }
    if (isSet(bits, row)) {
      row += 1;
      continue;
    }
    const from = row;
    while (row < end && !isSet(bits, row)) row += 1;
    run(from, row);
  }
}

const EMPTY = new Uint8Array(0);
const ALL_NULL = new Uint8Array(1);

const POP_COUNT = Uint8Array.from({ length: 256 }, (_, byte) => {
  let count = 0;
  for (let rest = byte; rest !== 0; rest >>= 1) count += rest & 1;
  return count;
});

function setBits(bits: Uint8Array, start: number, count: number): void {
  const end = start + count;
  let bit = start;
  for (; bit < end && (bit & 7) !== 0; bit += 1) bits[bit >> 3]! |= 1 << (bit & 7);
  if (bit >= end) return;
  const whole = end & ~7;
  if (whole > bit) bits.fill(0xff, bit >> 3, whole >> 3);
  for (bit = Math.max(bit, whole); bit < end; bit += 1) bits[bit >> 3]! |= 1 << (bit & 7);
}

/** Bits behind the last row are 0, as Arrow recommends and equality by bytes needs. */
function clearTail(bits: Uint8Array, length: number): void {
  if ((length & 7) !== 0) bits[length >> 3]! &= (1 << (length & 7)) - 1;
}
