import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { GizmoError } from '../../../../src/errors.js';
import { buildBatch } from '../../../../src/flight/ipc/build.js';
import { type ArrowType, field } from '../../../../src/flight/ipc/types.js';
import type {
  Engine,
  EngineResult,
  EngineSession,
  EngineStatement,
} from '../../../../src/server/engine/engine.js';
import { openDuckDbWorker } from '../../../../src/server/engine/worker/open-duckdb-worker.js';
import { type Ran, runSql, runStatement, toTexts } from '../../../support/engines.js';

// Small statements that are known run from the thread that asks. What they answer is what the worker would.
describe('a small statement that is known', () => {
  let engine: Engine;
  let session: EngineSession;
  let other: EngineSession;

  beforeAll(async () => {
    engine = await openDuckDbWorker({ readOnly: false, allowExtensions: false, concurrentCallsMax: 9 });
  });
  beforeEach(async () => {
    session = await engine.openSession();
    other = await engine.openSession();
    await runSql(other, 'create or replace table t(i integer primary key, x varchar)');
    await runSql(other, "insert into t select i, 'x' || i from range(10) r(i)");
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await session.close();
    await other.close();
  });
  afterAll(async () => {
    await engine.close();
  });

  const lookup = (id: unknown) => `select x from t where i = ${id}`;
  const insert = (id: unknown) => `insert into t values (${id}, 'a name')`;
  const ran = (sql: string): Promise<Ran> => {
    const prepare = (text: string) => session.prepare(text, 0, undefined, { atOnce: true });
    return runSql({ ...session, prepare } as EngineSession, sql);
  };
  const ask = async (sql: string) => toTexts(await ran(sql)).flat();
  /** The worker's calls meanwhile. */
  async function callsOf(work: () => Promise<unknown>): Promise<unknown[]> {
    const posted = vi.spyOn(Worker.prototype, 'postMessage');
    await work();
    const names = posted.mock.calls.map(([message]) => (message as { name?: string }).name);
    posted.mockRestore();
    return names;
  }
  const warm = async (sql: string, times = 3) => {
    for (let time = 0; time < times; time += 1) await ask(sql);
  };

  it('is no call of the worker', async () => {
    for (const id of [1, 2, 3]) await ask(lookup(id));
    for (const id of [11, 12, 13]) await ask(insert(id));
    await warm('select count(*) from t');
    expect(await callsOf(async () => expect(await ask(lookup(4))).toEqual(['x4']))).toEqual([]);
    expect(await callsOf(async () => expect((await ran(insert(14))).changes).toBe(1))).toEqual([]);
    // What was inserted may need another plan, which the worker makes.
    await ask('select count(*) from t');
    expect(await callsOf(async () => expect(await ask('select count(*) from t')).toEqual(['14']))).toEqual(
      [],
    );
  });

  it('answers every type as the first time', async () => {
    await runSql(other, 'create or replace table kinds as select * exclude (bignum) from test_all_types()');
    for (const [name, type = ''] of await columns('kinds')) {
      const sql = `select "${name}" from kinds`;
      const first = toTexts(await ran(sql));
      await warm(sql, 2);
      const again: Ran[] = [];
      const calls = await callsOf(async () => again.push(await ran(sql)));
      expect(calls).toEqual(hasParts(type ?? '') ? ['execute'] : []);
      expect(again.map(toTexts)).toEqual([first]);
    }
  });

  /** What its number does not say all about; of a DECIMAL little more is to be asked. */
  const hasParts = (type: string) => /\]|STRUCT|MAP|UNION|ENUM|GEOMETRY/.test(type);

  const columns = async (table: string) => toTexts(await runSql(other, `describe ${table}`));

  const KINDS: readonly (readonly [string, ArrowType, unknown])[] = [
    ['BOOLEAN', { kind: 'bool' }, false],
    ['TINYINT', { kind: 'int', bits: 8, signed: true }, -128],
    ['SMALLINT', { kind: 'int', bits: 16, signed: true }, -32_768],
    ['INTEGER', { kind: 'int', bits: 32, signed: true }, -2_147_483_648],
    ['BIGINT', { kind: 'int', bits: 64, signed: true }, -9_223_372_036_854_775_808n],
    ['UTINYINT', { kind: 'int', bits: 8, signed: false }, 255],
    ['USMALLINT', { kind: 'int', bits: 16, signed: false }, 65_535],
    ['UINTEGER', { kind: 'int', bits: 32, signed: false }, 4_294_967_295],
    ['UBIGINT', { kind: 'int', bits: 64, signed: false }, 18_446_744_073_709_551_615n],
    ['FLOAT', { kind: 'float', bits: 32 }, 1.5],
    ['DOUBLE', { kind: 'float', bits: 64 }, 0.1],
    ['VARCHAR', { kind: 'utf8' }, "it's ü 🙂"],
  ];

  it.each(KINDS)('takes a value of %s', async (name, type, value) => {
    const statement = await session.prepare(`select ?::${name} as x, typeof(?::${name}) as y`);
    try {
      const one = [value, value];
      const first = await executed(statement, type, one);
      expect(first[1]).toBe(name);
      expect(await callsOf(async () => expect(await executed(statement, type, one)).toEqual(first))).toEqual(
        [],
      );
      expect(await executed(statement, type, [null, null])).toEqual([null, name]);
      expect(await executed(statement, type, one)).toEqual(first);
    } finally {
      await statement.close();
    }
  });

  it('takes a text with a NUL, which C would cut', async () => {
    const statement = await session.prepare('select length(?::varchar) as x, ?::varchar as y');
    for (const text of ['a', 'b', 'a\0bc'])
      expect((await executed(statement, { kind: 'utf8' }, [text, 'y']))[0]).toBe(String(text.length));
    await statement.close();
  });

  it('takes each row of its batch, whichever of them are the worker’s', async () => {
    const statement = await session.prepare('select ?::varchar as x');
    const type: ArrowType = { kind: 'utf8' };
    for (const text of ['before', 'before']) await executed(statement, type, [text]);
    const schema = { fields: [field('1', type)] };
    const batch = buildBatch(schema, [['a', null, 'c', null]]);
    const rows: unknown[] = [];
    for (const row of [0, 1, 2, 3])
      rows.push(...toTexts(await runStatement(statement, { parameters: { schema, batch, row } })).flat());
    expect(rows).toEqual(['a', null, 'c', null]);
    await statement.close();
  });

  it('inserts what is bound to it, in a transaction or not', async () => {
    const statement = await session.prepare('insert into t values (?::integer, ?::varchar)');
    const type: ArrowType = { kind: 'utf8' };
    await executed(statement, type, ['11', 'eleven']);
    expect(await callsOf(() => executed(statement, type, ['12', 'twelve']))).toEqual([]);
    await expect(executed(statement, type, ['12', 'again'])).rejects.toThrow(/duplicate key/i);
    await runSql(session, 'begin');
    await executed(statement, type, ['13', 'thirteen']);
    await expect(executed(statement, type, ['13', 'again'])).rejects.toThrow(/duplicate key/i);
    await expect(executed(statement, type, ['14', 'too late'])).rejects.toThrow(/transaction has failed/);
    await runSql(session, 'rollback');
    await executed(statement, type, ['15', 'fifteen']);
    expect(toTexts(await runSql(other, 'select i from t where i > 10')).flat()).toEqual(['11', '12', '15']);
    await statement.close();
  });

  async function executed(statement: EngineStatement, type: ArrowType, values: readonly unknown[]) {
    const schema = { fields: values.map((_, index) => field(`${index + 1}`, type)) };
    const batch = buildBatch(
      schema,
      values.map((value) => [value]),
    );
    return toTexts(await runStatement(statement, { parameters: { schema, batch, row: 0 } })).flat();
  }

  it('is planned anew for data that somebody else has inserted past the worker', async () => {
    const none = 'select x from t where i >= 7000';
    await warm(none);
    const reader = session;
    session = other;
    for (const id of [11, 12, 13]) await ask(insert(id));
    expect(await callsOf(() => ran(insert(7000)))).toEqual([]);
    session = reader;
    expect(await ask(none)).toEqual(['a name']);
  });

  it('is the worker’s in a transaction, and after one that has failed', async () => {
    await warm('select 42');
    await runSql(session, 'begin');
    await warm('select 42');
    await expect(ask("select 'a'::integer")).rejects.toThrow();
    await runSql(session, 'rollback');
    await runSql(session, 'begin');
    await runSql(session, insert(11));
    await expect(runSql(session, insert(11))).rejects.toThrow(/duplicate key/i);
    await expect(ask('select 42')).rejects.toThrow(/transaction has failed/);
    await runSql(session, 'rollback');
    expect(await ask('select 42')).toEqual(['42']);
    await warm('select 42');
    expect(await callsOf(() => ask('select 42'))).toEqual([]);
  });

  it('has the columns of its own text', async () => {
    for (const id of [1, 2, 3]) await ask(`select i = ${id} from t where i = 5`);
    expect((await ran('select i = 5 from t where i = 5')).schema.fields[0]?.name).toBe('(i = 5)');
    expect(await ask('select i = 5 from t where i = 5')).toEqual(['true']);
  });

  it('has the types of its own text', async () => {
    await runSql(
      other,
      `create or replace table types as select [1] as a, [2] as b, [3] as c, ['a text of some length'] as d,
        1.5::decimal(4, 1) as e, 2.5::decimal(4, 1) as f, 3.5::decimal(4, 1) as g, 4.5::decimal(18, 3) as h`,
    );
    const column = (name: string) => ask(`select columns(lambda c: c = '${name}') as x from types`);
    for (const name of ['a', 'b', 'c']) await column(name);
    expect(await column('d')).toEqual(['[a text of some length]']);
    for (const name of ['e', 'f', 'g']) await column(name);
    expect(await column('h')).toEqual(['4.500']);
  });

  it.each([
    ['1.5::decimal(4, 1)', '2.5::decimal(18, 3)', '1.5', '2.500'],
    ['[1]', "['a text of some length']", '[1]', '[a text of some length]'],
  ])('has the types of what its files are now: %s, then %s', async (one, next, first, second) => {
    const folder = mkdtempSync(join(tmpdir(), 'gizmo-test-'));
    const [file, later] = [join(folder, 'now.parquet'), join(folder, 'later.parquet')];
    await runSql(other, `copy (select ${one} as x, 1 as i) to '${file}'`);
    await runSql(other, `copy (select ${next} as x, 1 as i) to '${later}'`);
    const statement = await session.prepare(`select x from '${file}' where i = ?::integer`);
    const type: ArrowType = { kind: 'utf8' };
    expect(await executed(statement, type, ['1'])).toEqual([first]);
    renameSync(later, file);
    const answered = await executed(statement, type, ['1']).catch((error: unknown) => error);
    if (answered instanceof GizmoError) expect(answered.message).toMatch(/changed|schema|type/i);
    else expect(answered).toEqual([second]);
    await statement.close();
    rmSync(folder, { recursive: true });
  });

  async function makeBig(): Promise<void> {
    const rows = 'select i // 9000 as i, i as x from range(18000) r(i)';
    await runSql(other, `create or replace table big as ${rows}`);
  }

  it('may answer more than those before', async () => {
    await makeBig();
    for (const id of [7, 8, 9]) await ask(`select x from big where i = ${id}`);
    expect(new Set(await ask('select x from big where i = 1')).size).toBe(9000);
    expect(await ask('select x from big where i = 7')).toEqual([]);
  });

  it('can be closed before it has been read', async () => {
    await makeBig();
    for (const id of [7, 8, 9]) await ask(`select x from big where i = ${id}`);
    const result = await begin('select x from big where i = 1');
    await result.next();
    await result.close();
    await expect(result.next()).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await ask('select 1')).toEqual(['1']);
  });

  it('fails as the worker’s does, and leaves the session as it was', async () => {
    await warm(lookup(1));
    for (const id of [2, 3]) await ask(lookup(id));
    const mistaken = await ask(lookup("'no number'")).catch((error: unknown) => error);
    expect(mistaken).toBeInstanceOf(GizmoError);
    expect(mistaken).toMatchObject({ message: expect.stringContaining("string 'no number' to INT32") });
    expect(mistaken).toMatchObject({ position: lookup("'").length - 1 });
    for (const id of [11, 12, 13]) await ask(insert(id));
    await expect(ask(insert(11))).rejects.toMatchObject({ code: 'STATEMENT_FAILED' });
    expect(await ask(lookup(4))).toEqual(['x4']);
  });

  /** Takes no time where there is no such row, and hours where there is. */
  const slow = (id: number) =>
    `select max(hash(a.range, b.range, t.x)) from t, range(1000000) a, range(1000000) b where t.i = ${id}`;

  it('stops when it is told to', async () => {
    await learnSlow();
    const stop = new AbortController();
    const running = begin(slow(1), stop.signal);
    setTimeout(() => stop.abort(new GizmoError('DEADLINE_EXCEEDED', 'enough')), 100);
    await expect(running).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED', message: 'enough' });
    expect(await ask(lookup(4))).toEqual(['x4']);
  });

  it.each(['session', 'engine'])('stops when the %s is closed', async (what) => {
    const own = await openDuckDbWorker({ readOnly: false, allowExtensions: false, concurrentCallsMax: 9 });
    await session.close();
    session = await own.openSession();
    await runSql(session, "create table t as select 1 as i, 'one' as x");
    await learnSlow();
    const running = begin(slow(1)).catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 100));
    if (what === 'session') await session.close();
    await own.close();
    expect(await running).toMatchObject({ code: what === 'session' ? 'CANCELLED' : 'UNAVAILABLE' });
  });

  it('does not run in a session that is being closed, or has been', async () => {
    const statement = await session.prepare('select count(*) from t');
    await runStatement(statement);
    expect(await callsOf(() => runStatement(statement))).toEqual([]);
    const closing = session.close();
    const meanwhile = () => runStatement(statement).catch((error: unknown) => error);
    expect(await callsOf(meanwhile)).toContain('execute');
    await closing;
    await expect(runStatement(statement)).rejects.toThrow(/closed/);
  });

  it('is the worker’s again once it has answered much', async () => {
    await makeBig();
    const statement = await session.prepare('select x from big where i = ?::integer');
    const type: ArrowType = { kind: 'utf8' };
    for (const id of ['7', '8']) await executed(statement, type, [id]);
    expect(await callsOf(() => executed(statement, type, ['1']))).toEqual([]);
    expect(await callsOf(() => executed(statement, type, ['1']))).toContain('execute');
    await statement.close();
  });

  async function learnSlow(): Promise<void> {
    for (const id of [-1, -2, -3]) await ask(slow(id));
    expect(await callsOf(() => ask(slow(-4)))).toEqual([]);
  }

  async function begin(sql: string, signal?: AbortSignal): Promise<EngineResult> {
    const statement = await session.prepare(sql, 0, undefined, { atOnce: true });
    return await statement.execute({ ...(signal && { signal }) });
  }
});
