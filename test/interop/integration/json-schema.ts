/** Schemas of Arrow's JSON integration format. Source: Arrow, "Integration Testing", JSON test data format. */
import type {
  ArrowField,
  ArrowSchema,
  ArrowType,
  DictionaryEncoding,
  TimeUnit,
} from '../../../src/flight/ipc/types.js';

export interface JsonSchema {
  readonly fields: readonly JsonField[];
  readonly metadata?: JsonMetadata;
}

interface JsonField {
  readonly name: string;
  readonly type: JsonType;
  readonly nullable: boolean;
  readonly children?: readonly JsonField[];
  readonly metadata?: JsonMetadata;
  readonly dictionary?: { readonly id: number; readonly indexType: JsonType; readonly isOrdered: boolean };
}

type JsonMetadata = readonly { readonly key: string; readonly value: string }[];

/** Members that a type has no use for are missing, and so are, from some writers, those that are false or 0. */
interface JsonType {
  readonly name: string;
  readonly isSigned?: boolean;
  readonly bitWidth?: number;
  readonly precision?: string | number;
  readonly scale?: number;
  readonly unit?: string;
  readonly timezone?: string;
  readonly byteWidth?: number;
  readonly listSize?: number;
  readonly keysSorted?: boolean;
  readonly mode?: string;
  readonly typeIds?: readonly number[];
}

/** The schema that a file declares; throws for a type that the format does not have. */
export function readJsonSchema({ fields, metadata }: JsonSchema): ArrowSchema {
  return { fields: fields.map(readField), ...readMetadata(metadata) };
}

function readField(json: JsonField): ArrowField {
  return {
    name: json.name,
    type: readType(json.type),
    nullable: json.nullable,
    children: (json.children ?? []).map(readField),
    ...readMetadata(json.metadata),
    ...(json.dictionary && { dictionary: readDictionary(json.dictionary) }),
  };
}

function readDictionary(json: NonNullable<JsonField['dictionary']>): DictionaryEncoding {
  const { bitWidth, isSigned = false } = json.indexType;
  return {
    id: BigInt(json.id),
    index: { bits: bitWidth as DictionaryEncoding['index']['bits'], signed: isSigned },
    ordered: json.isOrdered,
  };
}

function readMetadata(pairs: JsonMetadata = []): { metadata?: ReadonlyMap<string, string> } {
  return pairs.length === 0 ? {} : { metadata: new Map(pairs.map(({ key, value }) => [key, value])) };
}

function readType(json: JsonType): ArrowType {
  const { name, unit = '', bitWidth = 0 } = json;
  const read = TYPES[name];
  if (read === undefined) throw new Error(`The JSON integration format has no type "${name}".`);
  return read({ ...json, unit, bitWidth });
}

type Read = (json: JsonType & { unit: string; bitWidth: number }) => ArrowType;

const UNITS: Readonly<Record<string, TimeUnit>> = {
  SECOND: 's',
  MILLISECOND: 'ms',
  MICROSECOND: 'us',
  NANOSECOND: 'ns',
};
const INTERVALS = { YEAR_MONTH: 'yearMonth', DAY_TIME: 'dayTime', MONTH_DAY_NANO: 'monthDayNano' } as const;
const FLOATS = { HALF: 16, SINGLE: 32, DOUBLE: 64 } as const;

const plain =
  (type: ArrowType): Read =>
  () =>
    type;

const TYPES: Readonly<Record<string, Read>> = {
  null: plain({ kind: 'null' }),
  bool: plain({ kind: 'bool' }),
  int: ({ bitWidth, isSigned = false }) => ({ kind: 'int', bits: bitWidth as 8, signed: isSigned }),
  floatingpoint: ({ precision }) => ({ kind: 'float', bits: FLOATS[precision as keyof typeof FLOATS] }),
  decimal: ({ bitWidth, precision, scale = 0 }) => ({
    kind: 'decimal',
    bits: (bitWidth || 128) as 128,
    precision: Number(precision),
    scale,
  }),
  utf8: plain({ kind: 'utf8' }),
  largeutf8: plain({ kind: 'largeUtf8' }),
  utf8view: plain({ kind: 'utf8View' }),
  binary: plain({ kind: 'binary' }),
  largebinary: plain({ kind: 'largeBinary' }),
  binaryview: plain({ kind: 'binaryView' }),
  fixedsizebinary: ({ byteWidth = 0 }) => ({ kind: 'fixedSizeBinary', byteWidth }),
  date: ({ unit }) => ({ kind: 'date', unit: unit === 'DAY' ? 'day' : 'ms' }),
  time: ({ unit }) => ({ kind: 'time', unit: UNITS[unit]! }),
  timestamp: ({ unit, timezone }) => ({
    kind: 'timestamp',
    unit: UNITS[unit]!,
    ...(timezone && { timezone }),
  }),
  duration: ({ unit }) => ({ kind: 'duration', unit: UNITS[unit]! }),
  interval: ({ unit }) => ({ kind: 'interval', unit: INTERVALS[unit as keyof typeof INTERVALS] }),
  list: plain({ kind: 'list' }),
  largelist: plain({ kind: 'largeList' }),
  listview: plain({ kind: 'listView' }),
  largelistview: plain({ kind: 'largeListView' }),
  fixedsizelist: ({ listSize = 0 }) => ({ kind: 'fixedSizeList', listSize }),
  struct: plain({ kind: 'struct' }),
  map: ({ keysSorted = false }) => ({ kind: 'map', keysSorted }),
  union: ({ mode, typeIds = [] }) => ({
    kind: 'union',
    mode: mode === 'DENSE' ? 'dense' : 'sparse',
    typeIds,
  }),
  runendencoded: plain({ kind: 'runEndEncoded' }),
};
