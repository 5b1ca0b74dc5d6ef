/** Types that have no Arrow type every client knows, as the text that DuckDB prints. */
import type { ProcessMemory } from '../memory.js';
import type { SourceVector } from './source-vector.js';
import { StringVector } from './strings.js';
import { VariableWidthWriter } from './variable-width.js';

/** A type whose values DuckDB stores in `width` bytes, written as ASCII text of about `typicalLength`. */
export class FixedTextWriter extends VariableWidthWriter {
  readonly #width: number;
  readonly #typicalLength: number;
  readonly #format: (source: DataView, offset: number) => string;
  #source: DataView = new DataView(new ArrayBuffer(0));

  constructor(width: number, typicalLength: number, format: (source: DataView, offset: number) => string) {
    super();
    this.#width = width;
    this.#typicalLength = typicalLength;
    this.#format = format;
  }

  protected override read(vector: SourceVector, size: number): void {
    const data = vector.data(size * this.#width);
    this.#source = new DataView(data.buffer, data.byteOffset, data.byteLength);
  }

  protected override weighRow(): number {
    return this.#typicalLength;
  }

  protected override write(row: number): void {
    this.putAscii(this.#format(this.#source, row * this.#width));
  }
}

/** A type that DuckDB stores as a `string_t` of bytes, written as ASCII text of about `expansion` times the size. */
export class BlobTextWriter extends VariableWidthWriter {
  readonly #strings: StringVector;
  readonly #expansion: number;
  readonly #format: (bytes: Uint8Array) => string;

  constructor(memory: ProcessMemory | undefined, expansion: number, format: (bytes: Uint8Array) => string) {
    super();
    this.#strings = new StringVector(memory);
    this.#expansion = expansion;
    this.#format = format;
  }

  protected override read(vector: SourceVector, size: number): void {
    this.#strings.load(vector, size);
  }

  protected override weighRow(row: number): number {
    return this.#strings.words[row * 4]! * this.#expansion;
  }

  protected override write(row: number): void {
    this.putAscii(this.#format(this.#strings.get(row)));
  }
}

/** UUID, of which there may be a column of millions: its 36 characters are written without a string between. */
export class UuidWriter extends VariableWidthWriter {
  #source: Uint8Array = new Uint8Array(0);

  protected override read(vector: SourceVector, size: number): void {
    this.#source = vector.data(size * 16);
  }

  protected override weighRow(): number {
    return UUID_LENGTH;
  }

  protected override write(row: number): void {
    this.reserveBytes(UUID_LENGTH);
    const { bytes } = this;
    let at = this.position;
    for (let index = 15; index >= 0; index -= 1) {
      // A HUGEINT, lowest byte first, whose sign bit is flipped so that it sorts as the text does.
      const byte = this.#source[row * 16 + index]! ^ (index === 15 ? 0x80 : 0);
      bytes[at] = HEX[byte >> 4]!;
      bytes[at + 1] = HEX[byte & 15]!;
      at += 2;
      if (index === 12 || index === 10 || index === 8 || index === 6) {
        bytes[at] = DASH;
        at += 1;
      }
    }
    this.position = at;
  }
}

const UUID_LENGTH = 36;
const DASH = 0x2d;
const HEX = Buffer.from('0123456789abcdef');

/** ENUM: an index of 1, 2 or 4 bytes into the type's values. */
export class EnumWriter extends VariableWidthWriter {
  readonly #values: readonly Uint8Array[];
  readonly #width: 1 | 2 | 4;
  #indexes: Uint8Array | Uint16Array | Uint32Array = new Uint8Array(0);

  constructor(values: readonly string[], width: 1 | 2 | 4) {
    super();
    this.#values = values.map((value) => Buffer.from(value));
    this.#width = width;
  }

  protected override read(vector: SourceVector, size: number): void {
    const { buffer, byteOffset } = vector.data(size * this.#width);
    if (this.#width === 1) this.#indexes = new Uint8Array(buffer, byteOffset, size);
    else if (this.#width === 2) this.#indexes = new Uint16Array(buffer, byteOffset, size);
    else this.#indexes = new Uint32Array(buffer, byteOffset, size);
  }

  protected override weighRow(row: number): number {
    return this.#values[this.#indexes[row]!]!.byteLength;
  }

  protected override write(row: number): void {
    this.put(this.#values[this.#indexes[row]!]!);
  }
}

/** UUID: a HUGEINT whose sign bit is flipped, so that it sorts as the text does. */
export function formatUuid(source: DataView, offset: number): string {
  const high = source.getUint32(offset + 12, true) ^ 0x8000_0000;
  const text =
    hex32(high >>> 0) +
    hex32(source.getUint32(offset + 8, true)) +
    hex32(source.getUint32(offset + 4, true)) +
    hex32(source.getUint32(offset, true));
  return `${text.slice(0, 8)}-${text.slice(8, 12)}-${text.slice(12, 16)}-${text.slice(16, 20)}-${text.slice(20)}`;
}

/** UHUGEINT: 128 bits, low half first. */
export function formatUhugeint(source: DataView, offset: number): string {
  return ((source.getBigUint64(offset + 8, true) << 64n) | source.getBigUint64(offset, true)).toString();
}

/** TIMETZ: 40 bits of microseconds, then 24 bits of 57,599 minus the offset in seconds. */
export function formatTimeTz(source: DataView, offset: number): string {
  const bits = source.getBigUint64(offset, true);
  return formatTime(bits >> 24n) + formatOffset(57_599 - Number(bits & 0xff_ffffn));
}

/** `hh:mm:ss[.fraction]`, as DuckDB prints a time of day in units of 10^-`digits` seconds. */
export function formatTime(value: bigint, digits: 6 | 9 = 6): string {
  const unit = 10n ** BigInt(digits);
  const seconds = Number(value / unit);
  const fraction = value % unit;
  const clock = `${two(Math.trunc(seconds / 3600))}:${two(Math.trunc(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return fraction === 0n ? clock : `${clock}.${fraction.toString().padStart(digits, '0').replace(/0+$/, '')}`;
}

/** BIT: a byte with the number of padding bits, then the bits, padded in front. */
export function formatBit(bytes: Uint8Array): string {
  let text = '';
  for (let index = 1; index < bytes.byteLength; index += 1)
    text += bytes[index]!.toString(2).padStart(8, '0');
  return text.slice(bytes[0]!);
}

/** BIGNUM: three bytes of sign and length, then the magnitude, big-endian; all inverted where it is negative. */
export function formatBignum(bytes: Uint8Array): string {
  const isNegative = (bytes[0]! & 0x80) === 0;
  let digits = '0x';
  for (let index = 3; index < bytes.byteLength; index += 1) {
    const byte = isNegative ? bytes[index]! ^ 0xff : bytes[index]!;
    digits += byte.toString(16).padStart(2, '0');
  }
  return `${isNegative ? '-' : ''}${BigInt(digits)}`;
}

function hex32(value: number): string {
  return value.toString(16).padStart(8, '0');
}

function formatOffset(seconds: number): string {
  const size = Math.abs(seconds);
  let text = (seconds < 0 ? '-' : '+') + two(Math.trunc(size / 3600));
  if (size % 3600 !== 0) text += `:${two(Math.trunc(size / 60) % 60)}`;
  if (size % 60 !== 0) text += `:${two(size % 60)}`;
  return text;
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}
