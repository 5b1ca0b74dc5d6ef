import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GizmoError } from '../../../src/errors.js';
import type { Engine, EngineResult, EngineSession } from '../../../src/server/engine/engine.js';
import { ENGINES, queryTexts, runSql } from '../../support/engines.js';

const ENDLESS = 'select count(*) from range(10000000000) a, range(1000) b';
const CLOSED = { code: 'CANCELLED', message: 'The result was closed before its end.' };

describe.each(ENGINES)('closing on the engine %s', (_, open) => {
  let engine: Engine;
  let session: EngineSession;

  beforeAll(async () => {
    engine = await open();
    session = await engine.openSession();
  });

  afterAll(async () => {
    await engine.close();
  });

  async function drain(result: EngineResult): Promise<void> {
    while ((await result.next()) !== undefined);
  }

  it('a statement waits for the execution that has begun', async () => {
    for (let run = 0; run < 20; run += 1) {
      const statement = await session.prepare('select max(hash(i::varchar)) from range(100000) t(i)');
      let executed = false;
      const executing = statement.execute().finally(() => {
        executed = true;
      });
      await statement.close();
      expect(executed).toBe(true);
      await expect(drain(await executing)).rejects.toMatchObject(CLOSED);
      await expect(statement.execute()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
    expect(await queryTexts(session, 'select 1')).toEqual(['1']);
  });

  it('a statement lets an execution that changes rows complete', async () => {
    await runSql(session, 'create or replace table w (i integer)');
    const statement = await session.prepare('insert into w from range(1000)');
    const executing = statement.execute();
    await statement.close();
    const result = await executing;
    expect([result.changes, await result.next()]).toEqual([1000, undefined]);
    expect(await queryTexts(session, 'select count(*) from w')).toEqual(['1000']);
  });

  it.each([
    ['streamed', 'select i from range(1000000) t(i)'],
    ['held in memory', 'explain select 1'],
  ])('a statement makes the reader of a result that is %s fail, not end', async (__, sql) => {
    const statement = await session.prepare(sql);
    const result = await statement.execute();
    await statement.close();
    await expect(result.next()).rejects.toMatchObject(CLOSED);
    await expect(result.next()).rejects.toMatchObject(CLOSED);
    expect(result.ended).toBe(false);
    expect(await queryTexts(session, 'select 1')).toEqual(['1']);
  });

  it('a result that has ended leaves it ended', async () => {
    const statement = await session.prepare('select 1');
    const result = await statement.execute();
    await drain(result);
    await result.close();
    await statement.close();
    expect([await result.next(), result.ended]).toEqual([undefined, true]);
  });

  it('a result makes the read that waits fail, and disturbs nothing after it', async () => {
    for (let run = 0; run < 50; run += 1) {
      const statement = await session.prepare('select i, i::varchar from range(1000000) t(i)');
      const result = await statement.execute();
      await result.next();
      const reading = expect(drain(result)).rejects.toMatchObject(CLOSED);
      await result.close();
      await reading;
      await statement.close();
      expect(await queryTexts(session, 'select 1')).toEqual(['1']);
    }
  });

  it('a session makes whoever reads in it fail, not end', async () => {
    const other = await engine.openSession();
    const statement = await other.prepare('select i from range(10000000) t(i)');
    const result = await statement.execute();
    await result.next();
    // Longer than the worker takes to answer what was asked ahead: the next question then comes after the close.
    await runSql(session, 'from range(1000000)');
    await other.close();
    await expect(drain(result)).rejects.toMatchObject({ code: 'CANCELLED' });
    await result.close();
    await statement.close();
    expect(await queryTexts(session, 'select 1')).toEqual(['1']);
  });
});

describe.each(ENGINES)('preparing on the engine %s', (_, open) => {
  it('ends with the reason of its signal, also while it waits, and the session lives on', async () => {
    const engine = await open({ concurrentCallsMax: 1 });
    const [busy, session] = await Promise.all([engine.openSession(), engine.openSession()]);
    const reason = new GizmoError('DEADLINE_EXCEEDED', 'too long');
    await expect(session.prepare('select 1', 0, AbortSignal.abort(reason))).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
    });
    const endless = await busy.prepare(ENDLESS);
    const holding = new AbortController();
    const held = expect(endless.execute({ signal: holding.signal })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
    const aborter = new AbortController();
    const preparing = session.prepare('select 1', 0, aborter.signal);
    aborter.abort(reason);
    await expect(preparing).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED', message: 'too long' });
    holding.abort();
    await held;
    expect(await queryTexts(session, 'select 1')).toEqual(['1']);
    await engine.close();
  });
});
