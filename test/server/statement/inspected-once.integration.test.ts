/** A statement that runs at once is inspected once; where it had to wait, it is inspected again. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { encodeCommand } from '../../../src/flight/sql/command.js';
import type { RunningServer } from '../../../src/server/running-server.js';
import { logInAs } from '../../support/log-in-as.js';
import { logIn, type RawClient } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';

const folder = mkdtempSync(join(tmpdir(), 'gizmo-inspected-'));
const secretKey = randomBytes(16).toString('hex');
let server: RunningServer;
let admin: RawClient;
let ann: RawClient;
let bob: RawClient;
beforeAll(async () => {
  server = await startTestServer({ 'secret-key': secretKey, 'state-dir': join(folder, 'state') });
  const { port } = server.address;
  admin = await logIn(port);
  await admin.rows("attach ':memory:' as shop; create schema shop.other");
  ann = await logInAs(port, secretKey, 'user', { name: 'ann' });
  bob = await logInAs(port, secretKey, 'user', { name: 'bob' });
});
afterAll(async () => {
  for (const client of [admin, ann, bob]) client.close();
  await server.stop();
  rmSync(folder, { recursive: true });
});
beforeEach(() =>
  admin.rows(
    "create or replace table shop.main.t as select 'old' as x; create or replace view shop.main.v as from shop.main.t; GRANT SELECT ON shop.main TO ann",
  ),
);

/** In one call, or as a message of an exchange: what is inspected runs at once. */
const ask = (query: string) => ann.get(encodeCommand({ type: 'CommandStatementQuery', message: { query } }));
const ENDLESS = 'select sum(a.i * b.i) as total from range(10000000) a(i), range(10000000) b(i)';

/** Asks while the only place is taken, and does `meanwhile` when the statement waits for it. */
async function whileWaiting(query: string, meanwhile: () => Promise<unknown>): Promise<unknown> {
  await admin.rows('SET GLOBAL gizmosql.max_concurrent_statements = 1');
  const endless = bob.rows(ENDLESS).catch(() => undefined);
  const when = async (state: string) => {
    const sql = `select query_id from gizmo_queries() where state = '${state}' and not is_current`;
    for (;;) {
      const [row] = await admin.rows(sql);
      if (row !== undefined) return row[0];
    }
  };
  const taking = await when('running');
  const answer = ask(query).catch((error: { details: string }) => error.details);
  await when('queued');
  await meanwhile();
  // Older than what is relied on, which no rights or definitions tell.
  await new Promise((resolve) => setTimeout(resolve, 150));
  await admin.rows(`kill query ${taking}`);
  await endless;
  await admin.rows('SET GLOBAL gizmosql.max_concurrent_statements = 0');
  return await answer;
}

it.each([
  ['rights', 'REVOKE SELECT ON shop.main FROM ann; GRANT SELECT ON shop.other TO ann', /does not exist/],
  ['data', "update shop.main.t set x = 'new'", [['new']]],
  ['a view', "create or replace view shop.main.v as select 'new' as x", [['new']]],
])('a statement that waited for a place sees what has become of %s', async (_, sql, wanted) => {
  const answer = await whileWaiting('select x from shop.main.v', () => admin.rows(sql));
  if (wanted instanceof RegExp) expect(answer).toMatch(wanted);
  else expect(answer).toEqual(wanted);
});

it('what one statement did is there for the next, and no transaction stays open', async () => {
  await admin.rows('GRANT ALL ON shop.main TO ann');
  await ask("insert into shop.main.t values ('mine')");
  expect(await ask('select x from shop.main.t order by x')).toEqual([['mine'], ['old']]);
  await ask('begin transaction');
  await ask("insert into shop.main.t values ('gone')");
  await ask('rollback');
  expect(await ask('select count(*) from shop.main.t')).toEqual([[2n]]);
  await expect(ask('select nothing_such from shop.main.t')).rejects.toThrow();
  await admin.rows('drop view shop.main.v; drop table shop.main.t');
  await expect(ask('from shop.main.t')).rejects.toThrow(/does not exist/);
});
