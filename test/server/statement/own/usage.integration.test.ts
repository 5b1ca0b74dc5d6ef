/** What people write who know other databases: each is told how it is written here. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunningServer } from '../../../../src/server/running-server.js';
import { logIn, type RawClient } from '../../../support/raw-client.js';
import { startTestServer } from '../../../support/start-test-server.js';

let server: RunningServer;
let admin: RawClient;
beforeAll(async () => {
  server = await startTestServer({});
  admin = await logIn(server.address.port);
  await admin.rows('create table t as select 1 as a');
});
afterAll(async () => {
  admin.close();
  await server.stop();
});

it.each([
  ['create role analysts', /the roles are admin, user and readonly.*Usage: CREATE USER/],
  ['DROP ROLE analysts', /the roles are admin, user and readonly/],
  ["alter role ann with login password 'geheim'", /the roles are admin, user and readonly/],
  ['create group g', /the roles are admin, user and readonly/],
  ['set role readonly', /the roles are admin, user and readonly/],
  ['alter policy p on memory.main.t using (true)', /changed by CREATE OR REPLACE POLICY.*Usage: CREATE/],
  ['kill 12', /SESSION or QUERY is expected.*Usage: KILL SESSION/],
  ['KILL', /SESSION or QUERY is expected/],
  ['set gizmosql.query_timeout = 0.5', /a whole number is expected/],
  ['set gizmosql.query_timeout = -0.5', /a whole number is expected/],
  ['create policy p on memory.main.t using (nosuch = 1)', /FROM clause\. A condition is made of/],
])('answers %s with what does here', async (sql, words) => {
  const { message } = await admin.rows(sql).then(
    () => Promise.reject(new Error('it ran')),
    (error: Error) => error,
  );
  expect(message).toMatch(words);
  expect(message).not.toContain('geheim');
});
