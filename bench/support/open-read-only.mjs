// Opens a database file the way the server of the same measurement does: read-only, shared between processes.
import duckdb from '@duckdb/node-bindings';

export async function openReadOnly(path) {
  const config = duckdb.create_config();
  duckdb.set_config(config, 'access_mode', 'READ_ONLY');
  return duckdb.open(path, config);
}
