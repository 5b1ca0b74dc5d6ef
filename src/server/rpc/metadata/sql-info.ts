/** CommandGetSqlInfo: what this server and DuckDB's SQL can do. */
import type { SqlInfoValues } from '../../../flight/metadata/sql-info-codes.js';
import type { Services } from '../services.js';
import { SQL_WORDS } from './sql-words.js';

/** The version of the Arrow columnar format that is written, as clients show it beside the server's. */
const ARROW_FORMAT_VERSION = '1.5';

const CASE_INSENSITIVE = 1n;
const NULLS_LAST = 3n;
const SERIALIZABLE = 4;
/** Bit of a result set that is read forwards, and of one that cannot be updated. */
const FORWARD_ONLY = 1 << 1;
const READ_ONLY = 1 << 1;
const ALL_OF_TWO = 0b11;

export function sqlInfoValues({ engine, serverVersion, readOnly, queryTimeoutMs }: Services): SqlInfoValues {
  return {
    serverName: 'gizmo',
    serverVersion: `${serverVersion} (${engine.name} ${engine.version})`,
    arrowVersion: ARROW_FORMAT_VERSION,
    readOnly,
    sql: true,
    substrait: false,
    substraitMinVersion: '',
    substraitMaxVersion: '',
    // Transactions and no savepoints, which DuckDB does not have.
    transaction: 1,
    cancel: true,
    bulkIngestion: true,
    ingestTransactions: true,
    statementTimeout: queryTimeoutMs,
    transactionTimeout: 0,
    ddlCatalog: true,
    ddlSchema: true,
    ddlTable: true,
    identifierCase: CASE_INSENSITIVE,
    identifierQuoteChar: '"',
    quotedIdentifierCase: CASE_INSENSITIVE,
    allTablesAreSelectable: true,
    nullOrdering: NULLS_LAST,
    ...SQL_WORDS,
    searchStringEscape: '\\',
    extraNameCharacters: '',
    columnAliasing: true,
    nullPlusNullIsNull: true,
    convert: [],
    tableCorrelationNames: true,
    differentTableCorrelationNames: false,
    expressionsInOrderBy: true,
    orderByUnrelated: true,
    groupBy: ALL_OF_TWO,
    likeEscapeClause: true,
    nonNullableColumns: true,
    grammar: 0b111,
    ansi92Level: 0b001,
    integrityEnhancementFacility: true,
    outerJoins: 0b110,
    schemaTerm: 'schema',
    procedureTerm: '',
    catalogTerm: 'database',
    catalogAtStart: true,
    schemasSupportedActions: 0b10,
    catalogsSupportedActions: 0b10,
    positionedCommands: 0,
    selectForUpdate: false,
    storedProcedures: false,
    subqueries: 0b1111,
    correlatedSubqueries: true,
    unions: ALL_OF_TWO,
    maxBinaryLiteralLength: 0n,
    maxCharLiteralLength: 0n,
    maxColumnNameLength: 0n,
    maxColumnsInGroupBy: 0n,
    maxColumnsInIndex: 0n,
    maxColumnsInOrderBy: 0n,
    maxColumnsInSelect: 0n,
    maxColumnsInTable: 0n,
    maxConnections: 0n,
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
    defaultTransactionIsolation: BigInt(SERIALIZABLE),
    transactions: true,
    transactionIsolationLevels: 1 << SERIALIZABLE,
    ddlCommitsTransaction: false,
    ddlIgnoredInTransaction: false,
    resultSetTypes: FORWARD_ONLY,
    concurrencyUnspecified: 0,
    concurrencyForwardOnly: READ_ONLY,
    concurrencyScrollSensitive: 0,
    concurrencyScrollInsensitive: 0,
    batchUpdates: true,
    savepoints: false,
    namedParameters: true,
    locatorsUpdateCopy: false,
    storedFunctionsUsingCallSyntax: false,
  };
}
