import { once } from 'node:events';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeFlightData } from '../../../src/flight/flight-data.js';
import { buildBatch } from '../../../src/flight/ipc/build.js';
import { encodeSchema } from '../../../src/flight/ipc/schema.js';
import { field } from '../../../src/flight/ipc/types.js';
import { encodeCommand } from '../../../src/flight/sql/command.js';
import type { RunningServer } from '../../../src/server/running-server.js';
import { basic, connectRaw, decodeRows, logIn, type RawClient } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';

let server: RunningServer;
let client: RawClient;
beforeAll(async () => {
  server = await startTestServer();
  client = await logIn(server.address.port);
});
afterAll(async () => {
  client.close();
  await server.stop();
});

const query = (sql: string, transactionId?: Uint8Array) =>
  encodeCommand({
    type: 'CommandStatementQuery',
    message: { query: sql, ...(transactionId && { transactionId }) },
  });
const update = (sql: string) => encodeCommand({ type: 'CommandStatementUpdate', message: { query: sql } });
const preparedQuery = (preparedStatementHandle: Uint8Array) =>
  encodeCommand({ type: 'CommandPreparedStatementQuery', message: { preparedStatementHandle } });
const preparedUpdate = (preparedStatementHandle: Uint8Array) =>
  encodeCommand({ type: 'CommandPreparedStatementUpdate', message: { preparedStatementHandle } });

const NUMBER = { fields: [field('1', { kind: 'int', bits: 64, signed: true })] };
const number = (value: number) => [
  { header: encodeSchema(NUMBER), body: new Uint8Array(0) },
  buildBatch(NUMBER, [[BigInt(value)]]),
];

type Exchange = ReturnType<RawClient['openExchange']>;

/** Rows, the facts beside the schema, and how it ended. */
async function ask({ send, answer }: Exchange, ...sent: Parameters<Exchange['send']>) {
  send(...sent);
  const { result, end } = await answer();
  const facts = Buffer.from(result[0]?.appMetadata ?? []).toString();
  return { rows: decodeRows(result), facts: facts === '' ? undefined : JSON.parse(facts), end: end() };
}

