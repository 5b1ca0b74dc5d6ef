import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { GizmoError } from '../../../src/errors.js';
import type { Engine, EngineSession } from '../../../src/server/engine/engine.js';
import { ENGINES, type Ran, runSql, toTexts } from '../../support/engines.js';

// An engine may run a text that differs from others in values alone without preparing it. Nobody is to see that it does.
describe.each(ENGINES)('a text like others before it, on the engine %s', (name, open) => {
  let engine: Engine;
  let session: EngineSession;
  let other: EngineSession;

  beforeAll(async () => {
    engine = await open({ serverTables: [{ name: 'gizmo_numbers', schema: { fields: [] } }] });
  });
  beforeEach(async () => {
    await session?.close();
    await other?.close();
    session = await engine.openSession();
    other = await engine.openSession();
    await runSql(other, 'drop view if exists v');
    await runSql(other, 'create or replace table t(i integer primary key, x varchar)');
    await runSql(other, "insert into t values (1, 'one'), (2, 'two'), (3, 'three')");
    for (const id of [1, 2]) await ask(lookup(id));
    for (const id of [11, 12]) await ask(insert(id));
  });
  afterAll(async () => {
    await engine.close();
  });

  const lookup = (id: unknown) => `select x from t where i = ${id}`;
  const insert = (id: unknown) => `insert into t values (${id}, 'a name')`;

  async function ran(sql: string): Promise<Ran> {
    const prepare = (text: string) => session.prepare(text, 0, undefined, { atOnce: true });
    return await runSql({ ...session, prepare } as EngineSession, sql);
  }

  /** Names, rows and the count of changes, as whoever sends the text gets them. */
  async function ask(sql: string): Promise<string> {
    const answer = await ran(sql);
    const names = answer.schema.fields.map((it) => it.name);
    return [...[names, ...toTexts(answer)].map((row) => row.join(',')), answer.changes].join(' ').trim();
  }

  const refused = async (sql: string): Promise<GizmoError> =>
    await ask(sql).then(
      () => expect.unreachable(),
      (error: unknown) => error as GizmoError,
    );

  it('is answered as it would be by itself', async () => {
    expect(await ask(lookup(3))).toBe('x three');
    expect(await ask(lookup("'2'"))).toBe('x two');
    expect(await ask(lookup(99))).toBe('x');
    expect(await ask(insert(13))).toBe('1');
    expect(await ask(lookup(13))).toBe('x a name');
    expect(await ask("insert into t values (14, 'it''s')")).toBe('1');
    expect(await ask('select x as y from t where i = 14')).toBe("y it's");
  });

  if (name === 'in a worker')
    it('is not prepared', async () => {
      const prepared = await session.prepare(lookup(3), 0, undefined, { atOnce: true });
      expect(prepared).toMatchObject({ kind: 'select', returns: 'rows', readOnly: true, schema: undefined });
      await prepared.close();
      expect(await session.prepare(lookup(3))).toMatchObject({ schema: expect.anything() });
    });

  it('sees what has changed meanwhile', async () => {
    await runSql(other, 'alter table t alter x type blob');
    expect((await ran(lookup(3))).schema.fields[0]?.type.kind).toBe('binary');
    await runSql(session, "create temp table t as select 3 as i, 'mine' as x");
    expect(await ask(lookup(3))).toBe('x mine');
    expect(await ask(insert(4))).toBe('1');
    expect(toTexts(await runSql(other, 'select count(*) from t'))).toEqual([['5']]);
  });

  it('fails as it would by itself, and leaves the session as it was', async () => {
    expect(await refused(insert(11))).toMatchObject({ code: 'STATEMENT_FAILED', message: /Duplicate key/ });
    const wrong = await refused(lookup("'no number'"));
    expect(wrong.message).toContain("Could not convert string 'no number' to INT32");
    expect(wrong.message).toContain('LINE 1');
    expect(await ask(lookup(3))).toBe('x three');
  });

  it('ends a transaction that it fails in, and leaves one open that it cannot be planned in', async () => {
    await runSql(session, 'begin');
    for (const id of [21, 22]) expect(await ask(insert(id))).toBe('1');
    for (const id of [1, 2]) await ask(lookup(id));
    await refused('select nothing from t where i = 1');
    expect(await ask(lookup(22))).toBe('x a name');
    await refused(insert(22));
    expect(await refused(insert(23))).toMatchObject({ code: 'FAILED_PRECONDITION' });
    await runSql(session, 'rollback');
    expect(await ask(lookup(21))).toBe('x');
    expect(await ask(insert(23))).toBe('1');
  });

  it('takes nothing with it that it has in quotes', async () => {
    const text = "'); drop table t; --'";
    expect(await ask(`insert into t values (31, ${text.slice(0, -1)}')`)).toBe('1');
    expect(await ask(lookup(31))).toBe("x '); drop table t; --".replace("'", '').trim());
  });

  it('is stopped by its signal', async () => {
    await runSql(other, 'create view v as select count(*) as i from range(1000000000) a, range(100) b');
    const begun = await session.prepare(lookup(3), 0, undefined, { atOnce: true });
    const stop = AbortSignal.abort(new GizmoError('CANCELLED', 'enough'));
    await expect(begun.execute({ signal: stop })).rejects.toMatchObject({ message: 'enough' });
    await begun.close();
    expect(await ask(lookup(3))).toBe('x three');
  });

  it('leaves nothing open', async () => {
    const before = await engine.counts();
    await ask(lookup(3));
    await runSql(session, 'begin');
    for (const id of [41, 42, 43]) await ask(insert(id));
    await runSql(session, 'commit');
    expect(await engine.counts()).toEqual(before);
    await runSql(session, 'begin');
    for (const id of [44, 45]) await ask(insert(id));
    await refused(insert(41));
    await runSql(session, 'rollback');
    await refused(insert(41));
    expect(await engine.counts()).toEqual(before);
  });
});
