import { once } from 'node:events';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildBatch } from '../../../src/flight/ipc/build.js';
import { decodeSchema, encodeSchema, unwrapEncapsulated } from '../../../src/flight/ipc/schema.js';
import { type ArrowSchema, field } from '../../../src/flight/ipc/types.js';
import { ACTIONS } from '../../../src/flight/sql/action.js';
import { encodeCommand } from '../../../src/flight/sql/command.js';
import { decodePreparedStatementResult, decodeUpdateResult } from '../../../src/flight/sql/put-result.js';
import type { RunningServer } from '../../../src/server/running-server.js';
import { collect, logIn, type RawClient, ticketOf } from '../../support/raw-client.js';
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

const NO_BODY = new Uint8Array(0);
const update = (query: string) => encodeCommand({ type: 'CommandStatementUpdate', message: { query } });
const fieldNames = (schema: Uint8Array) =>
  decodeSchema(unwrapEncapsulated(schema)).fields.map(({ name }) => name);

async function prepare(query: string, from = client) {
  const [body] = await from.action(
    'CreatePreparedStatement',
    ACTIONS.CreatePreparedStatement.encodeRequest({ query }),
  );
  return ACTIONS.CreatePreparedStatement.decodeResult(body ?? NO_BODY);
}

const preparedQuery = (preparedStatementHandle: Uint8Array) =>
  encodeCommand({ type: 'CommandPreparedStatementQuery', message: { preparedStatementHandle } });
const preparedUpdate = (preparedStatementHandle: Uint8Array) =>
  encodeCommand({ type: 'CommandPreparedStatementUpdate', message: { preparedStatementHandle } });

const wide = (columns: number) => `select ${Array.from({ length: columns }, (_, index) => index).join(', ')}`;

/** A schema message and one batch of rows for the parameters of a statement. */
function parameters(columns: readonly (readonly unknown[])[]) {
  const kinds = columns.map((values) =>
    values.some((value) => typeof value === 'string') ? 'text' : 'number',
  );
  const schema: ArrowSchema = {
    fields: kinds.map((kind, index) =>
      field(String(index + 1), kind === 'text' ? { kind: 'utf8' } : { kind: 'int', bits: 64, signed: true }),
    ),
  };
  return [{ header: encodeSchema(schema), body: NO_BODY }, buildBatch(schema, columns)];
}

describe('a query', () => {
  it('is described before it is fetched, and FlightInfo and stream agree', async () => {
    const info = await client.query("select 1 as a, 'x' as b, null as c, 1.5 as d");
    expect(fieldNames(info.schema)).toEqual(['a', 'b', 'c', 'd']);
    expect(info.endpoint).toHaveLength(1);
    expect(info.endpoint[0]?.location).toEqual([]);
    const [first] = await collect<{ header: Uint8Array }>(client.openGet(ticketOf(info)));
    expect(decodeSchema(first?.header ?? NO_BODY)).toEqual(decodeSchema(unwrapEncapsulated(info.schema)));
  });

  it('sends its schema also where it has no rows', async () => {
    const messages = await collect<{ header: Uint8Array }>(
      client.openGet(ticketOf(await client.query('select 1 as a where false'))),
    );
    expect(messages).toHaveLength(1);
  });

  it('keeps two columns of one name', async () => {
    expect(await client.rows('select 1 as a, 2 as a')).toEqual([[1, 2]]);
  });

  it('may have thousands of columns, by every way to ask', async () => {
    const sql = wide(5000);
    const numbers = Array.from({ length: 5000 }, (_, index) => index);
    const info = await client.query(sql);
    expect(await client.get(ticketOf(info))).toEqual([numbers]);
    const { preparedStatementHandle } = await prepare(sql);
    const prepared = await client.info(preparedQuery(preparedStatementHandle));
    expect(fieldNames(prepared.schema)).toHaveLength(5000);
    expect(await client.get(ticketOf(prepared))).toEqual([numbers]);
  });

  it('of more columns than a result may have is refused before it runs', async () => {
    await expect(client.query(wide(20_000))).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: expect.stringMatching(/answers 20000 columns; a result has at most 16384/),
    });
  });

  it('may be fetched again until its ticket expires', async () => {
    const ticket = ticketOf(await client.query('select 42'));
    expect(await client.get(ticket)).toEqual([[42]]);
    expect(await client.get(ticket)).toEqual([[42]]);
  });

  it('that fails midway fails, and does not end as if it had finished', async () => {
    // With several threads DuckDB may report that it interrupted the others, instead of why.
    await client.rows('set threads = 1');
    const info = await client.query(
      "select case when i = 900000 then error('boom') else i end from range(1000000) t(i)",
    );
    await expect(client.get(ticketOf(info))).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: expect.stringContaining('boom'),
    });
    await client.rows('reset threads');
    expect(await client.rows('select 1')).toEqual([[1]]);
  });

  it('is refused where its table changed after it was described', async () => {
    await client.rows('create or replace table changing as select 1 as a');
    const info = await client.query('from changing');
    await client.rows("create or replace table changing as select 'x' as a");
    await expect(client.get(ticketOf(info))).rejects.toMatchObject({ code: status.FAILED_PRECONDITION });
  });
});

