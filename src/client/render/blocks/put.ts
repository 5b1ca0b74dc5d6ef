/**
 * Values as text at a place in an array that has room for them. Each answers where its text ends. They take whole numbers
 * that a double holds exactly, and write what the cell writers of the same types write.
 */
import { countDigits } from '../cells/digits.js';

/** A sign and 16 digits. */
export const INTEGER_BYTES_MAX = 17;

/** `-1234`. */
export function putInteger(bytes: Uint8Array, at: number, value: number): number {
  if (value < 0) {
    bytes[at++] = MINUS;
    value = -value;
  }
  if (value < BILLION) return putPadded(bytes, at, value, countDigits(value));
  const high = Math.floor(value / BILLION);
  const next = high < BILLION ? putPadded(bytes, at, high, countDigits(high)) : putInteger(bytes, at, high);
  return putPadded(bytes, next, value - high * BILLION, 9);
}

/** A sign, a point, and a 0 before it. */
export const DECIMAL_BYTES_MAX = 19;

/** `-12.34`; `unit` is 10 to the power of `scale`, which is 1 to 9. */
export function putDecimal(
  bytes: Uint8Array,
  at: number,
  value: number,
  unit: number,
  scale: number,
): number {
  if (value < 0) {
    bytes[at++] = MINUS;
    value = -value;
  }
  const whole = Math.floor(value / unit);
  const point = putInteger(bytes, at, whole);
  bytes[point] = POINT;
  return putPadded(bytes, point + 1, value - whole * unit, scale);
}

/** `2024-02-29`. */
export const DATE_BYTES = 10;

/** Days since 1970-01-01, of the years 1 to 9999. */
export function putDate(target: DataView, at: number, days: number): number {
  const place = days & (DATES - 1);
  if (DATE_DAYS[place] !== days) remember(place, days);
  const from = place * DATE_BYTES;
  target.setUint32(at, DATE_TEXTS.getUint32(from));
  target.setUint32(at + 4, DATE_TEXTS.getUint32(from + 4));
  target.setUint16(at + 8, DATE_TEXTS.getUint16(from + 8));
  return at + DATE_BYTES;
}

/** Columns of dates have few different ones: their texts are kept by the lowest bits of the day. */
const DATES = 4096;
const DATE_TEXTS = new DataView(new ArrayBuffer(DATES * DATE_BYTES));
const DATE_DAYS = new Int32Array(DATES).fill(0x7fff_ffff);

function remember(place: number, days: number): void {
  const text = new Date(days * 86_400_000).toISOString();
  for (let i = 0; i < DATE_BYTES; i++) DATE_TEXTS.setUint8(place * DATE_BYTES + i, text.charCodeAt(i));
  DATE_DAYS[place] = days;
}

/** Exactly `width` digits of a whole number below 10^9, zeros in front. */
function putPadded(bytes: Uint8Array, at: number, value: number, width: number): number {
  let rest = value | 0;
  let to = at + width;
  while (to - at >= 2) {
    const next = (rest / 100) | 0;
    const pair = (rest - next * 100) << 1;
    to -= 2;
    bytes[to] = PAIRS[pair]!;
    bytes[to + 1] = PAIRS[pair + 1]!;
    rest = next;
  }
  if (to > at) bytes[at] = ZERO + (rest % 10);
  return at + width;
}

const ZERO = 0x30;
const MINUS = 0x2d;
const POINT = 0x2e;
const BILLION = 1_000_000_000;

/** `00` to `99`. */
const PAIRS = Uint8Array.from(
  { length: 200 },
  (_, i) => ZERO + (i % 2 === 0 ? Math.floor(i / 20) : (i >> 1) % 10),
);
