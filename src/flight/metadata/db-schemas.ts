/** The answer to CommandGetDbSchemas. */
import { buildBatch } from '../ipc/build.js';
import { type ArrowSchema, type EncodedBatch, field } from '../ipc/types.js';
import { sortRows } from './sort-rows.js';

/** Source: FlightSql.proto, CommandGetDbSchemas. */
export const DB_SCHEMAS_SCHEMA: ArrowSchema = {
  fields: [
    field('catalog_name', { kind: 'utf8' }),
    field('db_schema_name', { kind: 'utf8' }, { nullable: false }),
  ],
};

/** One batch of {@link DB_SCHEMAS_SCHEMA}, ordered by catalog, then schema. */
export function buildDbSchemas(rows: readonly DbSchemaRow[]): EncodedBatch {
  const sorted = sortRows(rows, ({ catalog, schema }) => [catalog, schema]);
  return buildBatch(DB_SCHEMAS_SCHEMA, [
    sorted.map(({ catalog }) => catalog),
    sorted.map(({ schema }) => schema),
  ]);
}

export interface DbSchemaRow {
  readonly catalog?: string;
  readonly schema: string;
}
