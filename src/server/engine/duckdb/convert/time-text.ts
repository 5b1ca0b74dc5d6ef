/** Dates, timestamps and intervals as DuckDB prints them. */
import { formatTime } from './text.js';

const INFINITE_DATE = 0x7fff_ffff;
const INFINITE_TIMESTAMP = 0x7fff_ffff_ffff_ffffn;
const DAY_MICROS = 86_400_000_000n;

/** `days` since 1970-01-01, proleptic Gregorian; `(BC)` behind years before 1. */
export function formatDate(days: number): string {
  if (days === INFINITE_DATE) return 'infinity';
  if (days === -INFINITE_DATE) return '-infinity';
  const { year, month, day } = toCivil(days);
  const date = (shown: number) => `${String(shown).padStart(4, '0')}-${two(month)}-${two(day)}`;
  return year > 0 ? date(year) : `${date(1 - year)} (BC)`;
}

/** `value` since 1970-01-01 in units of 10^-`digits` seconds. */
export function formatTimestamp(value: bigint, digits: 0 | 3 | 6 | 9, zone = ''): string {
  if (value === INFINITE_TIMESTAMP) return 'infinity';
  if (value === -INFINITE_TIMESTAMP) return '-infinity';
  const dayLength = (DAY_MICROS / 1_000_000n) * 10n ** BigInt(digits);
  const rest = ((value % dayLength) + dayLength) % dayLength;
  const date = formatDate(Number((value - rest) / dayLength));
  const [shown, era = ''] = date.split(' ');
  const time = digits === 9 ? formatTime(rest, 9) : formatTime(rest * 10n ** BigInt(6 - digits));
  return `${shown} ${time}${zone}${era === '' ? '' : ` ${era}`}`;
}

/** Such as `1 year 2 days 00:00:03.5`. */
export function formatInterval(months: number, days: number, micros: bigint): string {
  const parts: string[] = [];
  const add = (count: number, unit: string) => {
    if (count !== 0) parts.push(`${count} ${unit}${count === 1 || count === -1 ? '' : 's'}`);
  };
  add(Math.trunc(months / 12), 'year');
  add(months % 12, 'month');
  add(days, 'day');
  if (micros !== 0n || parts.length === 0) {
    parts.push(micros < 0n ? `-${formatTime(-micros)}` : formatTime(micros));
  }
  return parts.join(' ');
}

/** Howard Hinnant's civil_from_days: eras of 400 years that begin in March. */
function toCivil(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1,
  };
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
