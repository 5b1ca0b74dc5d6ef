/** Dates, times, timestamps and intervals as DuckDB prints them, infinity and years before Christ included. */
import type { Column } from '../../../flight/ipc/column.js';
import type { TimeUnit } from '../../../flight/ipc/types.js';
import type { ByteBuffer, CellWriter } from './byte-buffer.js';
import { viewData } from './column-data.js';
import { writeFraction, writeInteger, writePadded } from './digits.js';
import { offsetSeconds } from './time-zone.js';

/** `2024-02-29`, `0044-03-15 (BC)`, `infinity`. */
export function dateWriter(column: Column, unit: 'day' | 'ms'): CellWriter {
  const view = viewData(column);
  if (unit === 'day') return (out, row) => writeDate(out, view.getInt32(row * 4, true));
  return (out, row) => writeDate(out, Number(floorDivide(view.getBigInt64(row * 8, true), 86_400_000n)));
}

/** `12:34:56.7`, without trailing zeros. */
export function timeWriter(column: Column, unit: TimeUnit): CellWriter {
  const view = viewData(column);
  const { perSecond, digits } = UNITS[unit];
  const read =
    unit === 's' || unit === 'ms'
      ? (row: number) => view.getInt32(row * 4, true)
      : (row: number) => Number(view.getBigInt64(row * 8, true));
  return (out, row) => {
    const value = read(row);
    const seconds = Math.floor(value / perSecond);
    writeClock(out, seconds, value - seconds * perSecond, digits);
  };
}

/** `2024-02-29 12:34:56.7`, with the offset behind it where the type has a time zone. */
export function timestampWriter(column: Column, unit: TimeUnit, timezone: string | undefined): CellWriter {
  const view = viewData(column);
  const { perSecond, digits } = UNITS[unit];
  const offset = timezone === undefined ? undefined : offsetSeconds(timezone);
  return (out, row) => {
    const high = view.getInt32(row * 8 + 4, true);
    let seconds: number;
    let fraction: number;
    if (high >= -0x20_0000 && high < 0x20_0000) {
      const value = high * 0x1_0000_0000 + view.getUint32(row * 8, true);
      seconds = Math.floor(value / perSecond);
      fraction = value - seconds * perSecond;
    } else {
      const value = view.getBigInt64(row * 8, true);
      if (value === INFINITE || value === -INFINITE) {
        out.ascii(value > 0n ? 'infinity' : '-infinity');
        return;
      }
      const whole = floorDivide(value, BigInt(perSecond));
      seconds = Number(whole);
      fraction = Number(value - whole * BigInt(perSecond));
    }
    const shift = offset === undefined ? 0 : offset(seconds);
    const local = seconds + shift;
    const days = Math.floor(local / DAY_SECONDS);
    writeDate(out, days);
    out.byte(SPACE);
    writeClock(out, local - days * DAY_SECONDS, fraction, digits);
    if (offset !== undefined) writeOffset(out, shift);
  };
}

/** DuckDB has no such type; it is printed like the time part of an interval. */
export function durationWriter(column: Column, unit: TimeUnit): CellWriter {
  const view = viewData(column);
  const { perSecond } = UNITS[unit];
  return (out, row) => {
    const value = view.getBigInt64(row * 8, true);
    writeInterval(out, 0, 0, (value * 1_000_000_000n) / BigInt(perSecond));
  };
}

/** `1 year 2 months 3 days 04:05:06.7`. */
export function intervalWriter(column: Column, unit: 'yearMonth' | 'dayTime' | 'monthDayNano'): CellWriter {
  const view = viewData(column);
  switch (unit) {
    case 'yearMonth':
      return (out, row) => writeInterval(out, view.getInt32(row * 4, true), 0, 0n);
    case 'dayTime':
      return (out, row) => {
        const nanos = BigInt(view.getInt32(row * 8 + 4, true)) * 1_000_000n;
        writeInterval(out, 0, view.getInt32(row * 8, true), nanos);
      };
    case 'monthDayNano':
      return (out, row) => {
        const at = row * 16;
        const nanos = view.getBigInt64(at + 8, true);
        writeInterval(out, view.getInt32(at, true), view.getInt32(at + 4, true), nanos);
      };
  }
}

