/** The Arrow type of JavaScript values, for servers that do not say what they want. */
import { GizmoError } from '../../errors.js';
import { type ArrowField, type ArrowType, field } from '../../flight/ipc/types.js';

/**
 * | values | type |
 * |---|---|
 * | boolean | bool |
 * | bigint; number, all whole | int64, beyond it decimal of 38 digits |
 * | number | float64 |
 * | string | utf8 |
 * | Uint8Array | binary |
 * | Date | timestamp in milliseconds, UTC |
 * | array | list |
 * | Map | map |
 * | `{ months, days, nanos }` | interval |
 * | object | struct |
 * | none but null | null |
 *
 * `values` holds no null. INVALID_ARGUMENT where they have no type in common.
 */
export function inferField(name: string, values: readonly unknown[]): ArrowField {
  if (values.length === 0) return field(name, { kind: 'null' });
  const kinds = new Set(values.map(kindOf));
  if (kinds.size === 2 && kinds.has('integer') && kinds.has('float')) return field(name, FLOAT);
  const [kind] = kinds;
  if (kinds.size > 1 || kind === undefined)
    throw new GizmoError(
      'INVALID_ARGUMENT',
      `The values for "${name}" are of several types: ${[...kinds].join(', ')}.`,
    );
  switch (kind) {
    case 'integer':
      return field(name, values.every(fitsInt64) ? INT64 : HUGE);
    case 'list':
      return field(name, { kind: 'list' }, { children: [inferField('item', itemsOf(values))] });
    case 'map': {
      const entries = values.flatMap((value) => (value instanceof Map ? [...value] : []));
      const key = inferField('key', present(entries.map(([each]) => each)));
      const value = inferField('value', present(entries.map(([, each]) => each)));
      const pair = field(
        'entries',
        { kind: 'struct' },
        { nullable: false, children: [{ ...key, nullable: false }, value] },
      );
      return field(name, { kind: 'map', keysSorted: false }, { children: [pair] });
    }
    case 'struct': {
      const objects = values.map((value) => new Map<string, unknown>(Object.entries(Object(value))));
      const names = new Set(objects.flatMap((object) => [...object.keys()]));
      const children = Array.from(names, (each) =>
        inferField(each, present(objects.map((object) => object.get(each)))),
      );
      return field(name, { kind: 'struct' }, { children });
    }
    default:
      return field(name, SIMPLE[kind]);
  }
}

type Kind = keyof typeof SIMPLE | 'integer' | 'list' | 'map' | 'struct';

const FLOAT: ArrowType = { kind: 'float', bits: 64 };
const INT64: ArrowType = { kind: 'int', bits: 64, signed: true };
const HUGE: ArrowType = { kind: 'decimal', bits: 128, precision: 38, scale: 0 };
const SIMPLE = {
  boolean: { kind: 'bool' },
  float: FLOAT,
  string: { kind: 'utf8' },
  bytes: { kind: 'binary' },
  date: { kind: 'timestamp', unit: 'ms', timezone: 'UTC' },
  interval: { kind: 'interval', unit: 'monthDayNano' },
} as const satisfies Record<string, ArrowType>;

function kindOf(value: unknown): Kind {
  switch (typeof value) {
    case 'boolean':
      return 'boolean';
    case 'string':
      return 'string';
    case 'bigint':
      return 'integer';
    case 'number':
      return Number.isSafeInteger(value) ? 'integer' : 'float';
    case 'object':
      if (value instanceof Uint8Array) return 'bytes';
      if (value instanceof Date) return 'date';
      if (value instanceof Map) return 'map';
      if (Array.isArray(value)) return 'list';
      return isInterval(Object(value)) ? 'interval' : 'struct';
    default:
      throw new GizmoError('INVALID_ARGUMENT', `A ${typeof value} is no value for SQL.`);
  }
}

function isInterval(value: object): boolean {
  return (
    Object.keys(value).sort().join() === 'days,months,nanos' &&
    'nanos' in value &&
    typeof value.nanos === 'bigint'
  );
}

function fitsInt64(value: unknown): boolean {
  return typeof value !== 'bigint' || BigInt.asIntN(64, value) === value;
}

function itemsOf(values: readonly unknown[]): unknown[] {
  return present(values.flatMap((value): unknown[] => (Array.isArray(value) ? value : [])));
}

function present(values: readonly unknown[]): unknown[] {
  return values.filter((value) => value !== null && value !== undefined);
}
