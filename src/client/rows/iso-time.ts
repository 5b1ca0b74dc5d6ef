/**
 * Dates and times as text and back: ISO 8601, as `Date` and `Temporal` read it. Years outside of 0000–9999 have a
 * sign and six digits or more (ECMA-262, "Expanded Years"); DuckDB's infinite dates are `infinity` and `-infinity`.
 */
import type { TimeUnit } from '../../flight/ipc/types.js';

/** `days` since 1970-01-01 in the proleptic Gregorian calendar. */
export function formatDate(days: number): string {
  if (Math.abs(days) === INFINITE_DAYS) return days > 0 ? 'infinity' : '-infinity';
  return formatCivil(days);
}

/** `value` in `unit` since midnight: `12:34:56.7`, no zeros at the end. */
export function formatTime(value: bigint, unit: TimeUnit): string {
  const perSecond = PER_SECOND[unit];
  const seconds = Number(value / perSecond);
  const pad = (count: number): string => String(count).padStart(2, '0');
  const clock = `${pad(Math.floor(seconds / 3600))}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
  const fraction = value % perSecond;
  if (fraction === 0n) return clock;
  const digits = String(perSecond).length - 1;
  return `${clock}.${String(fraction).padStart(digits, '0').replace(/0+$/, '')}`;
}

/** `2024-02-29T12:34:56.7`, and `Z` behind it where the type has a time zone: such a value is an instant. */
export function formatTimestamp(value: bigint, unit: TimeUnit, isInstant: boolean): string {
  if (value === INFINITE || value === -INFINITE) return value > 0n ? 'infinity' : '-infinity';
  const perDay = 86_400n * PER_SECOND[unit];
  const days = value / perDay - (value % perDay < 0n ? 1n : 0n);
  const time = formatTime(value - days * perDay, unit);
  return `${formatCivil(Number(days))}T${time}${isInstant ? 'Z' : ''}`;
}

/** Days since 1970-01-01; undefined for what is no date. */
export function parseDate(text: string): number | undefined {
  if (text === 'infinity') return INFINITE_DAYS;
  if (text === '-infinity') return -INFINITE_DAYS;
  const match = DATE.exec(text);
  return match === null ? undefined : daysOf(match[1], match[2], match[3]);
}

/** In `unit` since midnight; undefined for what is no time of day, or is more precise than the unit. */
export function parseTime(text: string, unit: TimeUnit): bigint | undefined {
  const match = TIME.exec(text);
  return match === null ? undefined : clockOf(match.slice(1), unit);
}

/**
 * In `unit` since 1970-01-01, UTC; undefined for what is no timestamp, or is more precise than the unit. `T` or a
 * space in the middle; the time may be absent; an offset is taken off.
 */
export function parseTimestamp(text: string, unit: TimeUnit): bigint | undefined {
  if (text === 'infinity') return INFINITE;
  if (text === '-infinity') return -INFINITE;
  const match = TIMESTAMP.exec(text);
  if (match === null) return undefined;
  const [, date = '', clock, offset = 'Z'] = match;
  const days = parseDate(date);
  const time = clock === undefined ? 0n : parseTime(clock, unit);
  const seconds = offsetOf(offset);
  if (days === undefined || time === undefined || seconds === undefined) return undefined;
  return (BigInt(days) * 86_400n - BigInt(seconds)) * PER_SECOND[unit] + time;
}

const PER_SECOND: Readonly<Record<TimeUnit, bigint>> = {
  s: 1n,
  ms: 1_000n,
  us: 1_000_000n,
  ns: 1_000_000_000n,
};
const INFINITE_DAYS = 0x7fff_ffff;
const INFINITE = 0x7fff_ffff_ffff_ffffn;

const DATE = /^([+-]\d{6,7}|\d{4})-(\d\d)-(\d\d)$/;
const TIME = /^(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?$/;
const TIMESTAMP = /^([+-]?\d{4,7}-\d\d-\d\d)(?:[T ]([\d:.]+)(Z|[+-]\d\d(?::?\d\d)?)?)?$/;

/** Counted from 0000-03-01, so that the leap day is the last of its year; 146,097 days are 400 years. */
function formatCivil(days: number): string {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const leapDays =
    Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const pad = (count: number): string => String(count).padStart(2, '0');
  return `${formatYear(year)}-${pad(month)}-${pad(day)}`;
}

function formatYear(year: number): string {
  if (year >= 0 && year <= 9999) return String(year).padStart(4, '0');
  return `${year < 0 ? '-' : '+'}${String(Math.abs(year)).padStart(6, '0')}`;
}

/** The counterpart of {@link formatCivil}; undefined for a day that its month does not have. */
function daysOf(yearText = '', monthText = '', dayText = ''): number | undefined {
  const [year, month, day] = [Number(yearText), Number(monthText), Number(dayText)];
  if (month < 1 || month > 12 || day < 1) return undefined;
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  const days = era * 146_097 + dayOfEra - 719_468;
  return formatCivil(days).endsWith(`-${monthText}-${dayText}`) ? days : undefined;
}

function clockOf(parts: readonly (string | undefined)[], unit: TimeUnit): bigint | undefined {
  const [hours = '', minutes = '', seconds = '0', fraction = ''] = parts;
  if (Number(hours) > 24 || Number(minutes) > 59 || Number(seconds) > 59) return undefined;
  const perSecond = PER_SECOND[unit];
  const digits = String(perSecond).length - 1;
  if (/[1-9]/.test(fraction.slice(digits))) return undefined;
  const whole = BigInt(Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds));
  return whole * perSecond + BigInt(fraction.slice(0, digits).padEnd(digits, '0') || '0');
}

function offsetOf(text: string): number | undefined {
  if (text === 'Z') return 0;
  const hours = Number(text.slice(1, 3));
  const minutes = Number(text.slice(3).replace(':', '') || '0');
  if (hours > 23 || minutes > 59) return undefined;
  return (text.startsWith('-') ? -1 : 1) * (hours * 3600 + minutes * 60);
}
