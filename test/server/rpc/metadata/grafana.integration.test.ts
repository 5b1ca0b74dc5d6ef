/**
 * What Grafana's Flight SQL data source asks (its source, pkg/flightsql/resources.go and flightsql.go), in the name of
 * somebody who may not know the database that sessions begin in.
 */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { decodeSchema, unwrapEncapsulated } from '../../../../src/flight/ipc/schema.js';
import {
  encodeCommand,
  type SqlCommandInit,
  type SqlCommandName,
} from '../../../../src/flight/sql/command.js';
import type { RunningServer } from '../../../../src/server/running-server.js';
import { logInAs } from '../../../support/log-in-as.js';
import { logIn, type RawClient, ticketOf } from '../../../support/raw-client.js';
import { startTestServer } from '../../../support/start-test-server.js';

const secretKey = randomBytes(16).toString('hex');
let server: RunningServer;
let grafana: RawClient;
beforeAll(async () => {
  server = await startTestServer({ 'secret-key': secretKey });
  const admin = await logIn(server.address.port);
  for (const sql of [
    'create table orders (vault integer)',
    'create table vault as from orders',
    "attach ':memory:' as metrics",
    'create table metrics.orders (id integer, n varchar, time timestamp)',
    "insert into metrics.orders values (1, 'a', '2026-01-01 00:00:00')",
    'create view metrics.seen as from metrics.orders',
  ])
    await admin.rows(sql);
  admin.close();
  grafana = await logInAs(server.address.port, secretKey, 'readonly', {
    catalogAccess: [{ catalog: 'metrics', access: 'read' }],
  });
});
afterAll(async () => {
  grafana.close();
  await server.stop();
});

const ask = async <Name extends SqlCommandName>(command: SqlCommandInit<Name>) =>
  grafana.get(ticketOf(await grafana.info(encodeCommand(command))));

it('is answered at the health check and about the server', async () => {
  expect(await grafana.rows('select 1')).toEqual([[1]]);
  expect((await ask({ type: 'CommandGetSqlInfo', message: { info: [] } })).length).toBeGreaterThan(10);
});

it('is shown the tables that may be known, and the columns of the one that is chosen', async () => {
  const tables = await ask({
    type: 'CommandGetTables',
    message: { tableTypes: ['BASE TABLE', 'table'] },
  });
  expect(tables.map((row) => row.slice(0, 3))).toEqual([['metrics', 'main', 'orders']]);
  const [chosen, ...more] = await ask({
    type: 'CommandGetTables',
    message: { tableNameFilterPattern: 'orders', includeSchema: true },
  });
  expect(more).toEqual([]);
  const { fields } = decodeSchema(unwrapEncapsulated(chosen?.[4] as Uint8Array));
  expect(fields.map(({ name }) => name)).toEqual(['id', 'n', 'time']);
});

it('reads by the name alone what its builder was told', async () => {
  const sql =
    "SELECT id, n FROM orders WHERE time >= '2025-12-31T00:00:00Z' AND time <= '2026-01-02T00:00:00Z' GROUP BY id, n ORDER BY id asc LIMIT 10";
  expect(await grafana.rows(sql)).toEqual([[1, 'a']]);
  await expect(grafana.rows('SELECT vault FROM orders')).rejects.toMatchObject({
    details: expect.stringContaining('Referenced column "vault" not found'),
  });
});
