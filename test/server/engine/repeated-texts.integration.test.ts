import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { GizmoError } from '../../../src/errors.js';
import type { Engine, EngineSession, PrepareHints } from '../../../src/server/engine/engine.js';
import { ENGINES, runSql, toTexts } from '../../support/engines.js';

// An engine may keep what it has planned for a text. Nobody is to see that it does.
describe.each(ENGINES)('a text that is asked again, on the engine %s', (_, open) => {
  let folder: string;
  let engine: Engine;
  let session: EngineSession;
  let other: EngineSession;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gizmo-repeated-'));
  });
  beforeEach(async () => {
    await engine?.close();
    engine = await open();
    session = await engine.openSession();
    other = await engine.openSession();
    await runSql(other, 'create table t as select 1 as i');
  });
  afterAll(async () => {
    await engine.close();
    await rm(folder, { recursive: true });
  });

  /** Names and rows, as whoever sends the text gets them. */
  async function ask(sql: string, hints?: PrepareHints): Promise<string> {
    const hinted = { ...session, prepare: (text: string) => session.prepare(text, 0, undefined, hints) };
    const ran = await runSql(hinted as EngineSession, sql);
    const names = ran.schema.fields.map(({ name }) => name);
    return [names, ...toTexts(ran)].map((row) => row.join(',')).join(' ');
  }

  const T = 'from t order by all';
  const path = () => join(folder, 'attached.duckdb');
  const run =
    (...texts: string[]) =>
    async () => {
      for (const sql of texts) await runSql(session, sql);
    };
  const elsewhere =
    (...texts: string[]) =>
    async () => {
      for (const sql of texts) await runSql(other, sql);
    };

  const CHANGES: readonly (readonly [string, string, () => Promise<unknown>, string])[] = [
    ['rows of another session', T, elsewhere('insert into t values (2)'), 'i 1 2'],
    ['rows of its own', T, run('insert into t values (3)'), 'i 1 3'],
    ['another column', T, elsewhere('alter table t add column j integer default 5'), 'i,j 1,5'],
    ['a column of another name', T, elsewhere('alter table t rename i to k'), 'k 1'],
    ['another type', T, elsewhere("create or replace table t as select 'x' as i"), 'i x'],
    ['a view in its place', T, elsewhere('drop table t', 'create view t as select 7 as v'), 'v 7'],
    ['a temporary table before it', T, run('create temp table t as select 9 as temporary'), 'temporary 9'],
    ['another schema', T, run('create schema s', 'create table s.t as select 4 as s', 'use s'), 's 4'],
    ['a committed transaction', T, elsewhere('begin', 'alter table t rename i to k', 'commit'), 'k 1'],
    ['a setting', "select current_setting('TimeZone')", run("set TimeZone = 'Asia/Tokyo'"), 'Asia/Tokyo'],
    ['a variable', "select getvariable('x') as x", run('set variable x = 8'), 'x 8'],
    [
      'statistics of before',
      'select i from t where i = 7000',
      elsewhere('insert into t values (7000)'),
      'i 7000',
    ],
  ];

  it.each(CHANGES)('sees %s', async (_what, sql, change, expected) => {
    for (const hints of [undefined, { atOnce: true }, { atOnce: true }, undefined]) await ask(sql, hints);
    await change();
    expect(await ask(sql, { atOnce: true })).toMatch(new RegExp(`${expected}$`));
    expect(await ask(sql)).toMatch(new RegExp(`${expected}$`));
    expect((await engine.counts()).statements).toBe(0);
  });

  it('sees what its transaction has done, and after the rollback nothing of it', async () => {
    for (let i = 0; i < 3; i++) expect(await ask(T)).toBe('i 1');
    await run('begin', 'alter table t rename i to k', 'insert into t values (2)')();
    for (let i = 0; i < 3; i++) expect(await ask(T)).toBe('k 1 2');
    await run('rollback')();
    for (let i = 0; i < 3; i++) expect(await ask(T)).toBe('i 1');
  });

  it('sees the state as of the beginning of its transaction, whatever others commit', async () => {
    for (let i = 0; i < 3; i++) await ask(T);
    await run('begin')();
    expect(await ask(T)).toBe('i 1');
    await elsewhere('alter table t add column j integer')();
    for (let i = 0; i < 3; i++) expect(await ask(T)).toBe('i 1');
    await run('commit')();
    expect(await ask(T)).toBe('i,j 1,');
  });

  it('reads a file as it is then', async () => {
    const file = join(folder, 'numbers.csv');
    const sql = `from '${file}'`;
    await runSql(other, `create view of_file as from '${file.replace('numbers', 'other')}'`).catch(() => {});
    for (const [content, expected] of [
      ['a\n1\n', 'a 1'],
      ['a,b\n1,2\n', 'a,b 1,2'],
    ] as const) {
      await writeFile(file, content);
      for (let i = 0; i < 3; i++) expect(await ask(sql, { atOnce: true })).toBe(expected);
    }
  });

  it('keeps no database from being detached, and means another one afterwards', async () => {
    for (const value of [1, 2]) {
      await run(`attach '${path()}' as a`, `create or replace table a.u as select ${value} as v${value}`)();
      for (let i = 0; i < 3; i++) expect(await ask('from a.u')).toBe(`v${value} ${value}`);
      await run('detach a')();
      await rm(path());
    }
  });

  it('is a statement of its own each time: another number, another moment', async () => {
    const seen = new Set<string>();
    for (let i = 0; i < 5; i++) seen.add(await ask('select random() as r, now() as n', { atOnce: true }));
    expect(seen.size).toBe(5);
  });

  it('asks a sequence each time', async () => {
    await runSql(other, 'create sequence q');
    for (let i = 1; i < 5; i++) expect(await ask("select nextval('q') as n")).toBe(`n ${i}`);
  });

  it('fails as often as it is asked, and is answered when it no longer does', async () => {
    const sql = "select 1 // i as j, if(i = 0, error('zero'), i) as k from t";
    for (let i = 0; i < 3; i++) expect(await ask(sql, { atOnce: true })).toBe('j,k 1,1');
    await elsewhere('update t set i = 0')();
    for (let i = 0; i < 3; i++) await expect(ask(sql, { atOnce: true })).rejects.toThrow('zero');
    await elsewhere('update t set i = 2')();
    expect(await ask(sql, { atOnce: true })).toBe('j,k 0,2');
  });

  it('that runs long begins, is interrupted by the signal of its execution, and leaves the session free', async () => {
    const long = 'select count(*) from range(1000000) a, range(1000000) b';
    const stop = new AbortController();
    const statement = await session.prepare(long, 0, undefined, { atOnce: true });
    const running = statement.execute({ signal: stop.signal });
    const failed = expect(running).rejects.toMatchObject({ message: 'enough' });
    stop.abort(new GizmoError('CANCELLED', 'enough'));
    await failed;
    await statement.close();
    expect(await ask(T)).toBe('i 1');
  });

  it('that has begun and is not wanted is closed', async () => {
    for (const sql of [T, 'from range(1000000)', 'select count(*) from range(3000000)']) {
      const statement = await session.prepare(sql, 0, undefined, { atOnce: true });
      await statement.close();
      const stopped = AbortSignal.abort(new Error('before'));
      const unwanted = await session.prepare(sql, 0, undefined, { atOnce: true });
      await expect(unwanted.execute({ signal: stopped })).rejects.toThrow();
      await unwanted.close();
    }
    expect(await ask(T)).toBe('i 1');
    await expect.poll(async () => engine.counts()).toMatchObject({ statements: 0, results: 0 });
  });

  it('goes with its session', async () => {
    const third = await engine.openSession();
    for (let i = 0; i < 3; i++) await runSql(third, T);
    await third.close();
    await elsewhere('drop table t')();
    await expect(ask(T)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
