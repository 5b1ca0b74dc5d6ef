import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ActionEndTransactionRequest_EndTransaction as End } from '../../../src/flight/gen/flight_sql_pb.js';
import { encodeSchema } from '../../../src/flight/ipc/schema.js';
import { ACTIONS } from '../../../src/flight/sql/action.js';
import { encodeCommand } from '../../../src/flight/sql/command.js';
import { decodeUpdateResult } from '../../../src/flight/sql/put-result.js';
import type { RunningServer } from '../../../src/server/running-server.js';
import { logIn, type RawClient, ticketOf } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';

let server: RunningServer;
let client: RawClient;
let other: RawClient;
beforeAll(async () => {
  server = await startTestServer();
  other = await logIn(server.address.port);
});
beforeEach(async () => {
  client?.close();
  client = await logIn(server.address.port);
  await client.rows('create or replace table t(a int)');
});
afterAll(async () => {
  client.close();
  other.close();
  await server.stop();
});

const NO_BODY = new Uint8Array(0);

async function begin(from = client): Promise<Uint8Array> {
  const [body] = await from.action('BeginTransaction', ACTIONS.BeginTransaction.encodeRequest({}));
  return ACTIONS.BeginTransaction.decodeResult(body ?? NO_BODY).transactionId;
}
const end = (transactionId: Uint8Array, action: End, from = client) =>
  from.action('EndTransaction', ACTIONS.EndTransaction.encodeRequest({ transactionId, action }));
const commit = (id: Uint8Array, from = client) => end(id, End.COMMIT, from);
const rollback = (id: Uint8Array, from = client) => end(id, End.ROLLBACK, from);

const queryIn = async (transactionId: Uint8Array, query: string, from = client) =>
  from.get(
    ticketOf(
      await from.info(encodeCommand({ type: 'CommandStatementQuery', message: { query, transactionId } })),
    ),
  );
async function updateIn(
  transactionId: Uint8Array,
  query: string,
  from = client,
): Promise<bigint | undefined> {
  const [answer] = await from.put(
    encodeCommand({ type: 'CommandStatementUpdate', message: { query, transactionId } }),
  );
  return decodeUpdateResult(answer ?? NO_BODY);
}
const seenByOthers = () => other.rows('from t order by a');

