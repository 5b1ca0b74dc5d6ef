/** The kinds of columns that server tables have. */
import { type ArrowField, field } from '../../../flight/ipc/types.js';

/** VARCHAR; values are strings. */
export function text(name: string): ArrowField {
  return field(name, { kind: 'utf8' });
}

/** BIGINT; values are numbers or bigints. */
export function bigint(name: string): ArrowField {
  return field(name, { kind: 'int', bits: 64, signed: true });
}

/** BOOLEAN. */
export function bool(name: string): ArrowField {
  return field(name, { kind: 'bool' });
}

/** DOUBLE. */
export function double(name: string): ArrowField {
  return field(name, { kind: 'float', bits: 64 });
}

/** TIMESTAMP WITH TIME ZONE; values are made by {@link instant}. */
export function timestamp(name: string): ArrowField {
  return field(name, { kind: 'timestamp', unit: 'us', timezone: 'UTC' });
}

/** The value of a timestamp column from milliseconds since the epoch. */
export function instant(ms: number): bigint;
export function instant(ms: number | undefined): bigint | undefined;
export function instant(ms: number | undefined): bigint | undefined {
  return ms === undefined ? undefined : BigInt(Math.round(ms * 1000));
}
