/** Decimal digits as bytes. */
import type { ByteBuffer } from './byte-buffer.js';

/** Writes a whole number of at most 2^53 in magnitude. */
export function writeInteger(out: ByteBuffer, value: number): void {
  if (value < 0) {
    out.byte(MINUS);
    value = -value;
  }
  if (value < BILLION) {
    writePadded(out, value, countDigits(value));
    return;
  }
  const high = Math.floor(value / BILLION);
  writeInteger(out, high);
  writePadded(out, value - high * BILLION, 9);
}

/** Writes exactly `width` digits of a whole number below 10^9, zeros in front. */
export function writePadded(out: ByteBuffer, value: number, width: number): void {
  out.reserve(width);
  const { bytes } = out;
  let rest = value;
  for (let at = out.length + width - 1; at >= out.length; at--) {
    const next = (rest / 10) | 0;
    bytes[at] = ZERO + rest - next * 10;
    rest = next;
  }
  out.length += width;
}

/** Writes `.` and the digits of `value / 10^width` without trailing zeros; nothing where it is 0. `width` is at most 9. */
export function writeFraction(out: ByteBuffer, value: number, width: number): void {
  if (value === 0) return;
  out.byte(POINT);
  writePadded(out, value, width);
  while (out.bytes[out.length - 1] === ZERO) out.length--;
}

/** Writes a 64-bit integer given as two 32-bit words. */
export function writeInt64(out: ByteBuffer, high: number, low: number, view: DataView, at: number): void {
  if (high >= -SAFE_HIGH && high < SAFE_HIGH) writeInteger(out, high * 0x1_0000_0000 + low);
  else out.ascii(view.getBigInt64(at, true).toString());
}

const ZERO = 0x30;
const MINUS = 0x2d;
const POINT = 0x2e;
const BILLION = 1_000_000_000;
/** High words below this belong to numbers that a double holds exactly. */
const SAFE_HIGH = 0x20_0000;

/** Of a whole number below 10^9. */
export function countDigits(value: number): number {
  if (value < 10) return 1;
  if (value < 100) return 2;
  if (value < 1000) return 3;
  if (value < 10_000) return 4;
  if (value < 100_000) return 5;
  if (value < 1_000_000) return 6;
  if (value < 10_000_000) return 7;
  return value < 100_000_000 ? 8 : 9;
}
