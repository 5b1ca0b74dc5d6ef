/**
 * The numbers of SqlInfo and the member of the answer's union that each takes. The members matter: ODBC and
 * JDBC read a fact without looking which one it came in. Source: FlightSql.proto, enum SqlInfo, where the
 * text leaves the width open (503, 505, 507, 562) as the C++, Go and Java servers answer.
 */

/** Every fact a server states, by our name for it. */
export const SQL_INFO = {
  serverName: info(0, 'string'),
  serverVersion: info(1, 'string'),
  arrowVersion: info(2, 'string'),
  readOnly: info(3, 'bool'),
  sql: info(4, 'bool'),
  substrait: info(5, 'bool'),
  substraitMinVersion: info(6, 'string'),
  substraitMaxVersion: info(7, 'string'),
  /** 0 none, 1 transactions, 2 transactions and savepoints. */
  transaction: info(8, 'int32'),
  cancel: info(9, 'bool'),
  bulkIngestion: info(10, 'bool'),
  ingestTransactions: info(11, 'bool'),
  /** Milliseconds; 0 for none. */
  statementTimeout: info(100, 'int32'),
  /** Milliseconds; 0 for none. */
  transactionTimeout: info(101, 'int32'),

  ddlCatalog: info(500, 'bool'),
  ddlSchema: info(501, 'bool'),
  ddlTable: info(502, 'bool'),
  /** 0 unknown, 1 insensitive, 2 upper, 3 lower. */
  identifierCase: info(503, 'bigint'),
  identifierQuoteChar: info(504, 'string'),
  /** As {@link SQL_INFO.identifierCase}. */
  quotedIdentifierCase: info(505, 'bigint'),
  allTablesAreSelectable: info(506, 'bool'),
  /** 0 nulls are highest, 1 lowest, 2 at the start, 3 at the end. */
  nullOrdering: info(507, 'bigint'),
  keywords: info(508, 'stringList'),
  numericFunctions: info(509, 'stringList'),
  stringFunctions: info(510, 'stringList'),
  systemFunctions: info(511, 'stringList'),
  datetimeFunctions: info(512, 'stringList'),
  searchStringEscape: info(513, 'string'),
  extraNameCharacters: info(514, 'string'),
  columnAliasing: info(515, 'bool'),
  nullPlusNullIsNull: info(516, 'bool'),
  /** From each XDBC-like type code to those it converts to. */
  convert: info(517, 'int32ToInt32ListMap'),
  tableCorrelationNames: info(518, 'bool'),
  differentTableCorrelationNames: info(519, 'bool'),
  expressionsInOrderBy: info(520, 'bool'),
  orderByUnrelated: info(521, 'bool'),
  /** Bits: 0 unrelated, 1 beyond select. */
  groupBy: info(522, 'int32'),
  likeEscapeClause: info(523, 'bool'),
  nonNullableColumns: info(524, 'bool'),
  /** Bits: 0 minimum, 1 core, 2 extended. */
  grammar: info(525, 'int32'),
  /** Bits: 0 entry, 1 intermediate, 2 full. */
  ansi92Level: info(526, 'int32'),
  integrityEnhancementFacility: info(527, 'bool'),
  /** Bits: 0 none, 1 limited, 2 full. */
  outerJoins: info(528, 'int32'),
  schemaTerm: info(529, 'string'),
  procedureTerm: info(530, 'string'),
  /** Empty means "no catalogs", and tools then hide them. */
  catalogTerm: info(531, 'string'),
  catalogAtStart: info(532, 'bool'),
  /** Bits: 0 procedure calls, 1 index definitions, 2 privilege definitions. */
  schemasSupportedActions: info(533, 'int32'),
  /** Bits as {@link SQL_INFO.schemasSupportedActions}. */
  catalogsSupportedActions: info(534, 'int32'),
  /** Bits: 0 delete, 1 update. */
  positionedCommands: info(535, 'int32'),
  selectForUpdate: info(536, 'bool'),
  storedProcedures: info(537, 'bool'),
  /** Bits: 0 comparisons, 1 exists, 2 in, 3 quantified. */
  subqueries: info(538, 'int32'),
  correlatedSubqueries: info(539, 'bool'),
  /** Bits: 0 union, 1 union all. */
  unions: info(540, 'int32'),
  // Maxima; 0 means no limit, or none known.
  maxBinaryLiteralLength: info(541, 'bigint'),
  maxCharLiteralLength: info(542, 'bigint'),
  maxColumnNameLength: info(543, 'bigint'),
  maxColumnsInGroupBy: info(544, 'bigint'),
  maxColumnsInIndex: info(545, 'bigint'),
  maxColumnsInOrderBy: info(546, 'bigint'),
  maxColumnsInSelect: info(547, 'bigint'),
  maxColumnsInTable: info(548, 'bigint'),
  maxConnections: info(549, 'bigint'),
  maxCursorNameLength: info(550, 'bigint'),
  maxIndexLength: info(551, 'bigint'),
  maxSchemaNameLength: info(552, 'bigint'),
  maxProcedureNameLength: info(553, 'bigint'),
  maxCatalogNameLength: info(554, 'bigint'),
  maxRowSize: info(555, 'bigint'),
  maxRowSizeIncludesBlobs: info(556, 'bool'),
  maxStatementLength: info(557, 'bigint'),
  maxStatements: info(558, 'bigint'),
  maxTableNameLength: info(559, 'bigint'),
  maxTablesInSelect: info(560, 'bigint'),
  maxUsernameLength: info(561, 'bigint'),
  /** 0 none, 1 read uncommitted, 2 read committed, 3 repeatable read, 4 serializable. */
  defaultTransactionIsolation: info(562, 'bigint'),
  transactions: info(563, 'bool'),
  /** Bits: numbers of {@link SQL_INFO.defaultTransactionIsolation}. */
  transactionIsolationLevels: info(564, 'int32'),
  ddlCommitsTransaction: info(565, 'bool'),
  ddlIgnoredInTransaction: info(566, 'bool'),
  /** Bits: 0 unspecified, 1 forward only, 2 scroll sensitive, 3 scroll insensitive. */
  resultSetTypes: info(567, 'int32'),
  // Concurrency by result set type; bits: 0 unspecified, 1 read only, 2 updatable.
  concurrencyUnspecified: info(568, 'int32'),
  concurrencyForwardOnly: info(569, 'int32'),
  concurrencyScrollSensitive: info(570, 'int32'),
  concurrencyScrollInsensitive: info(571, 'int32'),
  batchUpdates: info(572, 'bool'),
  savepoints: info(573, 'bool'),
  namedParameters: info(574, 'bool'),
  locatorsUpdateCopy: info(575, 'bool'),
  storedFunctionsUsingCallSyntax: info(576, 'bool'),
} as const;

export type SqlInfoName = keyof typeof SQL_INFO;

/** A value for every fact; leaving one out is an error of compilation, because JDBC fails on a missing one. */
export type SqlInfoValues = {
  readonly [Name in SqlInfoName]: MemberValues[(typeof SQL_INFO)[Name]['member']];
};

interface MemberValues {
  readonly string: string;
  readonly bool: boolean;
  readonly bigint: bigint;
  readonly int32: number;
  readonly stringList: readonly string[];
  readonly int32ToInt32ListMap: readonly (readonly [number, readonly number[]])[];
}

function info<Member extends keyof MemberValues>(
  code: number,
  member: Member,
): { readonly code: number; readonly member: Member } {
  return { code, member };
}
