/** Narrows JavaScript values to what a field takes; a value that does not fit is an error that names the field. */
import { GizmoError } from '../../errors.js';
import type { ArrowField } from './types.js';
import type { DecimalValue, IntervalValue, UnionValue } from './value.js';

/** The error for a value that is not `wanted`. */
export function misfit(field: ArrowField, wanted: string): GizmoError {
  return new GizmoError(
    'INVALID_ARGUMENT',
    `Field "${field.name}" of type ${field.type.kind} takes ${wanted}.`,
  );
}

/** For bool. */
export function takeBool(field: ArrowField, value: unknown): boolean {
  if (typeof value !== 'boolean') throw misfit(field, 'true or false');
  return value;
}

/** For floats; integers have {@link takeInteger}. */
export function takeNumber(field: ArrowField, value: unknown): number {
  if (typeof value !== 'number') throw misfit(field, 'a number');
  return value;
}

/** A whole number, as number or bigint, of at most `bits` bits. */
export function takeInteger(field: ArrowField, value: unknown, bits: number, signed = true): bigint {
  const isNumber = typeof value === 'number' && Number.isInteger(value);
  if (!isNumber && typeof value !== 'bigint') throw misfit(field, 'a whole number');
  const integer = BigInt(value);
  const fits = signed ? BigInt.asIntN(bits, integer) : BigInt.asUintN(bits, integer);
  if (fits !== integer)
    throw misfit(field, `a whole number of ${bits} bits${signed ? '' : ', not negative'}`);
  return integer;
}

/** For utf8. */
export function takeString(field: ArrowField, value: unknown): string {
  if (typeof value !== 'string') throw misfit(field, 'a string');
  return value;
}

/** For binary and fixedSizeBinary. */
export function takeBytes(field: ArrowField, value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array)) throw misfit(field, 'bytes');
  return value;
}

/** For lists, maps and the entries of maps. */
export function takeArray(field: ArrowField, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw misfit(field, 'an array');
  return value;
}

/** For structs: own properties only. */
export function takeObject(field: ArrowField, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw misfit(field, 'an object');
  return { ...value };
}

/** A decimal of exactly `scale`; nothing is rounded. */
export function takeDecimal(field: ArrowField, value: unknown, scale: number): DecimalValue {
  const { unscaled, scale: given } = takeObject(field, value);
  if (typeof unscaled !== 'bigint' || given !== scale)
    throw misfit(field, `{ unscaled: bigint, scale: ${scale} }`);
  return { unscaled, scale };
}

/** For intervals of any unit. */
export function takeInterval(field: ArrowField, value: unknown): IntervalValue {
  const { months, days, nanos } = takeObject(field, value);
  if (typeof months !== 'number' || typeof days !== 'number' || typeof nanos !== 'bigint') {
    throw misfit(field, '{ months: number, days: number, nanos: bigint }');
  }
  return { months, days, nanos };
}

/** The slot of a union; whether the union has such a member is for the caller to check. */
export function takeUnion(field: ArrowField, value: unknown): UnionValue {
  const slot = takeObject(field, value);
  if (typeof slot.typeId !== 'number') throw misfit(field, '{ typeId: number, value }');
  return { typeId: slot.typeId, value: slot.value };
}
