/**
 * DuckDB's logical types as Arrow fields. Every field is nullable, because DuckDB does not know better for an
 * expression, and carries DuckDB's own name of the type for drivers and shells that show it.
 */
import duckdb, { type LogicalType } from '@duckdb/node-bindings';
import { GizmoError } from '../../../errors.js';
import { type ArrowField, type ArrowSchema, type ArrowType, field } from '../../../flight/ipc/types.js';
import { keepLatest } from '../../../keep-latest.js';
import { altered } from '../../model/altered.js';

/** Metadata keys of Flight SQL's column metadata (FlightSql.proto, "ARROW:FLIGHT:SQL:…"). */
const TYPE_NAME = 'ARROW:FLIGHT:SQL:TYPE_NAME';
const PRECISION = 'ARROW:FLIGHT:SQL:PRECISION';
const SCALE = 'ARROW:FLIGHT:SQL:SCALE';
const IS_CASE_SENSITIVE = 'ARROW:FLIGHT:SQL:IS_CASE_SENSITIVE';
const SEARCHABLE = ['ARROW:FLIGHT:SQL:IS_SEARCHABLE', '1'] as const;
/** Digits that hold every integer of a width; unsigned 64 bits need one more. */
const INTEGER_DIGITS = { 8: 3, 16: 5, 32: 10, 64: 19 } as const;

/** The field that a column of this type is sent as, with what Flight SQL says of a column besides its Arrow type. */
export function toArrowField(name: string, type: LogicalType): ArrowField {
  const column = describe(name, type).field;
  return altered(column, { metadata: new Map([...(column.metadata ?? []), ...columnFacts(column.type)]) });
}

/**
 * The schema of columns of these names and types; the same object again where no type has parts or parameters.
 * @param typeOf the type of a column
 */
export function describeColumns(
  names: readonly string[],
  typeIds: readonly number[],
  typeOf: (index: number) => LogicalType,
): ArrowSchema {
  const make = () => ({ fields: names.map((name, index) => toArrowField(name, typeOf(index))) });
  if (names.length > KNOWN_COLUMNS_MAX || !typeIds.every(isPlainType)) return make();
  const ids = typeIds.map((id, index) => (id === Type.VARCHAR && isJson(typeOf(index)) ? 'json' : id));
  // No name contains a NUL.
  const key = [ids.join(), ...names].join('\0');
  let schema = known.get(key);
  if (schema === undefined) {
    schema = make();
    keepLatest(known, key, schema, KNOWN_MAX);
  }
  return schema;
}

const KNOWN_COLUMNS_MAX = 64;
const KNOWN_MAX = 128;
/** The oldest first. */
const known = new Map<string, ArrowSchema>();

/** Drivers take what is not said for 0 and "no": ODBC and JDBC would call no column searchable. */
function columnFacts(type: ArrowType): readonly (readonly [string, string])[] {
  switch (type.kind) {
    case 'int':
      return digits(INTEGER_DIGITS[type.bits] + (type.bits === 64 && !type.signed ? 1 : 0), 0);
    case 'decimal':
      return digits(type.precision, type.scale);
    case 'utf8':
      return [[IS_CASE_SENSITIVE, '1'], SEARCHABLE];
    default:
      return [SEARCHABLE];
  }
}

function digits(precision: number, scale: number): readonly (readonly [string, string])[] {
  return [[PRECISION, String(precision)], [SCALE, String(scale)], SEARCHABLE];
}

/** Whether a type's id says all about it: no children, no parameters, no coordinate system. */
export function isPlainType(id: number): boolean {
  return PLAIN.has(id) && id !== Type.ENUM;
}

interface Description {
  readonly field: ArrowField;
  readonly typeName: string;
}

const { Type } = duckdb;
const TIMESTAMP = { kind: 'timestamp', unit: 'us' } as const;

/** Types without children or parameters: Arrow type and DuckDB name. */
const PLAIN: ReadonlyMap<number, readonly [ArrowType, string]> = new Map<
  number,
  readonly [ArrowType, string]
