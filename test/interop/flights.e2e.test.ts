/** Four clients read the same three million rows, and every one sees what DuckDB itself computes from the file. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GizmoServer } from '../support/gizmo-server.js';
import { startGizmoServer } from '../support/gizmo-server.js';
import { ROOT } from '../support/root.js';
import { hasPythonClients, runPython } from './python.js';

const FLIGHTS = join(ROOT, 'node_modules', 'vega-datasets', 'data', 'flights-3m.parquet');

describe('flights-3m.parquet', () => {
  let server: GizmoServer;
  let expected: object;
  beforeAll(async () => {
    expected = await askDuckDb();
    server = await startGizmoServer(['--init-sql-commands', `create table flights as from '${FLIGHTS}'`]);
  });
  afterAll(() => server?.stop());
  const login = () => ({ host: server.host, port: server.port, user: server.user, token: server.token });

  it('has three million rows with no delay missing', () => {
    expect(expected).toMatchObject({ rows: '3000000' });
  });
  it.each(['gizmo', 'qualithm', 'lakehouse'])('arrives whole in the npm client %s', async (name) => {
    const script = fileURLToPath(new URL('npm-client.mjs', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [script, name, JSON.stringify(login())]);
    expect(JSON.parse(stdout)).toEqual(expected);
  });
  it.skipIf(!hasPythonClients())('arrives whole in ADBC', async () => {
    expect(await runPython('adbc.py', 'checksum', login())).toEqual(expected);
  });
});

async function askDuckDb(): Promise<object> {
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  const totals = await connection.runAndReadAll(`
    select count(*)::varchar, sum(epoch_us(date))::varchar, sum(delay)::varchar, sum(distance)::varchar
    from '${FLIGHTS}'`);
  const counts = await connection.runAndReadAll(`
    select origin, count(*)::integer from '${FLIGHTS}' group by origin order by origin`);
  const [rows, date, delay, distance] = totals.getRows()[0] ?? [];
  connection.closeSync();
  instance.closeSync();
  return { rows, date, delay, distance, origins: Object.fromEntries(counts.getRows()) };
}
