/** A query that is executed for what its text meant tells nothing where that changes while it runs. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  type Engine,
  type EngineSession,
  type EngineStatement,
  MeaningChanged,
} from '../../../../src/server/engine/engine.js';
import { openDuckDbWorker } from '../../../../src/server/engine/worker/open-duckdb-worker.js';
import { runSql } from '../../../support/engines.js';

let engine: Engine;
let session: EngineSession;
let other: EngineSession;
let query: EngineStatement;
let meaning: number;
beforeEach(async () => {
  engine = await openDuckDbWorker({ readOnly: false, allowExtensions: false });
  [session, other] = [await engine.openSession(), await engine.openSession()];
  await runSql(other, "create view v as select 'old' as x from range(100000)");
  query = await session.prepare('from v');
  meaning = session.meaning ?? -1;
});
afterEach(() => engine.close());

const NEW = "create or replace view v as select 'new' as x";

it('is answered while only data changes', async () => {
  await runSql(other, 'create table t (i integer)');
  meaning = session.meaning ?? -1;
  const insert = runSql(other, 'insert into t values (1)');
  const result = await query.execute({ meaning });
  await insert;
  expect(session.meaning).toBe(meaning);
  await result.close();
});

it('is not answered where a change has begun before it', async () => {
  const change = await other.prepare(NEW);
  const changing = change.execute();
  expect(session.meaning).toBeUndefined();
  await expect(query.execute({ meaning })).rejects.toBeInstanceOf(MeaningChanged);
  await (await changing).close();
});

it('is not answered where a change begins while it runs, and leaves the session free', async () => {
  const change = await other.prepare(NEW);
  const answer = query.execute({ meaning });
  const changing = change.execute();
  await expect(answer).rejects.toBeInstanceOf(MeaningChanged);
  await (await changing).close();
  await query.close();
  expect((await runSql(session, 'from v')).rows).toBe(1);
});

it('says nothing of why it failed either', async () => {
  await runSql(other, "create or replace view v as select error('hidden') as x");
  const failing = await session.prepare('from v');
  const { meaning: now = -1 } = session;
  await expect(failing.execute({ meaning: now })).rejects.toThrow('hidden');
  const change = await other.prepare(NEW);
  const answer = failing.execute({ meaning: now });
  const changing = change.execute();
  await expect(answer).rejects.toBeInstanceOf(MeaningChanged);
  await (await changing).close();
});

it('is not answered while a transaction ends that has changed something', async () => {
  await runSql(other, 'begin transaction');
  await runSql(other, NEW);
  const { meaning: before = -1 } = session;
  const commit = await other.prepare('commit');
  const committing = commit.execute();
  await expect(query.execute({ meaning: before })).rejects.toBeInstanceOf(MeaningChanged);
  await (await committing).close();
});

it('is never answered so where there are extensions', async () => {
  const extended = await openDuckDbWorker({ readOnly: false, allowExtensions: true });
  const its = await extended.openSession();
  expect(its.meaning).toBeUndefined();
  await extended.close();
});

it('that was inspected is kept with a note, and taken only as long as it means the same', async () => {
  await runSql(other, 'create table t as select 1 as i');
  const noted = async (note: unknown) => {
    const statement = await session.prepare('from t', 0, undefined, { inspected: true, again: true });
    statement.note = note;
    await statement.close();
  };
  await noted(undefined);
  expect(session.takeNoted('from t')).toBeUndefined();
  await noted('known');
  const taken = session.takeNoted('from t');
  expect(taken?.note).toBe('known');
  expect(session.takeNoted('from t')).toBeUndefined();
  await taken?.close();
  await runSql(other, 'alter table t add column j integer');
  expect(session.takeNoted('from t')).toBeUndefined();
});
