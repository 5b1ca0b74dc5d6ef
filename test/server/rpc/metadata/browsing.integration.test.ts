/**
 * What database tools such as DBeaver ask in SQL where JDBC's metadata have no question: indexes, the text of views,
 * row counts. Sent as they send it: prepared, with names as parameters, schema before rows.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildBatch } from '../../../../src/flight/ipc/build.js';
import { decodeSchema, encodeSchema, unwrapEncapsulated } from '../../../../src/flight/ipc/schema.js';
import { type ArrowSchema, field } from '../../../../src/flight/ipc/types.js';
import { ACTIONS } from '../../../../src/flight/sql/action.js';
import { encodeCommand } from '../../../../src/flight/sql/command.js';
import type { RunningServer } from '../../../../src/server/running-server.js';
import { logIn, type RawClient, ticketOf } from '../../../support/raw-client.js';
import { startTestServer } from '../../../support/start-test-server.js';

let server: RunningServer;
let client: RawClient;
beforeAll(async () => {
  server = await startTestServer();
  client = await logIn(server.address.port);
  for (const sql of [
    'create schema shop',
    'create table shop.orders (id integer primary key, customer integer, total decimal(10, 2))',
    'insert into shop.orders select i, i % 3, i from range(10) t(i)',
    'create index by_customer on shop.orders (customer)',
    'create unique index by_both on shop.orders (customer, id)',
    'create view shop.totals as select customer, sum(total) as total from shop.orders group by customer',
    "comment on table shop.orders is 'what was bought'",
  ]) {
    await client.rows(sql);
  }
});
afterAll(async () => {
  client.close();
  await server.stop();
});

const NO_BODY = new Uint8Array(0);

/** Prepare, bind, describe, fetch, close: the calls of the JDBC driver for one query. */
async function browse(query: string, ...parameters: string[]): Promise<unknown[][]> {
  const request = ACTIONS.CreatePreparedStatement.encodeRequest({ query });
  const [body = NO_BODY] = await client.action('CreatePreparedStatement', request);
  const prepared = ACTIONS.CreatePreparedStatement.decodeResult(body);
  const { preparedStatementHandle, isUpdate, parameterSchema } = prepared;
  expect(isUpdate).toBe(false);
  const cmd = encodeCommand({ type: 'CommandPreparedStatementQuery', message: { preparedStatementHandle } });
  if (parameters.length > 0) {
    // As JDBC builds them: one row by the schema that it was told.
    const { fields } = decodeSchema(unwrapEncapsulated(parameterSchema));
    expect(fields.map(({ type }) => type.kind)).toEqual(parameters.map(() => 'utf8'));
    const schema: ArrowSchema = { fields: parameters.map((_, i) => field(String(i + 1), { kind: 'utf8' })) };
    const row = buildBatch(
      schema,
      parameters.map((value) => [value]),
    );
    await client.put(cmd, [{ header: encodeSchema(schema), body: NO_BODY }, row]);
  }
  const rows = await client.get(ticketOf(await client.info(cmd)));
  await client.action(
    'ClosePreparedStatement',
    ACTIONS.ClosePreparedStatement.encodeRequest({ preparedStatementHandle }),
  );
  return rows;
}

it('lists indexes', async () => {
  expect(
    await browse(
      'SELECT index_name, is_unique, is_primary, expressions FROM duckdb_indexes() WHERE database_name = ? AND schema_name = ? AND table_name = ? ORDER BY index_name',
      'memory',
      'shop',
      'orders',
    ),
  ).toEqual([
    ['by_both', true, false, '[customer, id]'],
    ['by_customer', false, false, '[customer]'],
  ]);
  const rows = await browse(
    'SELECT ic.relname, i.indisunique FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class ic ON ic.oid = i.indexrelid JOIN pg_catalog.pg_class c ON c.oid = i.indrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ? AND c.relname = ? ORDER BY 1',
    'shop',
    'orders',
  );
  expect(rows).toEqual([
    ['by_both', true],
    ['by_customer', false],
  ]);
});

it('shows the text of a view and of a table', async () => {
  const text = expect.stringContaining('sum(total) AS total');
  expect(
    await browse(
      'SELECT view_definition FROM information_schema.views WHERE table_catalog = ? AND table_schema = ? AND table_name = ?',
      'memory',
      'shop',
      'totals',
    ),
  ).toEqual([[text]]);
  const bySchema = 'WHERE schema_name = ? AND';
  expect(await browse(`SELECT sql FROM duckdb_views() ${bySchema} view_name = ?`, 'shop', 'totals')).toEqual([
    [text],
  ]);
  expect(
    await browse(`SELECT sql FROM duckdb_tables() ${bySchema} table_name = ?`, 'shop', 'orders'),
  ).toEqual([[expect.stringContaining('CREATE TABLE shop.orders')]]);
  expect(await browse("SELECT sql FROM sqlite_master WHERE type = 'view' AND name = ?", 'totals')).toEqual([
    [text],
  ]);
});

it('counts rows, exactly and at a glance', async () => {
  expect(await browse('SELECT COUNT(*) FROM "memory"."shop"."orders"')).toEqual([[10n]]);
  expect(await browse('SELECT COUNT(*) FROM (SELECT customer, total FROM shop.totals) dbvrcnt')).toEqual([
    [3n],
  ]);
  expect(
    await browse('SELECT estimated_size, comment FROM duckdb_tables() WHERE table_name = ?', 'orders'),
  ).toEqual([[10n, 'what was bought']]);
});

it('reads constraints, columns and settings the way generic tools do', async () => {
  expect(
    await browse(
      "SELECT kcu.column_name FROM information_schema.table_constraints tc JOIN information_schema.key_column_usage kcu USING (constraint_name, table_schema, table_name) WHERE tc.constraint_type = 'PRIMARY KEY' AND tc.table_schema = ? AND tc.table_name = ?",
      'shop',
      'orders',
    ),
  ).toEqual([['id']]);
  expect(
    await browse(
      'SELECT column_name, data_type, is_nullable FROM information_schema.columns WHERE table_schema = ? AND table_name = ? ORDER BY ordinal_position',
      'shop',
      'orders',
    ),
  ).toEqual([
    ['id', 'INTEGER', 'NO'],
    ['customer', 'INTEGER', 'YES'],
    ['total', 'DECIMAL(10,2)', 'YES'],
  ]);
  expect((await browse("PRAGMA table_info('shop.orders')")).map(([, name]) => name)).toEqual([
    'id',
    'customer',
    'total',
  ]);
  expect((await browse('DESCRIBE shop.orders')).map(([name]) => name)).toEqual(['id', 'customer', 'total']);
  expect(await browse('SHOW TABLES FROM shop')).toEqual([['orders'], ['totals']]);
  expect(await browse('SELECT current_database(), current_schema()')).toEqual([['memory', 'main']]);
});
