/** Arrow decimals into DuckDB vectors. */
import type { ArrowField } from '../../../../flight/ipc/types.js';
import type { DecimalShape } from '../arrow-type.js';
import { ConvertingReader, outOfRange } from './fixed-readers.js';

/** Decimals of 32 to 256 bits into DuckDB's 16 to 128; DuckDB does not check the width on this way. */
export class DecimalReader extends ConvertingReader {
  readonly #field: ArrowField;
  readonly #sourceBytes: number;
  readonly #bytes: number;
  readonly #limit: bigint;
  readonly #surelyWithin: number;
  readonly #factor: bigint;

  constructor(field: ArrowField, bits: number, { width, factor }: DecimalShape) {
    const bytes = width <= 4 ? 2 : width <= 9 ? 4 : width <= 18 ? 8 : 16;
    super(bytes);
    this.#field = field;
    this.#sourceBytes = bits / 8;
    this.#bytes = bytes;
    this.#limit = 10n ** BigInt(width);
    this.#surelyWithin = 10 ** width * 0.999;
    this.#factor = factor;
  }

  /**
   * Decimals of 128 bits, as almost all are: words are copied, and what they had to be is asked once for all. Values
   * near the limit, and what stands in the places of nulls, may ask for a second look.
   */
  protected override convertAll(from: number, rows: number): boolean {
    const { buffer, byteOffset, byteLength } = this.view;
    if (this.#factor !== 1n || this.#sourceBytes !== 16 || byteOffset % 4 !== 0) return false;
    if ((from + rows) * 16 > byteLength) return false;
    const source = new Int32Array(buffer as ArrayBuffer, byteOffset + from * 16, rows * 4);
    switch (this.#bytes) {
      case 2:
        return copyNarrow(source, new Int16Array(this.scratch.buffer), rows, Number(this.#limit));
      case 4:
        return copyNarrow(source, new Int32Array(this.scratch.buffer), rows, Number(this.#limit));
      case 8:
        return copyLow(source, new Int32Array(this.scratch.buffer), rows) < this.#surelyWithin / 2 ** 32;
      default:
        new Int32Array(this.scratch.buffer).set(source);
        return topWords(source, rows) < this.#surelyWithin / 2 ** 96;
    }
  }

  protected override convert(from: number, to: number): void {
    const value = this.#read(from * this.#sourceBytes) * this.#factor;
    if (value >= this.#limit || value <= -this.#limit) throw outOfRange(this.#field, 'its precision');
    const { scratch } = this;
    if (this.#bytes === 2) scratch.setInt16(to * 2, Number(value), true);
    else if (this.#bytes === 4) scratch.setInt32(to * 4, Number(value), true);
    else {
      scratch.setBigInt64(to * this.#bytes, BigInt.asIntN(64, value), true);
      if (this.#bytes === 16) scratch.setBigInt64(to * 16 + 8, value >> 64n, true);
    }
  }

  #read(at: number): bigint {
    const { view } = this;
    if (this.#sourceBytes === 4) return BigInt(view.getInt32(at, true));
    let value = view.getBigInt64(at + this.#sourceBytes - 8, true);
    for (let word = this.#sourceBytes - 16; word >= 0; word -= 8) {
      value = (value << 64n) | view.getBigUint64(at + word, true);
    }
    return value;
  }
}

/** Copies the lowest words; false where the others do not only repeat the sign, or a value is not below the limit. */
function copyNarrow(
  source: Int32Array,
  target: Int16Array | Int32Array,
  rows: number,
  limit: number,
): boolean {
  let odd = 0;
  let most = 0;
  for (let row = 0, at = 0; row < rows; row += 1, at += 4) {
    const low = source[at]!;
    const sign = low >> 31;
    odd |= (source[at + 1]! ^ sign) | (source[at + 2]! ^ sign) | (source[at + 3]! ^ sign);
    const size = low ^ sign;
    if (size > most) most = size;
    target[row] = low;
  }
  return odd === 0 && most + 1 < limit;
}

/** Copies the lower two words of each; answers more than the second can say of any value, Infinity where the others do not only repeat the sign. */
function copyLow(source: Int32Array, target: Int32Array, rows: number): number {
  let odd = 0;
  let most = 0;
  for (let row = 0, at = 0; row < rows; row += 1, at += 4) {
    const high = source[at + 1]!;
    const sign = high >> 31;
    odd |= (source[at + 2]! ^ sign) | (source[at + 3]! ^ sign);
    const size = high ^ sign;
    if (size > most) most = size;
    target[2 * row] = source[at]!;
    target[2 * row + 1] = high;
  }
  return odd === 0 ? most + 1 : Number.POSITIVE_INFINITY;
}

/** More than the highest word says of any value. */
function topWords(source: Int32Array, rows: number): number {
  let most = 0;
  for (let row = 0, at = 3; row < rows; row += 1, at += 4) {
    const top = source[at]!;
    const size = top ^ (top >> 31);
    if (size > most) most = size;
  }
  return most + 1;
}