describe('a transaction begun by action', () => {
  it('holds queries and updates that carry its id until it is committed', async () => {
    const id = await begin();
    expect(await updateIn(id, 'insert into t values (1), (2)')).toBe(2n);
    await queryIn(id, 'insert into t values (3)');
    expect(await queryIn(id, 'select count(*) from t')).toEqual([[3n]]);
    expect(await seenByOthers()).toEqual([]);
    expect(await commit(id)).toEqual([]);
    expect(await seenByOthers()).toEqual([[1], [2], [3]]);
  });

  it('is undone by a rollback', async () => {
    const id = await begin();
    await updateIn(id, 'insert into t values (1)');
    await rollback(id);
    expect(await client.rows('from t')).toEqual([]);
  });

  it('holds prepared statements, those prepared before it too', async () => {
    const prepare = async (query: string, transactionId: Uint8Array) => {
      const [body] = await client.action(
        'CreatePreparedStatement',
        ACTIONS.CreatePreparedStatement.encodeRequest({ query, transactionId }),
      );
      return ACTIONS.CreatePreparedStatement.decodeResult(body ?? NO_BODY).preparedStatementHandle;
    };
    const run = (preparedStatementHandle: Uint8Array) =>
      client.put(
        encodeCommand({ type: 'CommandPreparedStatementUpdate', message: { preparedStatementHandle } }),
        [{ header: encodeSchema({ fields: [] }), body: NO_BODY }],
      );
    const first = await begin();
    const handle = await prepare('insert into t values (1)', first);
    await run(handle);
    await commit(first);
    // ADBC keeps a prepared statement from one transaction to the next.
    const second = await begin();
    await run(handle);
    expect(await seenByOthers()).toEqual([[1]]);
    await rollback(second);
    expect(await seenByOthers()).toEqual([[1]]);
  });

  it('holds statements without an id, too, because they run on the same connection', async () => {
    const id = await begin();
    await client.rows('insert into t values (1)');
    expect(await seenByOthers()).toEqual([]);
    await rollback(id);
    expect(await seenByOthers()).toEqual([]);
  });

  it('takes its snapshot with its first statement', async () => {
    const id = await begin();
    await other.rows('insert into t values (9)');
    expect(await queryIn(id, 'from t')).toEqual([[9]]);
    await other.rows('insert into t values (10)');
    expect(await queryIn(id, 'from t')).toEqual([[9]]);
    await commit(id);
  });

  it('keeps temporary tables and settings for the next', async () => {
    const first = await begin();
    await updateIn(first, 'create temp table kept as select 1 as a');
    await updateIn(first, "set timezone = 'Asia/Tokyo'");
    await commit(first);
    const second = await begin();
    expect(await queryIn(second, "select a, current_setting('timezone') from kept")).toEqual([
      [1, 'Asia/Tokyo'],
    ]);
    await commit(second);
  });

  it('may be ended by text, and its id then begins another', async () => {
    const id = await begin();
    await updateIn(id, 'insert into t values (1)');
    await updateIn(id, 'commit');
    expect(await seenByOthers()).toEqual([[1]]);
    await updateIn(id, 'insert into t values (2)');
    await rollback(id);
    expect(await seenByOthers()).toEqual([[1]]);
  });

  it('may be begun by text, which is its beginning', async () => {
    const id = await begin();
    await updateIn(id, 'begin');
    await updateIn(id, 'insert into t values (1)');
    await commit(id);
    expect(await seenByOthers()).toEqual([[1]]);
  });

  it('ends with its session, undone', async () => {
    const session = await logIn(server.address.port);
    const id = await begin(session);
    await updateIn(id, 'insert into t values (1)', session);
    await session.action('CloseSession');
    session.close();
    await other.rows('insert into t values (2)');
    expect(await seenByOthers()).toEqual([[2]]);
  });

  it('that fails is refused until it is ended, and a COMMIT says that nothing was kept', async () => {
    const id = await begin();
    await updateIn(id, 'insert into t values (1)');
    await expect(updateIn(id, "insert into t select 'x'::int")).rejects.toThrow();
    await expect(queryIn(id, 'select 1')).rejects.toMatchObject({ code: status.FAILED_PRECONDITION });
    await expect(commit(id)).rejects.toMatchObject({ code: status.FAILED_PRECONDITION });
    // What drivers do then; the session goes on.
    await rollback(id);
    expect(await client.rows('from t')).toEqual([]);
    await commit(await begin());
  });

  it('whose COMMIT loses to another can be rolled back by its id', async () => {
    await client.rows('create or replace table keys(k int primary key)');
    const id = await begin();
    await updateIn(id, 'insert into keys values (1)');
    await other.rows('insert into keys values (1)');
    await expect(commit(id)).rejects.toThrow();
    await rollback(id);
    expect(await client.rows('from keys')).toEqual([[1]]);
  });
});