describe('a statement that changes something', () => {
  it('runs exactly once through the query door, fetched or not', async () => {
    await client.rows('create table once(a int)');
    const info = await client.query('insert into once values (1), (2)');
    expect(JSON.parse(Buffer.from(info.appMetadata).toString())).toEqual({ returns: 'count', changes: 2 });
    expect(await client.rows('select count(*) from once')).toEqual([[2n]]);
    expect(await client.get(ticketOf(info))).toEqual([[2n]]);
    expect(await client.get(ticketOf(info))).toEqual([[2n]]);
    expect(await client.rows('select count(*) from once')).toEqual([[2n]]);
  });

  it('runs when GetFlightInfo says so, not when it is fetched', async () => {
    await client.query('create table eager as select 1 as a');
    expect(await client.rows('from eager')).toEqual([[1]]);
  });

  it('with RETURNING gives its rows, from one run', async () => {
    await client.rows('create table returning_once(a int)');
    const info = await client.query('insert into returning_once values (7) returning a + 1 as b');
    expect(await client.get(ticketOf(info))).toEqual([[8]]);
    expect(await client.get(ticketOf(info))).toEqual([[8]]);
    expect(await client.rows('select count(*) from returning_once')).toEqual([[1n]]);
  });

  it('is not run by GetSchema', async () => {
    await client.rows('create table described(a int)');
    const cmd = encodeCommand({
      type: 'CommandStatementQuery',
      message: { query: 'insert into described values (1)' },
    });
    expect(fieldNames((await client.schema(cmd)).schema)).toEqual(['Count']);
    expect(await client.rows('from described')).toEqual([]);
  });

  it('answers through DoPut with its count, 0 for DDL, also to a client that does not half-close', async () => {
    const count = async (sql: string, halfClose = true) =>
      decodeUpdateResult((await client.put(update(sql), [], halfClose))[0] ?? NO_BODY);
    expect(await count('create table counted(a int)')).toBe(0n);
    expect(await count('insert into counted from range(5)', false)).toBe(5n);
    expect(await count('update counted set a = 1 where a > 2')).toBe(2n);
    expect(await count('delete from counted where false')).toBe(0n);
    // Written out even when 0: some clients take empty bytes for "unknown".
    expect((await client.put(update('delete from counted where false')))[0]).toHaveLength(2);
  });

  it('that fails sends no result', async () => {
    await expect(client.put(update('insert into nowhere values (1)'))).rejects.toMatchObject({
      code: status.NOT_FOUND,
    });
  });
});

