import { RecordBatchReader, type RecordBatch as TheirBatch } from 'apache-arrow';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeRecordBatch } from '../../../src/flight/ipc/record-batch.js';
import {
  decodeSchema,
  encapsulate,
  encodeSchema,
  unwrapEncapsulated,
} from '../../../src/flight/ipc/schema.js';
import { type ArrowSchema, type EncodedBatch, field } from '../../../src/flight/ipc/types.js';
import { readValue } from '../../../src/flight/ipc/value.js';
import { buildCatalogs, CATALOGS_SCHEMA } from '../../../src/flight/metadata/catalogs.js';
import { tableColumnMetadata } from '../../../src/flight/metadata/column-metadata.js';
import { buildDbSchemas, DB_SCHEMAS_SCHEMA } from '../../../src/flight/metadata/db-schemas.js';
import {
  buildForeignKeys,
  buildPrimaryKeys,
  FOREIGN_KEYS_SCHEMA,
  KEY_RULE,
  PRIMARY_KEYS_SCHEMA,
} from '../../../src/flight/metadata/keys.js';
import { buildTableTypes, TABLE_TYPES_SCHEMA } from '../../../src/flight/metadata/table-types.js';
import { buildTables, tablesSchema } from '../../../src/flight/metadata/tables.js';
import {
  buildXdbcTypeInfo,
  XDBC_DATA_TYPE,
  XDBC_TYPE_INFO_SCHEMA,
} from '../../../src/flight/metadata/xdbc-type-info.js';

/** Rows as arrays, read through the wire format by our decoder and, for their number, by apache-arrow's. */
function rowsOf(schema: ArrowSchema, batch: EncodedBatch): unknown[][] {
  const { columns, length } = decodeRecordBatch(schema, batch);
  expect(length).toBe(batch.rows);
  expect(readWithApache(schema, batch).numRows).toBe(batch.rows);
  return Array.from({ length }, (_, row) => columns.map((column) => readValue(column, row)));
}

function readWithApache(schema: ArrowSchema, batch: EncodedBatch): TheirBatch {
  const end = Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]);
  const stream = [encapsulate(encodeSchema(schema)), encapsulate(batch.header), batch.body, end];
  const [theirs] = [...RecordBatchReader.from(Buffer.concat(stream))];
  if (theirs === undefined) return expect.unreachable('apache-arrow saw no batch');
  return theirs;
}

/** `name type` with `!` for non-nullable, as reference tables write it. */
const shapeOf = (schema: ArrowSchema) =>
  schema.fields.map(({ name, type, nullable }) => {
    const width =
      'bits' in type ? `${'signed' in type && !type.signed ? 'u' : ''}${type.kind}${type.bits}` : type.kind;
    return `${name} ${width}${nullable ? '' : '!'}`;
  });

