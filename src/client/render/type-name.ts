/** Type names as people write them: what the server says the column is, else what its Arrow type is called in SQL. */
import type { ArrowField, ArrowType } from '../../flight/ipc/types.js';

/** Lower-case SQL type name of a field, such as `bigint`, `decimal(18,3)`, `varchar[]`. */
export function typeName(field: ArrowField): string {
  const told = field.metadata?.get(TYPE_NAME_KEY);
  if (told === undefined || told === '') return arrowTypeName(field);
  // The server names the type alone; width and scale are in the Arrow type.
  const isBareDecimal = field.type.kind === 'decimal' && /^decimal$/i.test(told);
  return isBareDecimal ? arrowTypeName(field) : told.toLowerCase();
}

/** Whether values of a field line up by their last digit. */
export function isNumeric(field: ArrowField): boolean {
  const { kind } = field.type;
  return kind === 'int' || kind === 'float' || kind === 'decimal';
}

/** Column metadata of Flight SQL (FlightSql.proto, "ARROW:FLIGHT:SQL:TYPE_NAME"). */
const TYPE_NAME_KEY = 'ARROW:FLIGHT:SQL:TYPE_NAME';

function arrowTypeName(field: ArrowField): string {
  const { type, children } = field;
  const [first, second] = children;
  switch (type.kind) {
    case 'int':
      return (type.signed ? '' : 'u') + INTEGERS[type.bits];
    case 'float':
      return type.bits === 64 ? 'double' : 'float';
    case 'decimal':
      return `decimal(${type.precision},${type.scale})`;
    case 'timestamp':
      if (type.timezone !== undefined) return 'timestamp with time zone';
      return type.unit === 'us' ? 'timestamp' : `timestamp_${type.unit}`;
    case 'list':
    case 'largeList':
    case 'listView':
    case 'largeListView':
      return `${first === undefined ? '' : typeName(first)}[]`;
    case 'fixedSizeList':
      return `${first === undefined ? '' : typeName(first)}[${type.listSize}]`;
    case 'struct':
      return `struct(${namedTypes(children)})`;
    case 'union':
      return `union(${namedTypes(children)})`;
    case 'map':
      return `map(${(first?.children ?? []).map(typeName).join(', ')})`;
    case 'runEndEncoded':
      return second === undefined ? 'null' : typeName(second);
    default:
      return SIMPLE[type.kind];
  }
}

function namedTypes(fields: readonly ArrowField[]): string {
  return fields.map((field) => `${field.name} ${typeName(field)}`).join(', ');
}

const INTEGERS = { 8: 'tinyint', 16: 'smallint', 32: 'integer', 64: 'bigint' } as const;

type SimpleKind = Exclude<
  ArrowType['kind'],
  | 'int'
  | 'float'
  | 'decimal'
  | 'timestamp'
  | 'list'
  | 'largeList'
  | 'listView'
  | 'largeListView'
  | 'fixedSizeList'
  | 'struct'
  | 'union'
  | 'map'
  | 'runEndEncoded'
>;

const SIMPLE: Readonly<Record<SimpleKind, string>> = {
  null: '"null"',
  bool: 'boolean',
  utf8: 'varchar',
  largeUtf8: 'varchar',
  utf8View: 'varchar',
  binary: 'blob',
  largeBinary: 'blob',
  binaryView: 'blob',
  fixedSizeBinary: 'blob',
  date: 'date',
  time: 'time',
  duration: 'interval',
  interval: 'interval',
};