describe('a text of several statements', () => {
  it('runs each before the next is planned, and returns the last', async () => {
    expect(
      await client.rows(
        'create schema s2; use s2; create table t(a int); insert into t values (3); from t; use main; from s2.t',
      ),
    ).toEqual([[3]]);
  });

  it('runs none of them where one has a syntax error', async () => {
    await expect(client.rows('create table half(a int); selec 1')).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
    });
    await expect(client.rows('from half')).rejects.toMatchObject({ code: status.NOT_FOUND });
  });

  it('stops at the first that fails', async () => {
    await expect(
      client.rows('create table kept1(a int); from nowhere; create table kept2(a int)'),
    ).rejects.toThrow();
    expect(await client.rows("select table_name from duckdb_tables() where table_name like 'kept%'")).toEqual(
      [['kept1']],
    );
  });

  it('may be one statement to us and several to DuckDB (PIVOT)', async () => {
    await client.rows(
      "create table cities as from (values ('NL', 2000, 1), ('NL', 2010, 2), ('US', 2000, 3)) t(country, year, n)",
    );
    expect(await client.rows('pivot cities on year using sum(n) order by country')).toEqual([
      ['NL', expect.anything(), expect.anything()],
      ['US', expect.anything(), null],
    ]);
  });

  it('is refused where it is empty', async () => {
    for (const sql of ['', ' ; ', '-- nothing', '/* nothing */;']) {
      await expect(client.query(sql)).rejects.toMatchObject({ code: status.INVALID_ARGUMENT });
    }
  });
});

describe('a prepared statement', () => {
  it('has no side effect when it is prepared, and says that it is an update', async () => {
    await client.rows('create table prepared_once(a int)');
    const insert = await prepare('insert into prepared_once values (1)');
    expect(insert.isUpdate).toBe(true);
    expect(insert.datasetSchema).toHaveLength(0);
    expect(await client.rows('from prepared_once')).toEqual([]);
    const select = await prepare('select a from prepared_once');
    expect(select.isUpdate).toBe(false);
    expect(fieldNames(select.datasetSchema)).toEqual(['a']);
  });

  it('runs for each row of its parameters, all or none', async () => {
    await client.rows('create table people(id int primary key, name varchar)');
    const { preparedStatementHandle: handle } = await prepare('insert into people values (?, ?)');
    const [result] = await client.put(
      preparedUpdate(handle),
      parameters([
        [1n, 2n, 3n],
        ['a', 'b', null],
      ]),
    );
    expect(decodeUpdateResult(result ?? NO_BODY)).toBe(3n);
    await expect(
      client.put(
        preparedUpdate(handle),
        parameters([
          [4n, 1n],
          ['d', 'again'],
        ]),
      ),
    ).rejects.toMatchObject({
      details: expect.stringContaining('Constraint'),
    });
    expect(await client.rows('from people order by id')).toEqual([
      [1, 'a'],
      [2, 'b'],
      [3, null],
    ]);
  });

  it('keeps its handle, and what was bound to it', async () => {
    const { preparedStatementHandle: handle, parameterSchema } = await prepare(
      'select id, name from people where id = $1',
    );
    expect(fieldNames(parameterSchema)).toEqual(['1']);
    const [answer] = await client.put(preparedQuery(handle), parameters([[2n]]));
    expect(Buffer.from(decodePreparedStatementResult(answer ?? NO_BODY) ?? NO_BODY)).toEqual(
      Buffer.from(handle),
    );
    const fetch = async () => client.get(ticketOf(await client.info(preparedQuery(handle))));
    expect(await fetch()).toEqual([[2, 'b']]);
    expect(await fetch()).toEqual([[2, 'b']]);
    await client.put(preparedQuery(handle), parameters([[3n, 1n]]));
    expect(await fetch()).toEqual([
      [3, null],
      [1, 'a'],
    ]);
  });

  it('executes once without parameters, and not at all with no rows of them', async () => {
    await client.rows('create table ticks(a int)');
    const plain = await prepare('insert into ticks values (1)');
    const empty: ArrowSchema = { fields: [] };
    await client.put(preparedUpdate(plain.preparedStatementHandle));
    await client.put(preparedUpdate(plain.preparedStatementHandle), [
      { header: encodeSchema(empty), body: NO_BODY },
      buildBatch(empty, []),
    ]);
    const bound = await prepare('insert into ticks values (?)');
    const [schema, batch] = parameters([[]]);
    if (schema === undefined || batch === undefined) throw new Error('no parameters');
    await client.put(preparedUpdate(bound.preparedStatementHandle), [schema, batch]);
    expect(await client.rows('select count(*) from ticks')).toEqual([[2n]]);
  });

  it('names how many parameters it wants', async () => {
    const { preparedStatementHandle: handle } = await prepare('select ?::int + ?::int');
    await client.put(preparedQuery(handle), parameters([[1n]]));
    const info = client.info(preparedQuery(handle)).then((it) => client.get(ticketOf(it)));
    await expect(info).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: expect.stringMatching(/2.*1|1.*2/),
    });
  });

  it('may be closed before its result has been read, which goes on', async () => {
    const { preparedStatementHandle: handle } = await prepare('select i from range(2000000) t(i)');
    const call = client.openGet(ticketOf(await client.info(preparedQuery(handle))));
    await once(call, 'metadata');
    const bytes = collect<{ header: Uint8Array; body: Uint8Array }>(call).then((messages) =>
      messages.reduce((sum, { body }) => sum + body.byteLength, 0),
    );
    await client.action(
      'ClosePreparedStatement',
      ACTIONS.ClosePreparedStatement.encodeRequest({ preparedStatementHandle: handle }),
    );
    expect(await bytes).toBeGreaterThanOrEqual(2_000_000 * 8);
    expect(await client.rows('select 1')).toEqual([[1]]);
  });

  it('whose update violates a constraint at COMMIT says so, and not that there is nothing to roll back', async () => {
    await client.rows('create table unique_ids(id int primary key)');
    const { preparedStatementHandle: handle } = await prepare('insert into unique_ids values (?)');
    const other = await logIn(server.address.port);
    await other.rows('insert into unique_ids values (1)');
    other.close();
    await expect(client.put(preparedUpdate(handle), parameters([[2n, 1n]]))).rejects.toMatchObject({
      details: expect.stringMatching(/duplicate key|Constraint/i),
    });
    expect(await client.rows('select count(*) from unique_ids')).toEqual([[1n]]);
  });

  it('is NOT_FOUND once it is closed, and in every other session', async () => {
    const { preparedStatementHandle: handle } = await prepare('select 1');
    const other = await logIn(server.address.port);
    await expect(other.info(preparedQuery(handle))).rejects.toMatchObject({ code: status.NOT_FOUND });
    await expect(other.put(preparedUpdate(handle))).rejects.toMatchObject({ code: status.NOT_FOUND });
    other.close();
    expect(await client.get(ticketOf(await client.info(preparedQuery(handle))))).toEqual([[1]]);
    const close = ACTIONS.ClosePreparedStatement.encodeRequest({ preparedStatementHandle: handle });
    expect(await client.action('ClosePreparedStatement', close)).toEqual([]);
    await expect(client.info(preparedQuery(handle))).rejects.toMatchObject({ code: status.NOT_FOUND });
  });
});