>([
  [Type.BOOLEAN, [{ kind: 'bool' }, 'BOOLEAN']],
  [Type.TINYINT, [{ kind: 'int', bits: 8, signed: true }, 'TINYINT']],
  [Type.SMALLINT, [{ kind: 'int', bits: 16, signed: true }, 'SMALLINT']],
  [Type.INTEGER, [{ kind: 'int', bits: 32, signed: true }, 'INTEGER']],
  [Type.BIGINT, [{ kind: 'int', bits: 64, signed: true }, 'BIGINT']],
  [Type.UTINYINT, [{ kind: 'int', bits: 8, signed: false }, 'UTINYINT']],
  [Type.USMALLINT, [{ kind: 'int', bits: 16, signed: false }, 'USMALLINT']],
  [Type.UINTEGER, [{ kind: 'int', bits: 32, signed: false }, 'UINTEGER']],
  [Type.UBIGINT, [{ kind: 'int', bits: 64, signed: false }, 'UBIGINT']],
  [Type.FLOAT, [{ kind: 'float', bits: 32 }, 'FLOAT']],
  [Type.DOUBLE, [{ kind: 'float', bits: 64 }, 'DOUBLE']],
  // All 128 bits, also of a value of 39 digits: sums of BIGINT are HUGEINT, and a string would break every tool.
  [Type.HUGEINT, [{ kind: 'decimal', bits: 128, precision: 38, scale: 0 }, 'HUGEINT']],
  [Type.UHUGEINT, [{ kind: 'utf8' }, 'UHUGEINT']],
  [Type.VARCHAR, [{ kind: 'utf8' }, 'VARCHAR']],
  [Type.BLOB, [{ kind: 'binary' }, 'BLOB']],
  [Type.BIT, [{ kind: 'utf8' }, 'BIT']],
  [Type.UUID, [{ kind: 'utf8' }, 'UUID']],
  [Type.BIGNUM, [{ kind: 'utf8' }, 'BIGNUM']],
  [Type.ENUM, [{ kind: 'utf8' }, 'ENUM']],
  [Type.VARIANT, [{ kind: 'utf8' }, 'VARIANT']],
  [Type.DATE, [{ kind: 'date', unit: 'day' }, 'DATE']],
  [Type.TIME, [{ kind: 'time', unit: 'us' }, 'TIME']],
  [Type.TIME_NS, [{ kind: 'time', unit: 'ns' }, 'TIME_NS']],
  [Type.TIME_TZ, [{ kind: 'utf8' }, 'TIME WITH TIME ZONE']],
  [Type.TIMESTAMP, [TIMESTAMP, 'TIMESTAMP']],
  [Type.TIMESTAMP_S, [{ kind: 'timestamp', unit: 's' }, 'TIMESTAMP_S']],
  [Type.TIMESTAMP_MS, [{ kind: 'timestamp', unit: 'ms' }, 'TIMESTAMP_MS']],
  [Type.TIMESTAMP_NS, [{ kind: 'timestamp', unit: 'ns' }, 'TIMESTAMP_NS']],
  [Type.TIMESTAMP_TZ, [{ ...TIMESTAMP, timezone: 'UTC' }, 'TIMESTAMP WITH TIME ZONE']],
  [Type.INTERVAL, [{ kind: 'interval', unit: 'monthDayNano' }, 'INTERVAL']],
  [Type.SQLNULL, [{ kind: 'null' }, 'NULL']],
]);

/** JSON is VARCHAR under another name; other aliases are user types and show as what they are made of. */
function isJson(type: LogicalType): boolean {
  return duckdb.logical_type_get_alias(type) === 'JSON';
}

