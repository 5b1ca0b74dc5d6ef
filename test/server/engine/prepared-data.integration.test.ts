import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildBatch } from '../../../src/flight/ipc/build.js';
import { field } from '../../../src/flight/ipc/types.js';
import type { Engine, EngineSession, EngineStatement } from '../../../src/server/engine/engine.js';
import { ENGINES, queryTexts, runSql } from '../../support/engines.js';

// DuckDB prunes with the statistics of the moment at which it prepares: no id is 7000, so it scans nothing, for ever.
describe.each(ENGINES)('a statement prepared on the engine %s, when it runs again', (_, open) => {
  let engine: Engine;
  let session: EngineSession;
  let other: EngineSession;

  beforeAll(async () => {
    engine = await open();
    session = await engine.openSession();
    other = await engine.openSession();
  });

  beforeEach(async () => {
    await runSql(session, 'create or replace table t as select i::integer as id from range(1000) r(i)');
  });

  afterAll(async () => {
    await engine.close();
  });

  async function rowsOf(statement: EngineStatement): Promise<number> {
    const result = await statement.execute();
    let rows = 0;
    for (let next = await result.next(); next !== undefined; next = await result.next()) rows += next.rows;
    return rows;
  }

  const changes: Record<string, () => Promise<unknown>> = {
    'another session': () => runSql(other, 'insert into t values (7000)'),
    'another session, with RETURNING': () => runSql(other, 'insert into t values (7000) returning id'),
    'a transaction of another session': async () => {
      for (const sql of ['begin', 'insert into t values (7000)', 'commit']) await runSql(other, sql);
    },
    'somebody whose statements are inspected': async () => {
      const sql = 'insert into t values (7000)';
      await other.inspect(sql, { readOnly: false });
      await runSql(other, sql);
      await other.endScope('commit');
    },
    'a bulk load': () => {
      const arrowSchema = { fields: [field('id', { kind: 'int', bits: 32, signed: true } as const)] };
      async function* batches() {
        yield buildBatch(arrowSchema, [[7000]]);
      }
      const how = { temporary: false, ifMissing: 'fail', ifExists: 'append' } as const;
      return other.ingest({ table: 't', ...how, arrowSchema, batches: batches() });
    },
    'its own session': () => runSql(session, 'update t set id = 7000 where id = 7'),
  };

  it.each(Object.entries(changes))('sees what was written by %s', async (_by, change) => {
    const statement = await session.prepare('select id from t where id = 7000');
    expect(await rowsOf(statement)).toBe(0);
    await change();
    expect(await rowsOf(statement)).toBe(1);
    expect(await rowsOf(statement)).toBe(1);
    await statement.close();
  });

  it('sees it in its own transaction as well, and not what others have not committed', async () => {
    const statement = await session.prepare('select id from t where id = 7000');
    await runSql(other, 'begin');
    await runSql(other, 'insert into t values (7000)');
    expect(await rowsOf(statement)).toBe(0);
    await runSql(other, 'rollback');
    await runSql(session, 'begin');
    await runSql(session, 'insert into t values (7000)');
    expect(await rowsOf(statement)).toBe(1);
    await runSql(session, 'rollback');
    expect(await rowsOf(statement)).toBe(0);
    await statement.close();
  });

  it('changes rows that were written since', async () => {
    const statement = await session.prepare('delete from t where id = 7000');
    expect((await statement.execute()).changes).toBe(0);
    await runSql(other, 'insert into t values (7000)');
    expect((await statement.execute()).changes).toBe(1);
    expect(await queryTexts(session, 'select count(*) from t where id = 7000')).toEqual(['0']);
    await statement.close();
  });

  it('fails plainly where its table is gone, and runs again when that is back', async () => {
    const statement = await session.prepare('select id from t where id = 5');
    await runSql(other, 'drop table t');
    await expect(statement.execute()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await runSql(other, 'create table t as select 5 as id');
    expect(await rowsOf(statement)).toBe(1);
    await statement.close();
    expect(await engine.counts()).toMatchObject({ statements: 0, results: 0 });
  });
});
