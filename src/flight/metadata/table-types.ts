/** The answer to CommandGetTableTypes. */
import { buildBatch } from '../ipc/build.js';
import { type ArrowSchema, type EncodedBatch, field } from '../ipc/types.js';

/** Source: FlightSql.proto, CommandGetTableTypes. */
export const TABLE_TYPES_SCHEMA: ArrowSchema = {
  fields: [field('table_type', { kind: 'utf8' }, { nullable: false })],
};

/** One batch of {@link TABLE_TYPES_SCHEMA}, ordered. */
export function buildTableTypes(types: readonly string[]): EncodedBatch {
  return buildBatch(TABLE_TYPES_SCHEMA, [types.toSorted()]);
}
