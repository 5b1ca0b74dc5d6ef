/** JavaScript values as Arrow values: parameters and rows to ingest. The counterpart of value.ts. */
import { GizmoError } from '../../errors.js';
import { plainSchema } from '../../flight/ipc/plain-schema.js';
import { misfit } from '../../flight/ipc/take-value.js';
import type { ArrowField, ArrowType, TimeUnit } from '../../flight/ipc/types.js';
import { parseDecimal } from './decimal.js';
import { inferField } from './infer-field.js';
import { parseDate, parseTime, parseTimestamp } from './iso-time.js';
import type { Value } from './value.js';

/** Values by position, or by name. */
export type Parameters = readonly Parameter[] | { readonly [name: string]: Parameter };

/** What a parameter takes: every {@link Value}, and `Date`. */
export type Parameter =
  | Value
  | undefined
  | Date
  | readonly Parameter[]
  | { readonly [name: string]: Parameter };

/**
 * The field in which the values of one parameter travel. Numbers, decimals and dates take the type that the server
 * names; timestamps and times its kind, in microseconds, because servers name milliseconds for the sake of drivers that
 * write nothing else. Where the server names no type, or text because it cannot know, the values decide.
 */
export function parameterField(
  named: ArrowField | undefined,
  values: readonly unknown[],
  name: string,
): ArrowField {
  const field = named === undefined ? undefined : plainSchema({ fields: [named] }).fields[0];
  const present = values.filter((value) => value !== null && value !== undefined);
  if (
    field === undefined ||
    field.type.kind === 'union' ||
    (field.type.kind === 'null' && present.length > 0)
  )
    return inferField(field?.name ?? name, present);
  if (field.type.kind === 'utf8' && present.some((value) => typeof value !== 'string'))
    return inferField(field.name, present);
  return inMicroseconds(field);
}

/**
 * One value in the form that `buildBatch` takes. Decimals come as string, number or bigint; dates and times as text or
 * `Date`, which is taken in UTC; maps as `Map` or as an array of pairs.
 * @throws GizmoError INVALID_ARGUMENT, naming the field, for a value that the type cannot hold exactly
 */
export function toArrowValue(field: ArrowField, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  const { type, children } = field;
  switch (type.kind) {
    case 'float':
      return typeof value === 'bigint' ? Number(value) : value;
    case 'decimal':
      return toDecimal(field, type, value);
    case 'date':
      return toDate(field, type.unit, value);
    case 'time':
      return toTime(field, type.unit, value);
    case 'timestamp':
      return toTimestamp(field, type.unit, value);
    case 'list':
    case 'fixedSizeList':
      return Array.isArray(value) ? value.map((item) => toArrowValue(children[0]!, item)) : value;
    case 'struct':
      return toStruct(field, value);
    case 'map':
      return toEntries(field, value);
    default:
      return value;
  }
}

/** The values of rows, column by column, as `buildBatch` takes them. */
export function toColumns(fields: readonly ArrowField[], rows: readonly (readonly unknown[])[]): unknown[][] {
  return fields.map((field, i) => rows.map((row) => toArrowValue(field, row[i])));
}

function inMicroseconds(field: ArrowField): ArrowField {
  const { type } = field;
  const children = field.children.map(inMicroseconds);
  if ((type.kind === 'timestamp' || type.kind === 'time') && type.unit !== 'ns')
    return { ...field, type: { ...type, unit: 'us' } };
  return children.every((child, i) => child === field.children[i]) ? field : { ...field, children };
}

function toDecimal(field: ArrowField, type: Extract<ArrowType, { kind: 'decimal' }>, value: unknown) {
  const isNumber = typeof value === 'number' || typeof value === 'bigint' || typeof value === 'string';
  const unscaled = isNumber ? parseDecimal(String(value), type.scale) : undefined;
  const fits = unscaled !== undefined && String(unscaled).replace('-', '').length <= type.precision;
  if (!fits)
    throw misfit(field, `a number of ${type.precision} digits, ${type.scale} of them decimal places`);
  return { unscaled, scale: type.scale };
}

function toDate(field: ArrowField, unit: 'day' | 'ms', value: unknown): number | bigint {
  const days =
    value instanceof Date
      ? Math.floor(value.getTime() / DAY_MS)
      : typeof value === 'string'
        ? parseDate(value)
        : undefined;
  if (days === undefined || Number.isNaN(days)) throw misfit(field, 'a Date, or text such as 2024-02-29');
  return unit === 'day' ? days : BigInt(days) * BigInt(DAY_MS);
}

function toTime(field: ArrowField, unit: TimeUnit, value: unknown): number | bigint {
  const time = typeof value === 'string' ? parseTime(value, unit) : undefined;
  if (time === undefined) throw misfit(field, `text such as 12:34:56.789, no more precise than ${unit}`);
  return time;
}

function toTimestamp(field: ArrowField, unit: TimeUnit, value: unknown): bigint {
  const text = value instanceof Date && !Number.isNaN(value.getTime()) ? value.toISOString() : value;
  const time = typeof text === 'string' ? parseTimestamp(text, unit) : undefined;
  if (time === undefined)
    throw misfit(field, `a Date, or text such as 2024-02-29T12:34:56.789, no more precise than ${unit}`);
  return time;
}

function toStruct(field: ArrowField, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw misfit(field, 'an object');
  const members = new Map<string, unknown>(Object.entries(value));
  return Object.fromEntries(
    field.children.map((child) => [child.name, toArrowValue(child, members.get(child.name))]),
  );
}

function toEntries(field: ArrowField, value: unknown): unknown {
  const [key, item] = field.children[0]!.children;
  const entries: unknown = value instanceof Map ? [...value] : value;
  if (!Array.isArray(entries)) throw misfit(field, 'a Map, or an array of pairs');
  return entries.map((entry: unknown) => {
    if (!Array.isArray(entry) || entry.length !== 2) throw misfit(field, 'a Map, or an array of pairs');
    return [toArrowValue(key!, entry[0]), toArrowValue(item!, entry[1])];
  });
}

/** Positional parameters as they are, named ones in the order of `names`. */
export function inOrder(parameters: Parameters, names: readonly string[]): readonly unknown[] {
  if (Array.isArray(parameters)) return parameters;
  const given = new Map<string, unknown>(Object.entries(parameters));
  const unknown = [...given.keys()].find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new GizmoError('INVALID_ARGUMENT', `The statement has no parameter "${unknown}".`);
  return names.map((name) => {
    if (!given.has(name)) throw new GizmoError('INVALID_ARGUMENT', `The parameter "${name}" is missing.`);
    return given.get(name);
  });
}

const DAY_MS = 86_400_000;
