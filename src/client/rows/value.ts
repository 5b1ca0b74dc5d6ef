/**
 * Cells as JavaScript values, nothing rounded and nothing lost:
 *
 * | Arrow type | value |
 * |---|---|
 * | any, where null | `null` |
 * | bool | boolean |
 * | int of 8, 16, 32 bits; float | number |
 * | int of 64 bits | bigint |
 * | decimal | string with all its digits: `'12.50'` |
 * | utf8 of any layout | string |
 * | binary of any layout, fixedSizeBinary | Uint8Array, a view on the batch's memory |
 * | date | `'2024-02-29'` |
 * | time | `'12:34:56.7'` |
 * | timestamp | `'2024-02-29T12:34:56.7'`, with `Z` behind it where the type has a time zone |
 * | duration | bigint, in the type's unit |
 * | interval | `{ months, days, nanos }` |
 * | list of any layout, fixedSizeList | array |
 * | struct | object |
 * | map | `Map` |
 * | union | the value of the member that is set |
 * | dictionary, run-end encoded | the value meant |
 */
import { type Column, isValid, type RecordBatch } from '../../flight/ipc/column.js';
import { integerReader } from '../../flight/ipc/integer.js';
import type { ArrowType } from '../../flight/ipc/types.js';
import { type IntervalValue, runFinder, valueReader } from '../../flight/ipc/value.js';
import { formatDecimal } from './decimal.js';
import { formatDate, formatTime, formatTimestamp } from './iso-time.js';
import { uniqueNames } from './unique-names.js';

/** One cell of a row. */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | IntervalValue
  | readonly Value[]
  | ReadonlyMap<Value, Value>
  | { readonly [name: string]: Value };

/** The rows of one batch: one object each. */
export function* batchRows<T extends Row = Row>(batch: RecordBatch): Generator<T, void, undefined> {
  const readers = batch.columns.map(cellReader);
  const make = objectMaker(batch.schema.fields.map(({ name }) => name));
  // What the caller says its statement returns: the server alone knows.
  for (let row = 0; row < batch.length; row++) yield make((i) => readers[i]!(row)) as T;
}

/** A function that reads the slots of one column. */
export function cellReader(column: Column): CellReader {
  if (column.field.type.kind === 'null') return () => null;
  const read = validReader(column);
  return column.validity === undefined ? read : (row) => (isValid(column, row) ? read(row) : null);
}

export type CellReader = (row: number) => Value;

/** Makes objects of `values`, one member a name; names of objects are safe, `__proto__` included. */
function objectMaker(names: readonly string[]): (values: (index: number) => Value) => Row {
  const unique = uniqueNames(names);
  // An assignment would let a column named __proto__ set the prototype.
  if (unique.includes('__proto__'))
    return (values) => Object.fromEntries(unique.map((name, i) => [name, values(i)]));
  return (values) => {
    const row: Record<string, Value> = {};
    for (let i = 0; i < unique.length; i++) row[unique[i]!] = values(i);
    return row;
  };
}

/** One row: a member a column. */
export type Row = { readonly [name: string]: Value };

function validReader(column: Column): CellReader {
  const { dictionary, children, field } = column;
  if (dictionary !== undefined) {
    const index = integerReader(column.data!, field.dictionary!.index);
    const read = cellReader(dictionary);
    return (row) => read(index(row));
  }
  const { type } = field;
  switch (type.kind) {
    case 'list':
    case 'largeList':
    case 'listView':
    case 'largeListView':
    case 'fixedSizeList': {
      const read = cellReader(children[0]!);
      const bounds = listBounds(column, type);
      return (row) => readItems(read, bounds(row));
    }
    case 'struct': {
      const readers = children.map(cellReader);
      const make = objectMaker(children.map((child) => child.field.name));
      return (row) => make((i) => readers[i]!(row));
    }
    case 'map':
      return mapReader(column);
    case 'union': {
      const readers = new Map(type.typeIds.map((id, i) => [id, cellReader(children[i]!)]));
      const { typeIds, offsets } = column;
      return (row) => readers.get(typeIds![row]!)!(offsets === undefined ? row : Number(offsets[row]));
    }
    case 'runEndEncoded': {
      const find = runFinder(column);
      const read = cellReader(children[1]!);
      return (row) => read(find(row));
    }
    default:
      return scalarReader(column, type);
  }
}

/** The forms of single values that differ from those of {@link valueReader}. */
function scalarReader(column: Column, type: ArrowType): CellReader {
  const read = valueReader({ ...column, validity: undefined });
  switch (type.kind) {
    case 'decimal':
      return (row) => formatDecimal(read(row) as DecimalCell);
    case 'date':
      return type.unit === 'day'
        ? (row) => formatDate(Number(read(row)))
        : (row) => formatDate(Math.floor(Number(read(row)) / 86_400_000));
    case 'time':
      return (row) => formatTime(BigInt(read(row) as number | bigint), type.unit);
    case 'timestamp':
      return (row) => formatTimestamp(read(row) as bigint, type.unit, type.timezone !== undefined);
    default:
      return (row) => read(row) as Value;
  }
}

type DecimalCell = Parameters<typeof formatDecimal>[0];

function mapReader(column: Column): CellReader {
  const [key, value] = column.children[0]!.children.map(cellReader);
  const { offsets } = column;
  return (row) => {
    const map = new Map<Value, Value>();
    const end = Number(offsets![row + 1]);
    for (let i = Number(offsets![row]); i < end; i++) map.set(key!(i), value!(i));
    return map;
  };
}

type Bounds = readonly [start: number, end: number];

function listBounds({ offsets, sizes }: Column, type: ArrowType): (row: number) => Bounds {
  if (type.kind === 'fixedSizeList') return (row) => [row * type.listSize, (row + 1) * type.listSize];
  if (sizes !== undefined)
    return (row) => [Number(offsets![row]), Number(offsets![row]) + Number(sizes[row])];
  return (row) => [Number(offsets![row]), Number(offsets![row + 1])];
}

function readItems(read: CellReader, [start, end]: Bounds): Value[] {
  const items: Value[] = [];
  for (let i = start; i < end; i++) items.push(read(i));
  return items;
}
