/** The answer to CommandGetXdbcTypeInfo: the engine's types as ODBC and JDBC describe types. */
import { buildBatch } from '../ipc/build.js';
import { type ArrowField, type ArrowSchema, type ArrowType, type EncodedBatch, field } from '../ipc/types.js';
import { sortRows } from './sort-rows.js';

const UTF8: ArrowType = { kind: 'utf8' };
const INT32: ArrowType = { kind: 'int', bits: 32, signed: true };
const BOOL: ArrowType = { kind: 'bool' };

/** Source: FlightSql.proto, CommandGetXdbcTypeInfo. */
export const XDBC_TYPE_INFO_SCHEMA: ArrowSchema = {
  fields: [
    required('type_name', UTF8),
    required('data_type', INT32),
    field('column_size', INT32),
    field('literal_prefix', UTF8),
    field('literal_suffix', UTF8),
    field('create_params', { kind: 'list' }, { children: [required('item', UTF8)] }),
    required('nullable', INT32),
    required('case_sensitive', BOOL),
    required('searchable', INT32),
    field('unsigned_attribute', BOOL),
    required('fixed_prec_scale', BOOL),
    field('auto_increment', BOOL),
    field('local_type_name', UTF8),
    field('minimum_scale', INT32),
    field('maximum_scale', INT32),
    required('sql_data_type', INT32),
    field('datetime_subcode', INT32),
    field('num_prec_radix', INT32),
    field('interval_precision', INT32),
  ],
};

/**
 * One batch of {@link XDBC_TYPE_INFO_SCHEMA}, ordered by data type, then type name.
 * @param dataType only types with this {@link XDBC_DATA_TYPE}
 */
export function buildXdbcTypeInfo(rows: readonly XdbcTypeRow[], dataType?: number): EncodedBatch {
  const wanted = rows.filter((row) => dataType === undefined || row.dataType === dataType);
  const sorted = sortRows(wanted, (row) => [row.dataType, row.typeName]);
  return buildBatch(XDBC_TYPE_INFO_SCHEMA, [
    sorted.map((row) => row.typeName),
    sorted.map((row) => row.dataType),
    sorted.map((row) => row.columnSize),
    sorted.map((row) => row.literalPrefix),
    sorted.map((row) => row.literalSuffix),
    sorted.map((row) => row.createParams),
    sorted.map((row) => row.nullable),
    sorted.map((row) => row.caseSensitive),
    sorted.map((row) => row.searchable),
    sorted.map((row) => row.unsigned),
    sorted.map((row) => row.fixedPrecisionScale),
    sorted.map((row) => row.autoIncrement),
    sorted.map((row) => row.localTypeName),
    sorted.map((row) => row.minimumScale),
    sorted.map((row) => row.maximumScale),
    sorted.map((row) => row.sqlDataType),
    sorted.map((row) => row.datetimeSubcode),
    sorted.map((row) => row.radix),
    sorted.map((row) => row.intervalPrecision),
  ]);
}

export interface XdbcTypeRow {
  readonly typeName: string;
  /** One of {@link XDBC_DATA_TYPE}. */
  readonly dataType: number;
  /** Digits, characters or bytes at most. */
  readonly columnSize?: number;
  readonly literalPrefix?: string;
  readonly literalSuffix?: string;
  /** Names of the type's parameters, such as `precision` and `scale`. */
  readonly createParams?: readonly string[];
  /** 0 no, 1 yes, 2 unknown. */
  readonly nullable: number;
  readonly caseSensitive: boolean;
  /** 0 not in WHERE, 1 only with LIKE, 2 all but LIKE, 3 fully. */
  readonly searchable: number;
  readonly unsigned?: boolean;
  /** Whether scale and precision cannot be chosen. */
  readonly fixedPrecisionScale: boolean;
  readonly autoIncrement?: boolean;
  readonly localTypeName?: string;
  readonly minimumScale?: number;
  readonly maximumScale?: number;
  /** As `dataType`, but {@link XDBC_DATA_TYPE}.datetime for date and time types, with a subcode. */
  readonly sqlDataType: number;
  /** 1 date, 2 time, 3 timestamp, 4 time with zone, 5 timestamp with zone. */
  readonly datetimeSubcode?: number;
  readonly radix?: number;
  readonly intervalPrecision?: number;
}

/** Source: FlightSql.proto, enum XdbcDataType. */
export const XDBC_DATA_TYPE = {
  char: 1,
  numeric: 2,
  decimal: 3,
  integer: 4,
  smallint: 5,
  float: 6,
  real: 7,
  double: 8,
  datetime: 9,
  interval: 10,
  varchar: 12,
  date: 91,
  time: 92,
  timestamp: 93,
  longvarchar: -1,
  binary: -2,
  varbinary: -3,
  longvarbinary: -4,
  bigint: -5,
  tinyint: -6,
  bit: -7,
  wchar: -8,
  wvarchar: -9,
} as const;

function required(name: string, type: ArrowType): ArrowField {
  return field(name, type, { nullable: false });
}
