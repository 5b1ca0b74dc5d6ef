import { RecordBatchReader } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { decodeRecordBatch } from '../../../src/flight/ipc/record-batch.js';
import { decodeSchema, encapsulate, encodeSchema, schemasEqual } from '../../../src/flight/ipc/schema.js';
import { readValue } from '../../../src/flight/ipc/value.js';
import { buildSqlInfo, SQL_INFO_SCHEMA } from '../../../src/flight/metadata/sql-info.js';
import { SQL_INFO, type SqlInfoValues } from '../../../src/flight/metadata/sql-info-codes.js';

/** Distinct values, so that a mix-up shows. */
const values: SqlInfoValues = {
  serverName: 'gizmo',
  serverVersion: '1',
  arrowVersion: '25',
  readOnly: false,
  sql: true,
  substrait: false,
  substraitMinVersion: '',
  substraitMaxVersion: '',
  transaction: 1,
  cancel: true,
  bulkIngestion: true,
  ingestTransactions: true,
  statementTimeout: 0,
  transactionTimeout: 7,
  ddlCatalog: true,
  ddlSchema: true,
  ddlTable: true,
  identifierCase: 1n,
  identifierQuoteChar: '"',
  quotedIdentifierCase: 1n,
  allTablesAreSelectable: true,
  nullOrdering: 3n,
  keywords: ['PIVOT', 'QUALIFY'],
  numericFunctions: ['abs'],
  stringFunctions: ['lower'],
  systemFunctions: [],
  datetimeFunctions: ['date_trunc'],
  searchStringEscape: '\\',
  extraNameCharacters: '',
  columnAliasing: true,
  nullPlusNullIsNull: true,
  convert: [
    [4, [12, -5]],
    [12, []],
  ],
  tableCorrelationNames: true,
  differentTableCorrelationNames: false,
  expressionsInOrderBy: true,
  orderByUnrelated: true,
  groupBy: 3,
  likeEscapeClause: true,
  nonNullableColumns: true,
  grammar: 7,
  ansi92Level: 1,
  integrityEnhancementFacility: true,
  outerJoins: 4,
  schemaTerm: 'schema',
  procedureTerm: 'macro',
  catalogTerm: 'database',
  catalogAtStart: true,
  schemasSupportedActions: 2,
  catalogsSupportedActions: 6,
  positionedCommands: 0,
  selectForUpdate: false,
  storedProcedures: false,
  subqueries: 15,
  correlatedSubqueries: true,
  unions: 3,
  maxBinaryLiteralLength: 0n,
  maxCharLiteralLength: 0n,
  maxColumnNameLength: 0n,
  maxColumnsInGroupBy: 0n,
  maxColumnsInIndex: 0n,
  maxColumnsInOrderBy: 0n,
  maxColumnsInSelect: 0n,
  maxColumnsInTable: 0n,
  maxConnections: 2n ** 40n,
  maxCursorNameLength: 0n,
  maxIndexLength: 0n,
  maxSchemaNameLength: 0n,
  maxProcedureNameLength: 0n,
  maxCatalogNameLength: 0n,
  maxRowSize: 0n,
  maxRowSizeIncludesBlobs: true,
  maxStatementLength: 0n,
  maxStatements: 0n,
  maxTableNameLength: 0n,
  maxTablesInSelect: 0n,
  maxUsernameLength: 0n,
  defaultTransactionIsolation: 4n,
  transactions: true,
  transactionIsolationLevels: 16,
  ddlCommitsTransaction: false,
  ddlIgnoredInTransaction: false,
  resultSetTypes: 2,
  concurrencyUnspecified: 0,
  concurrencyForwardOnly: 2,
  concurrencyScrollSensitive: 0,
  concurrencyScrollInsensitive: 0,
  batchUpdates: true,
  savepoints: false,
  namedParameters: true,
  locatorsUpdateCopy: false,
  storedFunctionsUsingCallSyntax: false,
};

