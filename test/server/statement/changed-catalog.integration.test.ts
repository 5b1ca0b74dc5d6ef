/** What happens to what was planned or prepared when names mean something else by the time it runs. */
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeEncapsulatedSchema } from '../../../src/flight/ipc/schema.js';
import { encodeCommand } from '../../../src/flight/sql/command.js';
import type { RunningServer } from '../../../src/server/running-server.js';
import { logIn, type RawClient, ticketOf } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';

let server: RunningServer;
let client: RawClient;
let other: RawClient;
beforeAll(async () => {
  server = await startTestServer();
  client = await logIn(server.address.port);
  other = await logIn(server.address.port);
});
afterAll(async () => {
  client.close();
  other.close();
  await server.stop();
});

/** The names that GetFlightInfo promises, and the rows that DoGet then sends. */
async function run(preparedStatementHandle: Uint8Array): Promise<{ names: string[]; rows: unknown[][] }> {
  const command = { type: 'CommandPreparedStatementQuery', message: { preparedStatementHandle } } as const;
  const info = await client.info(encodeCommand(command));
  const names = decodeEncapsulatedSchema(info.schema).fields.map(({ name }) => name);
  return { names, rows: await client.get(ticketOf(info)) };
}

describe('a prepared statement', () => {
  it('sends what it promises after the search path has changed', async () => {
    for (const sql of [
      'create schema one',
      'create schema two',
      'create table one.t as select 1::integer as a',
      "create table two.t as select 'two' as b, 2::integer as c",
      "set search_path = 'one'",
    ])
      await client.rows(sql);
    const handle = await client.prepare('from t');
    expect(await run(handle)).toEqual({ names: ['a'], rows: [[1]] });
    await client.rows("set search_path = 'two'");
    const { names, rows } = await run(handle);
    expect([
      { names: ['a'], rows: [[1]] },
      { names: ['b', 'c'], rows: [['two', 2]] },
    ]).toContainEqual({ names, rows });
    await client.rows("set search_path = 'main'");
    await expect(client.query('from t')).rejects.toMatchObject({ code: status.NOT_FOUND });
  });

  it('sends what it promises after somebody has replaced its view', async () => {
    await client.rows('create view v as select 1::integer as a');
    const handle = await client.prepare('from v');
    await other.rows("create or replace view v as select 'x' as b, 2::integer as c");
    const { names, rows } = await run(handle);
    expect(rows.map((row) => row.length)).toEqual([names.length]);
  });
});

describe('a ticket', () => {
  it('whose table has got other columns sends what was promised, or says that it cannot', async () => {
    await client.rows('create table changing as select 1::integer as a');
    const info = await client.query('from changing');
    await other.rows('drop table changing');
    await other.rows("create table changing as select 'x' as b, 2::integer as c");
    await expect(client.get(ticketOf(info))).rejects.toMatchObject({ code: status.FAILED_PRECONDITION });
    expect(await client.rows('from changing')).toEqual([['x', 2]]);
  });
});
