/**
 * What Flight SQL says about a column beside its Arrow type, as metadata of the field.
 * Source: FlightSql.proto, the "ARROW:FLIGHT:SQL:…" keys of CommandGetTables and of query results.
 */

/**
 * The metadata of one field: `known`, which says the type as a query of the column has it, and what is known of the
 * column in its table. The schema goes out under two names: the specification says DB_SCHEMA_NAME, the reference
 * implementations read SCHEMA_NAME.
 */
export function tableColumnMetadata(
  known: ReadonlyMap<string, string> | undefined,
  column: Partial<ColumnFacts>,
): ReadonlyMap<string, string> {
  const metadata = new Map(known);
  const put = (key: string, value: string | number | boolean | undefined): void => {
    if (value === undefined) return;
    metadata.set(PREFIX + key, typeof value === 'boolean' ? (value ? '1' : '0') : String(value));
  };
  put('CATALOG_NAME', column.catalog);
  put('DB_SCHEMA_NAME', column.schema);
  put('SCHEMA_NAME', column.schema);
  put('TABLE_NAME', column.table);
  put('TYPE_NAME', column.typeName);
  put('PRECISION', column.precision);
  put('SCALE', column.scale);
  put('IS_AUTO_INCREMENT', column.isAutoIncrement);
  put('IS_CASE_SENSITIVE', column.isCaseSensitive);
  put('IS_READ_ONLY', column.isReadOnly);
  put('IS_SEARCHABLE', column.isSearchable);
  put('REMARKS', column.remarks);
  return metadata;
}

export interface ColumnFacts {
  readonly catalog?: string | undefined;
  readonly schema?: string | undefined;
  readonly table?: string | undefined;
  /** The engine's name of the type, such as `DECIMAL(10,2)`. Some tools show no column without it. */
  readonly typeName: string;
  readonly precision?: number | undefined;
  readonly scale?: number | undefined;
  readonly isAutoIncrement?: boolean | undefined;
  readonly isCaseSensitive?: boolean | undefined;
  readonly isReadOnly?: boolean | undefined;
  readonly isSearchable?: boolean | undefined;
  /** Only for the columns of GetTables: on a query result JDBC shows it as the column's label. */
  readonly remarks?: string | undefined;
}

const PREFIX = 'ARROW:FLIGHT:SQL:';