function describe(name: string, type: LogicalType): Description {
  const id = duckdb.get_type_id(type);
  const plain = PLAIN.get(id);
  if (plain !== undefined) {
    return make(name, plain[0], id === Type.VARCHAR && isJson(type) ? 'JSON' : plain[1]);
  }
  switch (id) {
    case Type.DECIMAL:
      return decimal(name, type);
    case Type.GEOMETRY:
      return geometry(name, type);
    case Type.LIST: {
      const item = describe('item', duckdb.list_type_child_type(type));
      return make(name, { kind: 'list' }, `${item.typeName}[]`, [item.field]);
    }
    case Type.ARRAY: {
      const item = describe('item', duckdb.array_type_child_type(type));
      const listSize = duckdb.array_type_array_size(type);
      return make(name, { kind: 'fixedSizeList', listSize }, `${item.typeName}[${listSize}]`, [item.field]);
    }
    case Type.MAP:
      return map(name, type);
    case Type.STRUCT: {
      const members = describeAll(
        duckdb.struct_type_child_count(type),
        (index) => duckdb.struct_type_child_name(type, index),
        (index) => duckdb.struct_type_child_type(type, index),
      );
      return make(name, { kind: 'struct' }, nestedName('STRUCT', members), fieldsOf(members));
    }
    case Type.UNION: {
      const members = describeAll(
        duckdb.union_type_member_count(type),
        (index) => duckdb.union_type_member_name(type, index),
        (index) => duckdb.union_type_member_type(type, index),
      );
      const typeIds = members.map((_, index) => index);
      return make(
        name,
        { kind: 'union', mode: 'dense', typeIds },
        nestedName('UNION', members),
        fieldsOf(members),
      );
    }
    default:
      throw new GizmoError(
        'UNIMPLEMENTED',
        `Column "${name}" has a type that cannot be sent; cast it to VARCHAR.`,
      );
  }
}

function decimal(name: string, type: LogicalType): Description {
  const precision = duckdb.decimal_width(type);
  const scale = duckdb.decimal_scale(type);
  return make(name, { kind: 'decimal', bits: 128, precision, scale }, 'DECIMAL');
}

/** WKB under the GeoArrow extension type `geoarrow.wkb`, with the coordinate system where DuckDB knows one. */
function geometry(name: string, type: LogicalType): Description {
  const crs = duckdb.geometry_type_get_crs(type);
  return make(
    name,
    { kind: 'binary' },
    'GEOMETRY',
    [],
    [
      ['ARROW:extension:name', 'geoarrow.wkb'],
      ['ARROW:extension:metadata', JSON.stringify(crs === null ? {} : { crs })],
    ],
  );
}

function map(name: string, type: LogicalType): Description {
  const key = describe('key', duckdb.map_type_key_type(type));
  const value = describe('value', duckdb.map_type_value_type(type));
  const entries = field(
    'entries',
    { kind: 'struct' },
    {
      nullable: false,
      children: [{ ...key.field, nullable: false }, value.field],
    },
  );
  return make(
    name,
    { kind: 'map', keysSorted: false },
    shorten('MAP', `${key.typeName}, ${value.typeName}`),
    [entries],
  );
}

function make(
  name: string,
  type: ArrowType,
  typeName: string,
  children: readonly ArrowField[] = [],
  more: readonly (readonly [string, string])[] = [],
): Description {
  const metadata = new Map([[TYPE_NAME, typeName] as const, ...more]);
  return { typeName, field: field(name, type, { children, metadata }) };
}

function describeAll(
  count: number,
  nameOf: (index: number) => string,
  typeOf: (index: number) => LogicalType,
): Description[] {
  return Array.from({ length: count }, (_, index) => describe(nameOf(index), typeOf(index)));
}

function fieldsOf(members: readonly Description[]): ArrowField[] {
  return members.map((member) => member.field);
}

function nestedName(family: string, members: readonly Description[]): string {
  const parts = members.map(({ field: { name }, typeName }) => `${quoteName(name)} ${typeName}`);
  return shorten(family, parts.join(', '));
}

function quoteName(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** Each level repeats the names of the levels below it: a deep type must not make a schema of megabytes. */
const NESTED_NAME_LENGTH_MAX = 512;

function shorten(family: string, content: string): string {
  return content.length > NESTED_NAME_LENGTH_MAX ? family : `${family}(${content})`;
}