describe('statements of one session', () => {
  it('wait for each other: preparing while a result streams does not cut it short', async () => {
    const info = await client.query('select i from range(500000) t(i)');
    const stream = client.get(ticketOf(info));
    const others = Promise.all([client.rows('select 1'), prepare('select 2'), client.rows('select 3')]);
    expect(await stream).toHaveLength(500_000);
    expect((await others)[0]).toEqual([[1]]);
  });
});

describe('cancelling', () => {
  const LONG = 'select count(*) from range(1e12::bigint)';

  it('by CancelFlightInfo stops that statement and leaves the session usable', async () => {
    const info = await client.query(LONG);
    const running = client.get(ticketOf(info));
    const refused = expect(running).rejects.toMatchObject({ code: status.CANCELLED });
    const [body] = await client.action('CancelFlightInfo', ACTIONS.CancelFlightInfo.encodeRequest({ info }));
    expect(ACTIONS.CancelFlightInfo.decodeResult(body ?? NO_BODY).status).toBe(1);
    await refused;
    expect(await client.rows('select 1')).toEqual([[1]]);
  });

  it('by cancelling the stream stops the statement', async () => {
    const call = client.openGet(ticketOf(await client.query(LONG)));
    const ended = new Promise((resolve) => call.once('error', resolve));
    call.on('data', () => undefined);
    // grpc-js tells the server nothing of a call that is cancelled in the turn it was made in.
    await once(call, 'metadata');
    call.cancel();
    await ended;
    expect(await client.rows('select 1')).toEqual([[1]]);
  });

  it('of a statement that ran already is not possible, and says so', async () => {
    const info = await client.query('create table uncancellable(a int)');
    const [body] = await client.action('CancelFlightInfo', ACTIONS.CancelFlightInfo.encodeRequest({ info }));
    expect(ACTIONS.CancelFlightInfo.decodeResult(body ?? NO_BODY).status).toBe(3);
  });
});