function answer(requested?: readonly number[]): Map<unknown, unknown> {
  const batch = decodeRecordBatch(SQL_INFO_SCHEMA, buildSqlInfo(values, requested));
  const [names, facts] = batch.columns;
  if (names === undefined || facts === undefined) return expect.unreachable();
  return new Map(Array.from({ length: batch.length }, (_, i) => [readValue(names, i), readValue(facts, i)]));
}

describe('SqlInfo', () => {
  it('has the codes 0–11, 100–101 and 500–576, each once', () => {
    const codes = Object.values(SQL_INFO).map(({ code }) => code);
    const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
    expect(codes).toEqual([...range(0, 11), 100, 101, ...range(500, 576)]);
  });

  it('answers each fact in the union member that drivers read it from', () => {
    const facts = answer();
    expect([...facts.keys()]).toEqual(Object.values(SQL_INFO).map(({ code }) => code));
    expect(facts.get(0)).toEqual({ typeId: 0, value: 'gizmo' });
    expect(facts.get(3)).toEqual({ typeId: 1, value: false });
    expect(facts.get(549)).toEqual({ typeId: 2, value: 2n ** 40n });
    expect(facts.get(8)).toEqual({ typeId: 3, value: 1 });
    expect(facts.get(508)).toEqual({ typeId: 4, value: ['PIVOT', 'QUALIFY'] });
    expect(facts.get(511)).toEqual({ typeId: 4, value: [] });
    expect(facts.get(517)).toEqual({
      typeId: 5,
      value: [
        [4, [12, -5]],
        [12, []],
      ],
    });
    for (const code of [503, 505, 507, 541, 555, 557, 561, 562])
      expect(facts.get(code)).toMatchObject({ typeId: 2 });
    for (const code of [8, 100, 522, 525, 526, 528, 533, 534, 535, 538, 540, 564, 567, 571]) {
      expect(facts.get(code)).toMatchObject({ typeId: 3 });
    }
    for (const code of [9, 515, 516, 532, 536, 556, 563, 565, 572, 576])
      expect(facts.get(code)).toMatchObject({ typeId: 1 });
    for (const code of [504, 513, 514, 529, 530, 531]) expect(facts.get(code)).toMatchObject({ typeId: 0 });
  });

  it('answers only what is asked for, in order, and is silent about unknown codes', () => {
    expect([...answer([563, 0, 10_000, 8, 0]).keys()]).toEqual([0, 8, 563]);
    expect([...answer([10_000]).keys()]).toEqual([]);
  });

  it('keeps its schema over the wire', () => {
    const schema = decodeSchema(encodeSchema(SQL_INFO_SCHEMA));
    expect(schemasEqual(schema, SQL_INFO_SCHEMA)).toBe(true);
    expect(
      SQL_INFO_SCHEMA.fields[1]?.children.map(({ name, type, nullable }) => [name, type.kind, nullable]),
    ).toEqual([
      ['string_value', 'utf8', false],
      ['bool_value', 'bool', false],
      ['bigint_value', 'int', false],
      ['int32_bitmask', 'int', false],
      ['string_list', 'list', false],
      ['int32_to_int32_list_map', 'map', false],
    ]);
  });

  it('is read alike by apache-arrow', () => {
    const batch = buildSqlInfo(values);
    const end = Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]);
    const [theirs] = [
      ...RecordBatchReader.from(
        Buffer.concat([
          encapsulate(encodeSchema(SQL_INFO_SCHEMA)),
          encapsulate(batch.header),
          batch.body,
          end,
        ]),
      ),
    ];
    const column = theirs?.getChildAt(1);
    const codes = [...(theirs?.getChildAt(0) ?? [])];
    expect(column?.get(codes.indexOf(0))).toBe('gizmo');
    expect(column?.get(codes.indexOf(549))).toBe(2n ** 40n);
    expect(column?.get(codes.indexOf(3))).toBe(false);
    expect([...(column?.get(codes.indexOf(508)) ?? [])]).toEqual(['PIVOT', 'QUALIFY']);
  });
});