const UNITS: Readonly<Record<TimeUnit, { readonly perSecond: number; readonly digits: number }>> = {
  s: { perSecond: 1, digits: 0 },
  ms: { perSecond: 1_000, digits: 3 },
  us: { perSecond: 1_000_000, digits: 6 },
  ns: { perSecond: 1_000_000_000, digits: 9 },
};
const DAY_SECONDS = 86_400;
const INFINITE = 0x7fff_ffff_ffff_ffffn;
const INFINITE_DAYS = 0x7fff_ffff;
const SPACE = 0x20;
const DASH = 0x2d;
const COLON = 0x3a;

/** Days since 1970-01-01 in the proleptic Gregorian calendar; years before 1 count back from `0001 (BC)`. */
function writeDate(out: ByteBuffer, days: number): void {
  if (days === INFINITE_DAYS || days === -INFINITE_DAYS) {
    out.ascii(days > 0 ? 'infinity' : '-infinity');
    return;
  }
  // Counted from 0000-03-01, so that the leap day is the last of its year; 146,097 days are 400 years.
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = (shifted - era * 146_097) | 0;
  const leapDays = ((dayOfEra / 1460) | 0) - ((dayOfEra / 36_524) | 0) + ((dayOfEra / 146_096) | 0);
  const yearOfEra = ((dayOfEra - leapDays) / 365) | 0;
  const dayOfYear = dayOfEra - (365 * yearOfEra + (yearOfEra >> 2) - ((yearOfEra / 100) | 0));
  const monthFromMarch = ((5 * dayOfYear + 2) / 153) | 0;
  const day = dayOfYear - (((153 * monthFromMarch + 2) / 5) | 0) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);

  const shown = year > 0 ? year : 1 - year;
  if (shown < 10_000) writePadded(out, shown, 4);
  else writeInteger(out, shown);
  out.byte(DASH);
  writePadded(out, month, 2);
  out.byte(DASH);
  writePadded(out, day, 2);
  if (year <= 0) out.ascii(' (BC)');
}

/** `digits` is the precision of `fraction`; hours may exceed 24. */
function writeClock(out: ByteBuffer, seconds: number, fraction: number, digits: number): void {
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) - hours * 60;
  if (hours < 100) writePadded(out, hours, 2);
  else writeInteger(out, hours);
  out.byte(COLON);
  writePadded(out, minutes, 2);
  out.byte(COLON);
  writePadded(out, seconds - hours * 3600 - minutes * 60, 2);
  writeFraction(out, fraction, digits);
}

/** `+00`, `-03:30`, as DuckDB does: minutes only where there are some. */
function writeOffset(out: ByteBuffer, seconds: number): void {
  const minutes = Math.abs(Math.trunc(seconds / 60));
  out.ascii(seconds < 0 ? '-' : '+');
  writePadded(out, Math.floor(minutes / 60), 2);
  if (minutes % 60 === 0) return;
  out.byte(COLON);
  writePadded(out, minutes % 60, 2);
}

function writeInterval(out: ByteBuffer, months: number, days: number, nanos: bigint): void {
  const start = out.length;
  const years = Math.trunc(months / 12);
  writePart(out, start, years, 'year');
  writePart(out, start, months - years * 12, 'month');
  writePart(out, start, days, 'day');
  if (nanos === 0n && out.length > start) return;
  if (out.length > start) out.byte(SPACE);
  const magnitude = nanos < 0n ? -nanos : nanos;
  if (nanos < 0n) out.byte(DASH);
  // DuckDB counts microseconds; other servers' nanoseconds show only where there are some.
  const fraction = Number(magnitude % 1_000_000_000n);
  writeClock(out, Number(magnitude / 1_000_000_000n), fraction, 9);
}

function writePart(out: ByteBuffer, start: number, count: number, name: string): void {
  if (count === 0) return;
  if (out.length > start) out.byte(SPACE);
  writeInteger(out, count);
  out.ascii(Math.abs(count) === 1 ? ` ${name}` : ` ${name}s`);
}

function floorDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value % by < 0n ? quotient - 1n : quotient;
}
