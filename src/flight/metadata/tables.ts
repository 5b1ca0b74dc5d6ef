/** The answer to CommandGetTables. */
import { buildBatch } from '../ipc/build.js';
import { encapsulate, encodeSchema } from '../ipc/schema.js';
import { type ArrowSchema, type EncodedBatch, field } from '../ipc/types.js';
import { sortRows } from './sort-rows.js';

/** The schema of the answer; `table_schema` is there only when it was asked for. Source: FlightSql.proto, CommandGetTables. */
export function tablesSchema(includeSchema: boolean): ArrowSchema {
  return includeSchema ? WITH_SCHEMA : WITHOUT_SCHEMA;
}

/**
 * One batch of {@link tablesSchema}, ordered by catalog, schema, name and type. With `includeSchema` each row
 * needs its `columns`.
 */
export function buildTables(rows: readonly TableRow[], includeSchema: boolean): EncodedBatch {
  const sorted = sortTables(rows);
  const columns: unknown[][] = [
    sorted.map(({ catalog }) => catalog),
    sorted.map(({ schema }) => schema),
    sorted.map(({ table }) => table),
    sorted.map(({ type }) => type),
  ];
  if (includeSchema) {
    columns.push(sorted.map((row) => encapsulate(encodeSchema(row.columns ?? NO_COLUMNS))));
  }
  return buildBatch(tablesSchema(includeSchema), columns);
}

/** A sorted copy, in the order of the answer. */
export function sortTables<Row extends Omit<TableRow, 'columns'>>(rows: readonly Row[]): Row[] {
  return sortRows(rows, ({ catalog, schema, table, type }) => [catalog, schema, table, type]);
}

export interface TableRow {
  readonly catalog?: string;
  readonly schema?: string;
  readonly table: string;
  /** One of the table types the server names, such as `TABLE` or `VIEW`. */
  readonly type: string;
  /** The table's columns, with the field metadata of column-metadata.ts. */
  readonly columns?: ArrowSchema;
}

const WITHOUT_SCHEMA: ArrowSchema = {
  fields: [
    field('catalog_name', { kind: 'utf8' }),
    field('db_schema_name', { kind: 'utf8' }),
    field('table_name', { kind: 'utf8' }, { nullable: false }),
    field('table_type', { kind: 'utf8' }, { nullable: false }),
  ],
};
const WITH_SCHEMA: ArrowSchema = {
  fields: [...WITHOUT_SCHEMA.fields, field('table_schema', { kind: 'binary' }, { nullable: false })],
};
const NO_COLUMNS: ArrowSchema = { fields: [] };