describe('an exchange', () => {
  it('is announced by the handshake', async () => {
    const stranger = connectRaw(server.address.port);
    const { headers } = await stranger.handshake({ authorization: basic() });
    expect(headers?.get('gizmo-exchange')).toEqual(['2']);
    stranger.close();
  });

  it('answers queries and updates one after the other, in the session of the other calls', async () => {
    const exchange = client.openExchange();
    await ask(exchange, update('create temp table t (i bigint)'));
    expect((await ask(exchange, update('insert into t values (1), (2)'))).end).toEqual({ changes: 2 });
    expect(await ask(exchange, query('from t'))).toEqual({
      rows: [[1n], [2n]],
      facts: { returns: 'rows', changes: null },
      end: {},
    });
    expect(await ask(exchange, query('insert into t values (3)'))).toEqual({
      rows: [[1n]],
      facts: { returns: 'count', changes: 1 },
      end: {},
    });
    expect((await ask(exchange, query('from t where i > 5'))).rows).toEqual([]);
    expect(await client.rows('select sum(i)::bigint from t')).toEqual([[6n]]);
    exchange.call.end();
    expect(await exchange.ended()).toBe(true);
  });

  it('takes values for one row of parameters, and none where none are sent', async () => {
    const exchange = client.openExchange();
    const select = await client.prepare('select $1::bigint + 1');
    for (let i = 0; i < 3; i++)
      expect((await ask(exchange, preparedQuery(select), number(i))).rows).toEqual([[BigInt(i + 1)]]);
    await ask(exchange, update('create temp table n (i bigint)'));
    const insert = await client.prepare('insert into n values ($1)');
    expect((await ask(exchange, preparedUpdate(insert), number(7))).end).toEqual({ changes: 1 });
    await expect(ask(exchange, preparedUpdate(insert))).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect((await ask(exchange, query('from n'))).rows).toEqual([[7n]]);
    exchange.call.end();
  });

  it('goes on after a statement that fails, at its start or in its middle', async () => {
    const exchange = client.openExchange();
    await expect(ask(exchange, query('from missing'))).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringMatching(/missing does not exist/),
    });
    await ask(exchange, update('set threads = 1'));
    await expect(
      ask(exchange, query("select i, if(i = 900000, error('midway'), 0) from range(1000000) t(i)")),
    ).rejects.toThrow(/midway/);
    await ask(exchange, update('reset threads'));
    await expect(ask(exchange, query(''))).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(ask(exchange, query('select 1', Buffer.from('nonsense')))).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await expect(ask(exchange, preparedQuery(Buffer.from('nonsense')), number(1))).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    expect((await ask(exchange, query('select 1::bigint'))).rows).toEqual([[1n]]);
    exchange.call.end();
  });

  it('refuses what is no statement, and goes on', async () => {
    const exchange = client.openExchange();
    for (const cmd of [
      encodeCommand({ type: 'CommandGetCatalogs', message: {} }),
      encodeCommand({ type: 'CommandStatementIngest', message: { table: 't' } }),
      Buffer.from('nonsense'),
    ])
      await expect(ask(exchange, cmd)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    exchange.call.write(encodeFlightData({ appMetadata: Buffer.from('no command') }));
    const { end } = await exchange.answer();
    expect(end).toThrow(/begins with a command/);
    expect((await ask(exchange, query('select 1::bigint'))).rows).toEqual([[1n]]);
    exchange.call.end();
  });

  it('that is cancelled stops its statement and gives the session free', async () => {
    const { call, send } = client.openExchange();
    call.on('error', () => undefined);
    send(query('select i, i::varchar from range(50000000) t(i)'));
    await once(call, 'readable');
    call.cancel();
    expect(await client.rows('select 1::bigint')).toEqual([[1n]]);
  });

  it('needs a caller that is known', async () => {
    const stranger = connectRaw(server.address.port);
    await expect(stranger.exchange(query('select 1'))).rejects.toMatchObject({
      code: status.UNAUTHENTICATED,
    });
    stranger.close();
  });

  it('does not keep its session from ending, and ends with it', async () => {
    const other = await logIn(server.address.port);
    const exchange = other.openExchange();
    const [[id] = []] = (await ask(exchange, query('select gizmo_session()'))).rows;
    const state = `select state from gizmo_sessions() where session_id = '${id}'`;
    await expect.poll(() => client.rows(state)).toEqual([['idle']]);
    await client.update(`KILL SESSION '${id}'`);
    exchange.send(query('select 1'));
    await expect(exchange.answer().then(({ end }) => end())).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
    other.close();
  });

  it('whose session ends stops its statement, also where the client reads nothing', async () => {
    const other = await logIn(server.address.port);
    const exchange = other.openExchange();
    const [[id] = []] = (await ask(exchange, query('select gizmo_session()'))).rows;
    exchange.send(query('select i, i::varchar from range(50000000) t(i)'));
    const states = `select state from gizmo_queries() where session_id = '${id}'`;
    await expect.poll(() => client.rows(states), { timeout: 10_000 }).toEqual([['sending']]);
    await client.update(`KILL SESSION '${id}'`);
    await expect.poll(() => client.rows(states), { timeout: 5000 }).toEqual([]);
    const { end } = await exchange.answer();
    expect(end).toThrow(/killed/);
    exchange.call.cancel();
    other.close();
  });

  it('whose statement is killed goes on, also where the client reads nothing of it', async () => {
    const other = await logIn(server.address.port);
    const exchange = other.openExchange();
    const [[id] = []] = (await ask(exchange, query('select gizmo_session()'))).rows;
    exchange.send(query('select i, i::varchar from range(50000000) t(i)'));
    const states = `select state from gizmo_queries() where session_id = '${id}'`;
    await expect.poll(() => client.rows(states), { timeout: 10_000 }).toEqual([['sending']]);
    const [[statement] = []] = await client.rows(
      `select query_id from gizmo_queries() where session_id = '${id}'`,
    );
    await client.update(`KILL QUERY '${statement}'`);
    await expect.poll(() => client.rows(states), { timeout: 5000 }).toEqual([]);
    const { end } = await exchange.answer();
    expect(end).toThrow(/stopped by KILL QUERY/);
    expect((await ask(exchange, query('select 1::bigint'))).rows).toEqual([[1n]]);
    exchange.call.cancel();
    other.close();
  });

  it('refuses a person who was suspended since, and their running statement', async () => {
    await client.update("CREATE USER eve PASSWORD 'open sesame 9' ROLE user");
    const eve = connectRaw(server.address.port, { authorization: basic('eve', 'open sesame 9') });
    const exchange = eve.openExchange();
    expect((await ask(exchange, query('select 1::bigint'))).rows).toEqual([[1n]]);
    await client.update('ALTER USER eve SUSPEND');
    await expect(ask(exchange, query('select 1'))).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: expect.stringMatching(/suspended/),
    });
    eve.close();
  });

  it('takes the role that a person has now', async () => {
    await client.update("CREATE USER bob PASSWORD 'open sesame 8' ROLE admin");
    const bob = connectRaw(server.address.port, { authorization: basic('bob', 'open sesame 8') });
    const exchange = bob.openExchange();
    await ask(exchange, update('create table mine (i integer)'));
    await client.update('ALTER USER bob ROLE readonly');
    await expect(ask(exchange, update('drop table mine'))).rejects.toMatchObject({
      code: expect.stringMatching(/PERMISSION_DENIED|UNAUTHENTICATED/),
    });
    expect(
      await client.rows("select count(*)::bigint from duckdb_tables() where table_name = 'mine'"),
    ).toEqual([[1n]]);
    bob.close();
  });
});

describe('a server that stops', () => {
  it('ends the exchanges in which nothing runs, and waits for what does', async () => {
    const stopping = await startTestServer({ 'shutdown-grace-period-seconds': 600 });
    const one = await logIn(stopping.address.port);
    const other = await logIn(stopping.address.port);
    const idle = one.openExchange();
    await ask(idle, query('select 1'));
    const busy = other.openExchange();
    busy.send(query('select i, i::varchar from range(200000) t(i)'));
    await once(busy.call, 'readable');
    const stopped = stopping.stop();
    expect(await idle.ended()).toBe(true);
    const { result } = await busy.answer();
    expect(decodeRows(result).length).toBe(200_000);
    expect(await busy.ended()).toBe(true);
    await stopped;
    one.close();
    other.close();
  });
});
