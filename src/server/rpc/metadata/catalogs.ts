/** CommandGetCatalogs: the attached databases. */
import type { Call } from '../call.js';
import type { Services } from '../services.js';
import { queryRows } from './query-rows.js';

/** DuckDB's own databases, `system` and `temp`, are left out. */
export async function listCatalogs(services: Services, call: Call): Promise<string[]> {
  const sql = 'select database_name from system.main.duckdb_databases() where not internal';
  return (await queryRows(services, call, sql)).map(([name]) => String(name));
}
