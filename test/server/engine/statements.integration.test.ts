import { linkSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFormatter } from '../../../src/client/render/cell.js';
import { GizmoError } from '../../../src/errors.js';
import { BatchReader } from '../../../src/flight/ipc/reader.js';
import type { Engine, EngineSession } from '../../../src/server/engine/engine.js';
import { ENGINES, queryTexts, runSql } from '../../support/engines.js';

const ENDLESS = 'select count(*) from range(10000000000) a, range(1000) b';

describe.each(ENGINES)('statements on the engine %s', (_, open) => {
  let engine: Engine;
  let session: EngineSession;

  beforeAll(async () => {
    engine = await open();
    session = await engine.openSession();
    await runSql(session, 'create table t (i integer, s varchar)');
  });

  afterAll(async () => {
    await engine.close();
  });

  async function describeStatement(sql: string) {
    const statement = await session.prepare(sql);
    await statement.close();
    const { kind, returns, readOnly, schema } = statement;
    return [kind, returns, readOnly, schema?.fields.length];
  }

  it.each([
    ['select 1, 2', ['select', 'rows', true, 2]],
    ['from t', ['select', 'rows', true, 2]],
    ["select nextval('s')", ['select', 'rows', false, 1]],
    ['describe t', ['select', 'rows', true, 6]],
    ['explain select 1', ['explain', 'rows', false, 2]],
    ['explain analyze delete from t', ['explain', 'rows', false, 2]],
    ["insert into t values (1, 'a')", ['insert', 'count', false, 0]],
    ['update t set i = 2', ['update', 'count', false, 0]],
    ['delete from t', ['delete', 'count', false, 0]],
    ['merge into t using (select 1 i) n on t.i = n.i when matched then delete', ['merge', 'count', false, 0]],
    ["insert into t values (1, 'a') returning i", ['insert', 'rows', false, 1]],
    [
      'insert into t values (1, \'returning\') returning i::bigint as "Count"',
      ['insert', 'count', false, undefined],
    ],
    ["insert into t values (1, 'returning')", ['insert', 'count', false, 0]],
    ['create table u (i integer)', ['create', 'nothing', false, 0]],
    ['create table u as select 1 i', ['create', 'nothing', false, 0]],
    ['begin', ['transaction', 'nothing', false, 0]],
    ["set timezone = 'UTC'", ['set', 'nothing', false, 0]],
    ['call pragma_version()', ['call', 'rows', false, 3]],
    ["copy t to '/dev/null'", ['copy', 'count', false, 0]],
    ['vacuum', ['vacuum', 'nothing', false, 0]],
  ] as const)('%s is described before it runs', async (sql, expected) => {
    await runSql(session, 'create sequence if not exists s');
    expect(await describeStatement(sql)).toEqual(expected);
  });

  it('count what they change, also where rows are returned', async () => {
    await runSql(session, 'create or replace table c (i integer)');
    expect((await runSql(session, 'insert into c from range(5)')).changes).toBe(5);
    expect((await runSql(session, 'update c set i = 0 where i < 2')).changes).toBe(2);
    expect(await queryTexts(session, 'delete from c where i > 2 returning i')).toEqual(['3', '4']);
    expect((await runSql(session, 'create table d as from c')).changes).toBeUndefined();
    expect((await runSql(session, 'from c')).changes).toBeUndefined();
  });

  it('stream millions of rows whole and in order', async () => {
    const ran = await runSql(session, "select i, 'row number ' || i as s from range(1000000) t(i)");
    let expected = 0n;
    let matches = true;
    for (const { columns, length } of ran.batches) {
      const data = columns[0]?.data ?? new Uint8Array(0);
      const numbers = new DataView(data.buffer, data.byteOffset, data.byteLength);
      for (let row = 0; row < length; row += 1) matches &&= numbers.getBigInt64(row * 8, true) === expected++;
    }
    expect([matches, expected]).toEqual([true, 1_000_000n]);
  });

  it('fill memory again that was given back, and send nothing but their rows from it', async () => {
    const statement = await session.prepare('select i, repeat(i::varchar, 5) s from range(400000) t(i)');
    const result = await statement.execute();
    const reader = new BatchReader();
    reader.push({ header: result.schemaMessage, body: new Uint8Array(0) });
    const given: ArrayBuffer[] = [];
    let isFilledAgain = false;
    let row = 0;
    for (let batch = await result.next(); batch !== undefined; batch = await result.next()) {
      const { columns, length } = reader.push(batch)!;
      const formats = columns.map((column) => createFormatter(column));
      for (const at of [0, length >> 1, length - 1])
        expect(formats.map((format) => format(at))).toEqual([`${row + at}`, `${row + at}`.repeat(5)]);
      row += length;
      const { buffer } = batch.body;
      if (!(buffer instanceof ArrayBuffer)) throw new Error('a body lies in an ArrayBuffer of its own');
      // In another thread it is filled under another name, and this one is empty.
      isFilledAgain ||= given.some((earlier) => earlier === buffer || earlier.byteLength === 0);
      given.push(buffer);
      batch.giveBack?.(buffer);
    }
    await statement.close();
    expect([row, isFilledAgain]).toEqual([400_000, true]);
  });

  it('fail midway with the words of DuckDB, never by ending early', async () => {
    const sql = "select case when i = 500000 then error('it broke') else i end from range(1000000) t(i)";
    await expect(runSql(session, sql)).rejects.toMatchObject({
      code: 'STATEMENT_FAILED',
      // Without a view of memory the text cannot be reached.
      message: expect.stringMatching(/^Invalid Input Error: it broke$|^The statement failed after/),
    });
    expect(await queryTexts(session, 'select 1')).toEqual(['1']);
  });

  it.each([
    ['select * from nope', 'NOT_FOUND', 14],
    ['selec 1', 'INVALID_ARGUMENT', 0],
    ["select 'x'::integer", 'STATEMENT_FAILED', 10],
    ['select 1,\n  nope', 'INVALID_ARGUMENT', 12],
    ['select nope', 'INVALID_ARGUMENT', 7],
    ['create table t (i integer)', 'ALREADY_EXISTS', undefined],
    ['', 'INVALID_ARGUMENT', undefined],
    ['select 1\0 drop table t', 'INVALID_ARGUMENT', undefined],
  ])('%j is refused with its place', async (sql, code, position) => {
    const failure = await runSql(session, sql).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(GizmoError);
    expect(failure).toMatchObject({ code, position });
  });

  it('are interrupted by their signal, and the session lives on', async () => {
    const controller = new AbortController();
    const running = runSql(session, ENDLESS, { signal: controller.signal });
    setImmediate(() => controller.abort(new GizmoError('DEADLINE_EXCEEDED', 'too long')));
    await expect(running).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED', message: 'too long' });
    expect(await queryTexts(session, 'select 1')).toEqual(['1']);
  });

  it('are interrupted while they stream', async () => {
    const controller = new AbortController();
    const statement = await session.prepare('select i from range(100000000) t(i)');
    const result = await statement.execute({ signal: controller.signal });
    await result.next();
    controller.abort();
    const rest = async () => {
      while ((await result.next()) !== undefined);
    };
    await expect(rest()).rejects.toMatchObject({ code: 'CANCELLED' });
    await statement.close();
    expect(await queryTexts(session, 'select 1')).toEqual(['1']);
  });

  it('may be closed before their end, more than once, also in a transaction', async () => {
    await runSql(session, 'begin');
    const statement = await session.prepare('select i from range(1000000) t(i) order by i % 7');
    const result = await statement.execute();
    await result.next();
    await result.close();
    await result.close();
    await expect(result.next()).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(result.ended).toBe(false);
    await statement.close();
    await statement.close();
    expect(await queryTexts(session, 'select 1')).toEqual(['1']);
    expect(await session.inTransaction()).toBe(true);
    await runSql(session, 'commit');
    expect(await session.inTransaction()).toBe(false);
  });

  it('do not disturb an open stream: the session refuses a second operation', async () => {
    const statement = await session.prepare('select i from range(500000) t(i)');
    const result = await statement.execute();
    await expect(session.prepare('select 1')).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' });
    let rows = 0;
    for (let next = await result.next(); next !== undefined; next = await result.next()) rows += next.rows;
    expect([rows, result.ended]).toEqual([500_000, true]);
    await statement.close();
  });

  it('that fail in a transaction spoil it: nothing of it can be committed', async () => {
    await runSql(session, 'create or replace table a (i varchar)');
    await runSql(session, 'begin');
    await runSql(session, "insert into a values ('kept?')");
    await expect(
      runSql(
        session,
        "insert into a select case when i = 300000 then error('no') else i::varchar end from range(500000) t(i)",
      ),
    ).rejects.toThrow('no');
    await expect(runSql(session, 'from a')).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' });
    await expect(runSql(session, '-- end\ncommit')).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' });
    expect(await queryTexts(session, 'select count(*) from a')).toEqual(['0']);
    await runSql(session, 'begin');
    await expect(runSql(session, 'select error(i::varchar) from range(3) t(i)')).rejects.toThrow('0');
    await runSql(session, 'rollback');
    expect(await session.inTransaction()).toBe(false);
  });

  it('that DuckDB makes several of run part by part', async () => {
    await runSql(session, "create or replace table p as select * from (values ('x', 1), ('y', 2)) t(k, v)");
    const sql = 'pivot p on k using sum(v)';
    const texts: string[][] = [];
    for (let part = 0, parts = 1; part < parts; part += 1) {
      const statement = await session.prepare(sql, part);
      parts = statement.parts;
      const result = await statement.execute();
      texts.push(result.schema.fields.map(({ name }) => name));
      await result.close();
      await statement.close();
    }
    expect(texts).toEqual([[], ['x', 'y']]);
  });

  it('of several parts that fail leave no transaction behind', async () => {
    await runSql(session, "create or replace table m as select 'x' s");
    const sql = 'alter table m add column n integer default (s::integer + (random() * 0)::integer)';
    const altered = 'alter table m add column n integer default (random()::varchar || s)::integer';
    const bad = 'alter table m add column n integer default (error(random()::varchar))::integer';
    for (const text of [sql, altered, bad]) {
      const run = async () => {
        for (let part = 0, parts = 1; part < parts; part += 1) {
          const statement = await session.prepare(text, part);
          parts = statement.parts;
          await (await statement.execute()).close();
          await statement.close();
        }
      };
      await run().catch((error: unknown) => expect(error).toBeInstanceOf(GizmoError));
      expect(await session.inTransaction()).toBe(false);
    }
    expect(await queryTexts(session, 'from m')).toEqual(['x']);
  });

  it('tells a mistake that the parser takes for its own as one of the text, without its stack', async () => {
    const mistake = {
      code: 'INVALID_ARGUMENT',
      message: 'Parser Error: Wrong argument for owned_by. Expected either <schema>.<name> or <name>',
    };
    for (const sql of ['alter sequence s owned by a.b.c', 'explain alter sequence s owned by a.b.c.d']) {
      await expect(runSql(session, sql)).rejects.toMatchObject(mistake);
      await expect(session.parse(sql)).rejects.toMatchObject(mistake);
      const inspected = session.inspect(sql, { readOnly: false });
      await expect(inspected).rejects.toMatchObject(mistake);
    }
  });

  it('are counted by parsing, which binds and runs nothing', async () => {
    expect(await session.parse('select nope; drop table t; -- three?')).toEqual({ statements: 2 });
    expect(await session.parse('')).toEqual({ statements: 0 });
    await expect(session.parse('selec')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('keep to their own session', async () => {
    const other = await engine.openSession();
    await runSql(other, 'create temp table mine (i integer)');
    await expect(runSql(session, 'from mine')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await other.close();
    await other.close();
    await expect(other.prepare('select 1')).rejects.toBeInstanceOf(GizmoError);
  });
});

describe.each(ENGINES)('the engine %s', (_, open) => {
  it('lets further calls wait, in turn, and takes a waiting one back at once', async () => {
    const engine = await open({ concurrentCallsMax: 1 });
    const [first, second, third] = await Promise.all([
      engine.openSession(),
      engine.openSession(),
      engine.openSession(),
    ]);
    const slow = new AbortController();
    const waiting = new AbortController();
    const running = runSql(first, ENDLESS, { signal: slow.signal });
    const queued = runSql(second, 'select 1', { signal: waiting.signal });
    const last = queryTexts(third, 'select 3');
    const settled = Promise.allSettled([running, queued]);
    slow.abort();
    await expect(last).resolves.toEqual(['3']);
    waiting.abort();
    expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    await engine.close();
  });

  it('closes under running statements, and tells them so', async () => {
    const engine = await open();
    const session = await engine.openSession();
    const statement = await session.prepare(ENDLESS);
    const running = statement.execute();
    setImmediate(() => void engine.close());
    await expect(running).rejects.toBeInstanceOf(GizmoError);
    await engine.close();
    await expect(engine.openSession()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('keeps what was written, and opens it read-only', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gizmo-engine-'));
    const path = join(folder, 'x.duckdb');
    const engine = await open({ path });
    const session = await engine.openSession();
    await runSql(session, 'create table j (i integer)');
    expect(await queryTexts(session, 'select count(*) from j')).toEqual(['0']);
    expect(await engine.memoryBytes()).toBeGreaterThanOrEqual(0);
    await engine.close();
    const again = await open({ path, readOnly: true });
    await expect(runSql(await again.openSession(), 'drop table j')).rejects.toBeInstanceOf(GizmoError);
    await again.close();
    rmSync(folder, { recursive: true });
  });

  it('refuses to open one file twice, also by another name', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gizmo-engine-'));
    const path = join(folder, 'x.duckdb');
    const engine = await open({ path });
    linkSync(path, join(folder, 'y.duckdb'));
    await expect(open({ path })).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    await expect(open({ path: join(folder, 'y.duckdb') })).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    await engine.close();
    rmSync(folder, { recursive: true });
  });

  it('says plainly what is no database', async () => {
    await expect(open({ path: join(import.meta.dirname, 'nowhere', 'x.duckdb') })).rejects.toBeInstanceOf(
      GizmoError,
    );
    await expect(open({ path: join(import.meta.dirname, '../../../LICENSE') })).rejects.toMatchObject({
      message: expect.stringContaining('not a valid DuckDB database file'),
    });
  });
});