describe('a metadata answer', () => {
  it('has exactly the schema that clients compare against', () => {
    expect(shapeOf(CATALOGS_SCHEMA)).toEqual(['catalog_name utf8!']);
    expect(shapeOf(DB_SCHEMAS_SCHEMA)).toEqual(['catalog_name utf8', 'db_schema_name utf8!']);
    expect(shapeOf(TABLE_TYPES_SCHEMA)).toEqual(['table_type utf8!']);
    const tables = ['catalog_name utf8', 'db_schema_name utf8', 'table_name utf8!', 'table_type utf8!'];
    expect(shapeOf(tablesSchema(false))).toEqual(tables);
    expect(shapeOf(tablesSchema(true))).toEqual([...tables, 'table_schema binary!']);
    expect(shapeOf(PRIMARY_KEYS_SCHEMA)).toEqual([
      'catalog_name utf8',
      'db_schema_name utf8',
      'table_name utf8!',
      'column_name utf8!',
      'key_sequence int32!',
      'key_name utf8',
    ]);
    expect(shapeOf(FOREIGN_KEYS_SCHEMA)).toEqual([
      'pk_catalog_name utf8',
      'pk_db_schema_name utf8',
      'pk_table_name utf8!',
      'pk_column_name utf8!',
      'fk_catalog_name utf8',
      'fk_db_schema_name utf8',
      'fk_table_name utf8!',
      'fk_column_name utf8!',
      'key_sequence int32!',
      'fk_key_name utf8',
      'pk_key_name utf8',
      'update_rule uint8!',
      'delete_rule uint8!',
    ]);
    expect(shapeOf(XDBC_TYPE_INFO_SCHEMA)).toEqual([
      'type_name utf8!',
      'data_type int32!',
      'column_size int32',
      'literal_prefix utf8',
      'literal_suffix utf8',
      'create_params list',
      'nullable int32!',
      'case_sensitive bool!',
      'searchable int32!',
      'unsigned_attribute bool',
      'fixed_prec_scale bool!',
      'auto_increment bool',
      'local_type_name utf8',
      'minimum_scale int32',
      'maximum_scale int32',
      'sql_data_type int32!',
      'datetime_subcode int32',
      'num_prec_radix int32',
      'interval_precision int32',
    ]);
    expect(XDBC_TYPE_INFO_SCHEMA.fields[5]?.children).toEqual([
      field('item', { kind: 'utf8' }, { nullable: false }),
    ]);
  });

  it('is a batch without rows where there is nothing', () => {
    expect(rowsOf(CATALOGS_SCHEMA, buildCatalogs([]))).toEqual([]);
    expect(rowsOf(tablesSchema(true), buildTables([], true))).toEqual([]);
    expect(rowsOf(FOREIGN_KEYS_SCHEMA, buildForeignKeys([], 'primary'))).toEqual([]);
    expect(rowsOf(XDBC_TYPE_INFO_SCHEMA, buildXdbcTypeInfo([]))).toEqual([]);
  });

  it('of catalogs and table types is ordered', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), (names) => {
        const ordered = [...names].sort().map((name) => [name]);
        expect(rowsOf(CATALOGS_SCHEMA, buildCatalogs(names))).toEqual(ordered);
        expect(rowsOf(TABLE_TYPES_SCHEMA, buildTableTypes(names))).toEqual(ordered);
      }),
    );
  });

  it('of schemas is ordered by catalog first, those without a catalog before all', () => {
    const batch = buildDbSchemas([
      { catalog: 'b', schema: 'a' },
      { catalog: 'a', schema: 'z' },
      { schema: 'none' },
      { catalog: 'a', schema: 'main' },
    ]);
    expect(rowsOf(DB_SCHEMAS_SCHEMA, batch)).toEqual([
      [null, 'none'],
      ['a', 'main'],
      ['a', 'z'],
      ['b', 'a'],
    ]);
  });

  it('of tables carries the schema of each as one encapsulated message', () => {
    const columns: ArrowSchema = {
      fields: [
        field(
          'price',
          { kind: 'decimal', bits: 128, precision: 10, scale: 2 },
          {
            metadata: tableColumnMetadata(undefined, {
              typeName: 'DECIMAL(10,2)',
              precision: 10,
              scale: 2,
              schema: 'main',
            }),
          },
        ),
      ],
    };
    const rows = [
      { catalog: 'db', schema: 'main', table: 'z', type: 'TABLE', columns },
      { catalog: 'db', schema: 'main', table: 'a', type: 'VIEW', columns },
    ];
    const [first, second] = rowsOf(tablesSchema(true), buildTables(rows, true));
    expect(first?.slice(0, 4)).toEqual(['db', 'main', 'a', 'VIEW']);
    const cell = second?.[4];
    if (!(cell instanceof Uint8Array)) return expect.unreachable();
    const [price] = decodeSchema(unwrapEncapsulated(cell)).fields;
    expect(price?.type).toEqual(columns.fields[0]?.type);
    expect(Object.fromEntries(price?.metadata ?? [])).toEqual({
      'ARROW:FLIGHT:SQL:TYPE_NAME': 'DECIMAL(10,2)',
      'ARROW:FLIGHT:SQL:PRECISION': '10',
      'ARROW:FLIGHT:SQL:SCALE': '2',
      'ARROW:FLIGHT:SQL:DB_SCHEMA_NAME': 'main',
      'ARROW:FLIGHT:SQL:SCHEMA_NAME': 'main',
    });
    expect(rowsOf(tablesSchema(false), buildTables(rows, false))[0]).toHaveLength(4);
  });

  it('of primary keys is ordered by table, key and place in the key', () => {
    const row = (table: string, sequence: number, keyName: string) => ({
      catalog: 'db',
      schema: 'main',
      table,
      column: `c${sequence}`,
      sequence,
      keyName,
    });
    const batch = buildPrimaryKeys([
      row('t', 2, 'pk'),
      row('t', 10, 'pk'),
      row('t', 1, 'pk'),
      row('a', 1, 'pk'),
    ]);
    expect(rowsOf(PRIMARY_KEYS_SCHEMA, batch)).toEqual([
      ['db', 'main', 'a', 'c1', 1, 'pk'],
      ['db', 'main', 't', 'c1', 1, 'pk'],
      ['db', 'main', 't', 'c2', 2, 'pk'],
      ['db', 'main', 't', 'c10', 10, 'pk'],
    ]);
  });

  it('of foreign keys is ordered by the side that was asked for', () => {
    const row = (pk: string, fk: string) => ({
      primary: { table: pk, column: 'id', keyName: 'pk' },
      foreign: { catalog: 'db', schema: 'main', table: fk, column: 'ref', keyName: 'fk' },
      sequence: 1,
      updateRule: KEY_RULE.noAction,
      deleteRule: KEY_RULE.cascade,
    });
    const rows = [row('a', 'z'), row('b', 'y')];
    const tables = (orderBy: 'primary' | 'foreign') =>
      rowsOf(FOREIGN_KEYS_SCHEMA, buildForeignKeys(rows, orderBy)).map((values) => [values[2], values[6]]);
    expect(tables('primary')).toEqual([
      ['a', 'z'],
      ['b', 'y'],
    ]);
    expect(tables('foreign')).toEqual([
      ['b', 'y'],
      ['a', 'z'],
    ]);
    expect(rowsOf(FOREIGN_KEYS_SCHEMA, buildForeignKeys(rows, 'primary'))[0]).toEqual([
      null,
      null,
      'a',
      'id',
      'db',
      'main',
      'z',
      'ref',
      1,
      'fk',
      'pk',
      3,
      0,
    ]);
  });

  it('of types is ordered by code and name, and holds one code where one is asked for', () => {
    const row = (typeName: string, dataType: number) => ({
      typeName,
      dataType,
      nullable: 1,
      caseSensitive: false,
      searchable: 3,
      fixedPrecisionScale: false,
      sqlDataType: dataType,
    });
    const rows = [
      { ...row('DECIMAL', XDBC_DATA_TYPE.decimal), createParams: ['precision', 'scale'], radix: 10 },
      row('VARCHAR', XDBC_DATA_TYPE.varchar),
      row('BIGINT', XDBC_DATA_TYPE.bigint),
      row('TEXT', XDBC_DATA_TYPE.varchar),
    ];
    const names = (dataType?: number) =>
      rowsOf(XDBC_TYPE_INFO_SCHEMA, buildXdbcTypeInfo(rows, dataType)).map(([name]) => name);
    expect(names()).toEqual(['BIGINT', 'DECIMAL', 'TEXT', 'VARCHAR']);
    expect(names(XDBC_DATA_TYPE.varchar)).toEqual(['TEXT', 'VARCHAR']);
    expect(names(0)).toEqual([]);
    const decimal = rowsOf(XDBC_TYPE_INFO_SCHEMA, buildXdbcTypeInfo(rows, XDBC_DATA_TYPE.decimal))[0];
    expect(decimal?.[5]).toEqual(['precision', 'scale']);
    expect(decimal?.[2]).toBeNull();
    expect(decimal?.[17]).toBe(10);
  });
});

describe('the metadata of a column', () => {
  it('writes booleans as 1 and 0 and leaves out what is not known', () => {
    const metadata = tableColumnMetadata(undefined, {
      typeName: 'INTEGER',
      isAutoIncrement: true,
      isReadOnly: false,
    });
    expect([...metadata]).toEqual([
      ['ARROW:FLIGHT:SQL:TYPE_NAME', 'INTEGER'],
      ['ARROW:FLIGHT:SQL:IS_AUTO_INCREMENT', '1'],
      ['ARROW:FLIGHT:SQL:IS_READ_ONLY', '0'],
    ]);
  });
});
