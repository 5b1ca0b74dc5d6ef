/** Offsets of time zones, for timestamps whose type names one. */

/**
 * For an Arrow time zone (`UTC`, `+05:30`, `Europe/Paris`) a function from seconds since 1970 to the offset in
 * seconds. An unknown zone counts as UTC: the server names it, and the value itself is in UTC.
 */
export function offsetSeconds(timezone: string): (epochSeconds: number) => number {
  const fixed = /^([+-])(\d{2}):?(\d{2})$/.exec(timezone);
  if (fixed !== null) {
    const seconds = (Number(fixed[2]) * 60 + Number(fixed[3])) * 60;
    return () => (fixed[1] === '-' ? -seconds : seconds);
  }
  if (/^(UTC|GMT|Z|Etc\/UTC)$/i.test(timezone)) return () => 0;
  const clock = zoneClock(timezone);
  return clock === undefined ? () => 0 : (epochSeconds) => readOffset(clock, epochSeconds);
}

const DATE_SECONDS_MAX = 8_640_000_000_000;

function zoneClock(timezone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: timezone, timeZoneName: 'longOffset' });
  } catch {
    return undefined; // A zone this runtime does not know.
  }
}

function readOffset(clock: Intl.DateTimeFormat, epochSeconds: number): number {
  if (Math.abs(epochSeconds) > DATE_SECONDS_MAX) return 0;
  const name = clock.formatToParts(epochSeconds * 1000).find((part) => part.type === 'timeZoneName')?.value;
  const match = /([+-])(\d{2}):(\d{2})(?::(\d{2}))?/.exec(name ?? '');
  if (match === null) return 0;
  const seconds = (Number(match[2]) * 60 + Number(match[3])) * 60 + Number(match[4] ?? 0);
  return match[1] === '-' ? -seconds : seconds;
}