describe('a transaction id', () => {
  const UNKNOWN = Buffer.from('0'.repeat(32));
  const update = (transactionId: Uint8Array) => updateIn(transactionId, 'insert into t values (1)');

  it.each([
    ['a query', (id: Uint8Array) => queryIn(id, 'select 1')],
    ['an update', update],
    ['a commit', commit],
    [
      'a description',
      (transactionId: Uint8Array) =>
        client.schema(
          encodeCommand({ type: 'CommandStatementQuery', message: { query: 'select 1', transactionId } }),
        ),
    ],
    [
      'a prepared statement',
      (transactionId: Uint8Array) =>
        client.action(
          'CreatePreparedStatement',
          ACTIONS.CreatePreparedStatement.encodeRequest({ query: 'select 1', transactionId }),
        ),
    ],
  ])('that was never given out is refused for %s', async (_, use: (id: Uint8Array) => Promise<unknown>) => {
    await expect(use(UNKNOWN)).rejects.toMatchObject({ code: status.NOT_FOUND });
  });

  it('of another session is refused, and its owner does not notice', async () => {
    const id = await begin();
    await updateIn(id, 'insert into t values (1)');
    await expect(updateIn(id, 'insert into t values (2)', other)).rejects.toMatchObject({
      code: status.NOT_FOUND,
    });
    await expect(rollback(id, other)).rejects.toMatchObject({ code: status.NOT_FOUND });
    await commit(id);
    expect(await seenByOthers()).toEqual([[1]]);
  });

  it('is good no more after its end', async () => {
    const id = await begin();
    await commit(id);
    await expect(update(id)).rejects.toMatchObject({ code: status.NOT_FOUND });
    await expect(commit(id)).rejects.toMatchObject({ code: status.NOT_FOUND });
    expect(await seenByOthers()).toEqual([]);
  });

  it('of which a session has one at a time, by action or by text', async () => {
    const id = await begin();
    await expect(begin()).rejects.toMatchObject({ code: status.FAILED_PRECONDITION });
    await rollback(id);
    await client.rows('begin');
    await expect(begin()).rejects.toMatchObject({ code: status.FAILED_PRECONDITION });
    await client.rows('rollback');
    await rollback(await begin());
  });

  it('must be ended in one of two ways', async () => {
    const id = await begin();
    await expect(end(id, End.UNSPECIFIED)).rejects.toMatchObject({ code: status.INVALID_ARGUMENT });
    await rollback(id);
  });
});

describe('a transaction that has used a database whose name is another one’s now', () => {
  const replace = async () => {
    await other.rows(
      "detach replaced; attach ':memory:' as replaced; create table replaced.t as select 2 as a",
    );
  };

  it('is rolled back when it meets that one, and outlives it', async () => {
    await other.rows("attach ':memory:' as replaced; create table replaced.t as select 1 as a");
    await client.rows('begin');
    await client.rows('insert into t values (1)');
    expect(await client.rows('from replaced.t')).toEqual([[1]]);
    await replace();
    const ended = {
      code: status.FAILED_PRECONDITION,
      details: expect.stringMatching(/rolled back.*ROLLBACK/),
    };
    await expect(client.rows('select count(*) from duckdb_tables()')).rejects.toMatchObject(ended);
    await expect(client.rows('from replaced.t')).rejects.toMatchObject(ended);
    // Ended the process while the transaction was still there.
    await replace();
    await client.rows('rollback');
    expect(await client.rows('from replaced.t')).toEqual([[2]]);
    expect(await seenByOthers()).toEqual([]);
    await other.rows('detach replaced');
  });
});

describe('savepoints', () => {
  it('are not offered, and not said to be', async () => {
    const request = ACTIONS.BeginSavepoint.encodeRequest({ name: 'here' });
    await expect(client.action('BeginSavepoint', request)).rejects.toMatchObject({
      code: status.UNIMPLEMENTED,
    });
    const ticket = encodeCommand({ type: 'CommandGetSqlInfo', message: { info: [8, 573] } });
    expect(await client.get(ticket)).toEqual([
      [8, expect.objectContaining({ value: 1 })],
      [573, expect.objectContaining({ value: false })],
    ]);
  });
});

describe('a transaction that nobody goes on with', () => {
  it.each(['by action', 'by text'])('is rolled back after its time, begun %s', async (how) => {
    const brief = await startTestServer({ 'idle-in-transaction-timeout': 4 });
    const [mine, theirs] = await Promise.all([logIn(brief.address.port), logIn(brief.address.port)]);
    await mine.rows('create table held as select 1 as a');
    const id = how === 'by action' ? await begin(mine) : undefined;
    if (id === undefined) await mine.rows('begin');
    await mine.rows('update held set a = 2');
    // Until then the other's write conflicts with it.
    await expect.poll(() => theirs.rows('update held set a = 3').catch(() => 'conflict')).toEqual([[1n]]);
    await expect(mine.rows('update held set a = 4')).rejects.toMatchObject({
      code: status.FAILED_PRECONDITION,
      details: expect.stringContaining('idle-in-transaction-timeout'),
    });
    if (id === undefined) await mine.rows('rollback');
    else await rollback(id, mine);
    expect(await mine.rows('from held')).toEqual([[3]]);
    mine.close();
    theirs.close();
    await brief.stop();
  });
});
