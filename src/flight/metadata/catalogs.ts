/** The answer to CommandGetCatalogs. */
import { buildBatch } from '../ipc/build.js';
import { type ArrowSchema, type EncodedBatch, field } from '../ipc/types.js';

/** Source: FlightSql.proto, CommandGetCatalogs. */
export const CATALOGS_SCHEMA: ArrowSchema = {
  fields: [field('catalog_name', { kind: 'utf8' }, { nullable: false })],
};

/** One batch of {@link CATALOGS_SCHEMA}, ordered by name. */
export function buildCatalogs(catalogs: readonly string[]): EncodedBatch {
  return buildBatch(CATALOGS_SCHEMA, [catalogs.toSorted()]);
}
