/** Our client with a server that takes statements in a conversation: what a program sees is what it would see without. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect, type FlightSqlClient } from '../../src/client/index.js';
import { GizmoError } from '../../src/errors.js';
import type { RunningServer } from '../../src/server/running-server.js';
import { PASSWORD, startTestServer, USER } from '../support/start-test-server.js';

let server: RunningServer;
let db: FlightSqlClient;
const dial = () =>
  connect({ host: '127.0.0.1', port: server.address.port, username: USER, password: PASSWORD });
beforeAll(async () => {
  server = await startTestServer();
  db = await dial();
});
afterAll(async () => {
  await db?.close();
  await server?.stop();
});

const one = async (sql: string) => (await db.query(sql)).toArray();
const ONE = [{ one: 1 }];

describe('statements one after the other', () => {
  test('are answered each with its own result', async () => {
    await db.execute('create temp table t (i integer, s varchar)');
    const insert = await db.prepare('insert into t values (?, ?)');
    const select = await db.prepare<{ s: string }>('select s from t where i = ?');
    for (let i = 0; i < 20; i++) {
      expect(await insert.execute([i, `row ${i}`])).toBe(1);
      expect(await (await select.query([i])).toArray()).toEqual([{ s: `row ${i}` }]);
      expect(await db.execute(`update t set s = s || '!' where i <= ${i}`)).toBe(i + 1);
    }
    expect(
      await insert.executeMany([
        [100, 'a'],
        [101, 'b'],
      ]),
    ).toBe(2);
    expect(await one('select count(*)::integer as n from t')).toEqual([{ n: 22 }]);
  });

  test('go on after one that fails, is left early or is aborted', async () => {
    await expect(db.query('from missing')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(db.execute('selec 1')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', position: 0 });
    expect(await one('select 1 as one')).toEqual(ONE);
    for await (const _ of await db.query('select range, range::varchar from range(10000000)')) break;
    expect(await one('select 1 as one')).toEqual(ONE);
    const abort = new AbortController();
    const running = db.query('select count(*) from range(1000000) a, range(1000000) b', {
      signal: abort.signal,
    });
    const failed = expect(running).rejects.toMatchObject({ code: 'CANCELLED', message: 'enough' });
    abort.abort(new GizmoError('CANCELLED', 'enough'));
    await failed;
    await expect(db.query('select 1', { signal: abort.signal })).rejects.toMatchObject({ message: 'enough' });
    expect(await one('select 1 as one')).toEqual(ONE);
  });

  test('run in the transaction that is open', async () => {
    await db.execute('create table kept (i integer)');
    const transaction = await db.beginTransaction();
    await transaction.execute('insert into kept values (1)');
    expect(await one('select count(*)::integer as n from kept')).toEqual([{ n: 1 }]);
    await transaction.rollback();
    expect(await one('select count(*)::integer as n from kept')).toEqual([{ n: 0 }]);
  });
});

describe('statements beside one that is being read', () => {
  test('are answered too, and the reader gets all of its rows', async () => {
    const reading = (await db.query('select range as i from range(300000)'))[Symbol.asyncIterator]();
    let rows = (await reading.next()).value?.length ?? 0;
    const prepared = await db.prepare('select ?::integer + 1 as n');
    expect(await one('select 1 as one')).toEqual(ONE);
    expect(await (await prepared.query([1])).toArray()).toEqual([{ n: 2 }]);
    expect(await db.execute('create or replace temp table beside as select 1')).toBeDefined();
    for (let next = await reading.next(); next.done !== true; next = await reading.next())
      rows += next.value.length;
    expect(rows).toBe(300_000);
  });

  test('all at once', async () => {
    const numbers = Array.from({ length: 30 }, (_, i) => i);
    const answers = await Promise.all(numbers.map((i) => one(`select ${i} as i`)));
    expect(answers).toEqual(numbers.map((i) => [{ i }]));
  });
});

test('a session that was ended says so', async () => {
  const other = await dial();
  const [row] = await (await other.query<{ id: string }>('select gizmo_session() as id')).toArray();
  await db.execute(`KILL SESSION '${row?.id}'`);
  await expect(other.query('select 1')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  await expect(other.execute('select 1')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  await other.close();
});

test('a client that is closed takes no more statements', async () => {
  const other = await dial();
  await (await other.query('select 1')).toArray();
  await other.close();
  await expect(other.query('select 1')).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' });
});
