/**
 * DuckDB's types for CommandGetXdbcTypeInfo, by the name that TYPE_NAME of a result's column has. Each under the code
 * that fits what is sent: a UUID is text on the wire, whatever other databases make of it. Nested types have no code.
 */
import { XDBC_DATA_TYPE, type XdbcTypeRow } from '../../../flight/metadata/xdbc-type-info.js';

const NULLABLE = 1;
const SEARCHABLE = 3;
const { tinyint, smallint, integer, bigint, numeric, decimal, real, double } = XDBC_DATA_TYPE;
const { bit, varchar, varbinary, date, time, timestamp, datetime, interval } = XDBC_DATA_TYPE;
/** Of VARCHAR and BLOB: as much as the 32-bit offsets of Arrow can say. */
const LENGTH_MAX = 2 ** 31 - 1;
/** Whole digits of the signed and unsigned integers of a width. */
const DIGITS = { 8: [3, 3], 16: [5, 5], 32: [10, 10], 64: [19, 20] } as const;

export const TYPE_INFO: readonly XdbcTypeRow[] = [
  plain('BOOLEAN', bit, { columnSize: 1 }),
  ...integers('TINYINT', 'UTINYINT', tinyint, DIGITS[8]),
  ...integers('SMALLINT', 'USMALLINT', smallint, DIGITS[16]),
  ...integers('INTEGER', 'UINTEGER', integer, DIGITS[32]),
  ...integers('BIGINT', 'UBIGINT', bigint, DIGITS[64]),
  exact('HUGEINT', numeric, 39, 0),
  { ...exact('DECIMAL', decimal, 38, 38), createParams: ['precision', 'scale'], fixedPrecisionScale: false },
  plain('FLOAT', real, { columnSize: 24, radix: 2, unsigned: false, autoIncrement: false }),
  plain('DOUBLE', double, { columnSize: 53, radix: 2, unsigned: false, autoIncrement: false }),
  text('VARCHAR', LENGTH_MAX),
  text('JSON', LENGTH_MAX),
  text('UUID', 36),
  text('ENUM', LENGTH_MAX),
  text('BIT', LENGTH_MAX),
  text('UHUGEINT', 39),
  text('BIGNUM', LENGTH_MAX),
  text('VARIANT', LENGTH_MAX),
  plain('BLOB', varbinary, { columnSize: LENGTH_MAX, literalPrefix: "'", literalSuffix: "'::BLOB" }),
  plain('GEOMETRY', varbinary, { columnSize: LENGTH_MAX }),
  temporal('DATE', date, 1, 10, 0),
  temporal('TIME', time, 2, 15, 6),
  temporal('TIME_NS', time, 2, 18, 9),
  text('TIME WITH TIME ZONE', 21),
  temporal('TIMESTAMP', timestamp, 3, 26, 6),
  temporal('TIMESTAMP_S', timestamp, 3, 19, 0),
  temporal('TIMESTAMP_MS', timestamp, 3, 23, 3),
  temporal('TIMESTAMP_NS', timestamp, 3, 29, 9),
  temporal('TIMESTAMP WITH TIME ZONE', timestamp, 5, 32, 6),
  plain('INTERVAL', interval, { literalPrefix: "INTERVAL '", literalSuffix: "'" }),
];

function plain(typeName: string, dataType: number, more: Partial<XdbcTypeRow> = {}): XdbcTypeRow {
  return {
    typeName,
    localTypeName: typeName,
    dataType,
    sqlDataType: dataType,
    nullable: NULLABLE,
    caseSensitive: false,
    searchable: SEARCHABLE,
    fixedPrecisionScale: true,
    ...more,
  };
}

function integers(
  signed: string,
  unsigned: string,
  dataType: number,
  [signedDigits, unsignedDigits]: readonly [number, number],
): XdbcTypeRow[] {
  return [
    exact(signed, dataType, signedDigits, 0),
    { ...exact(unsigned, dataType, unsignedDigits, 0), unsigned: true },
  ];
}

function exact(typeName: string, dataType: number, digits: number, maximumScale: number): XdbcTypeRow {
  return plain(typeName, dataType, {
    columnSize: digits,
    radix: 10,
    unsigned: false,
    autoIncrement: false,
    minimumScale: 0,
    maximumScale,
  });
}

function text(typeName: string, columnSize: number): XdbcTypeRow {
  const quoted = { literalPrefix: "'", literalSuffix: "'" };
  return plain(typeName, varchar, { columnSize, caseSensitive: true, ...quoted });
}

function temporal(
  typeName: string,
  dataType: number,
  datetimeSubcode: number,
  columnSize: number,
  scale: number,
): XdbcTypeRow {
  return plain(typeName, dataType, {
    sqlDataType: datetime,
    datetimeSubcode,
    columnSize,
    minimumScale: scale,
    maximumScale: scale,
    literalPrefix: `${typeName} '`,
    literalSuffix: "'",
  });
}