describe('bad input', () => {
  it.each<[string, string, number]>([
    ['a syntax error', 'selec 1', status.INVALID_ARGUMENT],
    ['a missing table', 'from nowhere', status.NOT_FOUND],
    ['a missing column', 'select nothing from range(1)', status.INVALID_ARGUMENT],
    ['a table that is there', 'create table once(a int)', status.ALREADY_EXISTS],
    ['a failing cast', "select 'x'::int", status.INVALID_ARGUMENT],
    ['a NUL character', 'select 1\0', status.INVALID_ARGUMENT],
    ['a lone surrogate', "select '\ud800' from nowhere", status.NOT_FOUND],
  ])('%s has the right status', async (_, sql, code) => {
    await expect(client.rows(sql)).rejects.toMatchObject({ code });
  });

  it('of a megabyte is answered with a short error, and the connection goes on', async () => {
    const sql = `select ${'x'.repeat(1_000_000)} from nowhere`;
    await expect(client.rows(sql)).rejects.toMatchObject({ details: expect.stringMatching(/^.{1,2100}$/s) });
    expect(await client.rows(`select length('${'x'.repeat(1_000_000)}')`)).toEqual([[1_000_000n]]);
  });

  it.each<[string, Uint8Array, number]>([
    ['no bytes', NO_BODY, status.INVALID_ARGUMENT],
    ['garbage', Buffer.from('garbage'), status.INVALID_ARGUMENT],
    ['raw SQL', Buffer.from('select 1'), status.INVALID_ARGUMENT],
    ['an update where a query belongs', update('select 1'), status.UNIMPLEMENTED],
  ])('as a command: %s', async (_, cmd, code) => {
    await expect(client.info(cmd)).rejects.toMatchObject({ code });
  });

  it.each<[string, Uint8Array, number]>([
    ['no bytes', NO_BODY, status.INVALID_ARGUMENT],
    ['garbage', Buffer.from('garbage'), status.INVALID_ARGUMENT],
    [
      'a handle of nobody',
      encodeCommand({
        type: 'TicketStatementQuery',
        message: { statementHandle: Buffer.from('f'.repeat(32)) },
      }),
      status.NOT_FOUND,
    ],
  ])('as a ticket: %s', async (_, ticket, code) => {
    await expect(client.get(ticket)).rejects.toMatchObject({ code });
  });

  it('as an action is UNIMPLEMENTED', async () => {
    await expect(client.action('Nonsense')).rejects.toMatchObject({ code: status.UNIMPLEMENTED });
    await expect(client.action('EndSavepoint')).rejects.toMatchObject({ code: status.UNIMPLEMENTED });
  });

  it('as parameters is INVALID_ARGUMENT', async () => {
    const { preparedStatementHandle: handle } = await prepare('select ?::int');
    const garbage = { header: Buffer.from('garbage'), body: NO_BODY };
    await expect(client.put(preparedQuery(handle), [garbage])).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
    });
    expect(await client.rows('select 1')).toEqual([[1]]);
  });

  it('of one 50 MB cell goes through whole', async () => {
    const rows = await client.rows("select repeat('x', 50000000) as a");
    expect(String(rows[0]?.[0])).toHaveLength(50_000_000);
  });
});

it('a function that DuckDB cannot compute before there is a query is a mistake in the text, not in the server', async () => {
  await expect(client.rows('from repeat(current_query(), 1)')).rejects.toThrow(
    /Put it into the list of SELECT/,
  );
});
