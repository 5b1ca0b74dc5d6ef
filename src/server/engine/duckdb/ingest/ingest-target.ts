/** The table that an ingest names: its full name, and whether it is there. */

import duckdb from '@duckdb/node-bindings';
import { GizmoError } from '../../../../errors.js';
import { quoteName } from '../../../../sql/quote.js';
import type { IngestRequest } from '../../engine.js';
import type { SessionCore } from '../session-core.js';

export interface Target {
  /** Quoted and complete, so that no search path decides. */
  readonly name: string;
  /** What CREATE makes of it. */
  readonly kind: 'table' | 'temp table';
  readonly exists: boolean;
}

/** Looks the target up. Without catalog or schema it is where the session's unqualified names are made. */
export async function findTarget(core: SessionCore, request: IngestRequest): Promise<Target> {
  const { temporary, table } = request;
  const current = temporary ? { catalog: 'temp', schema: 'main' } : await currentSchema(core);
  const catalog = temporary ? current.catalog : (request.catalog ?? current.catalog);
  const schema = temporary ? current.schema : (request.schema ?? (request.catalog ? 'main' : current.schema));
  const name = quoteName(catalog, schema, table);
  const [views] = await core.readTexts(VIEWS, catalog, schema, table);
  if (views !== '0') {
    // Whatever the mode: replacing drops tables only, and nobody's view for a table of the same name.
    throw new GizmoError(
      'ALREADY_EXISTS',
      `"${table}" is a view, and a bulk load goes into a table. Drop it first, or load into another.`,
    );
  }
  return { name, kind: temporary ? 'temp table' : 'table', exists: await exists(core, name) };
}

/** By its own name: one that reads a table that is gone cannot be bound, and is there all the same. */
const VIEWS = `select system.main.count(*)::varchar from system.main.duckdb_views()
  where system.main.lower(database_name) = system.main.lower($1)
    and system.main.lower(schema_name) = system.main.lower($2) and system.main.lower(view_name) = system.main.lower($3)`;

async function exists(core: SessionCore, name: string): Promise<boolean> {
  try {
    const sql = `from ${name} limit 0`;
    const prepared = await core.lane.call(() => duckdb.prepare(core.lane.connection, sql));
    duckdb.destroy_prepare_sync(prepared);
    return true;
  } catch (error) {
    if (error instanceof GizmoError && /Table with name .* does not exist/s.test(error.message)) return false;
    throw error;
  }
}

async function currentSchema(core: SessionCore): Promise<{ catalog: string; schema: string }> {
  const sql = 'select system.main.current_database(), system.main.current_schema()';
  const [catalog = '', schema = ''] = await core.readTexts(sql);
  return { catalog, schema };
}
