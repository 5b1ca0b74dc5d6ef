import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildBatch } from '../../../src/flight/ipc/build.js';
import { type ArrowSchema, field } from '../../../src/flight/ipc/types.js';
import type { Engine, EngineSession, ServerTableRows } from '../../../src/server/engine/engine.js';
import { ENGINES, runSql, toTexts } from '../../support/engines.js';

const schema: ArrowSchema = {
  fields: [
    field('id', { kind: 'utf8' }),
    field('number', { kind: 'int', bits: 64, signed: true }),
    field('at', { kind: 'timestamp', unit: 'us', timezone: 'UTC' }),
    field('ok', { kind: 'bool' }),
  ],
};
const TABLES = [
  { name: 'gizmo_first', schema },
  { name: 'gizmo_second', schema: { fields: [field('id', { kind: 'utf8' })] } },
];

/** Rows of `gizmo_first`, and of `gizmo_second` the same ids. */
function rowsOf(ids: readonly string[]): ServerTableRows {
  const first = [ids, ids.map((_, i) => i), ids.map(() => 0n), ids.map((_, i) => i % 2 === 0)];
  return new Map([
    ['gizmo_first', buildBatch(schema, first)],
    ['gizmo_second', buildBatch({ fields: [field('id', { kind: 'utf8' })] }, [ids])],
  ]);
}

describe.each(ENGINES)('server tables, %s', (_name, openEngine) => {
  let engine: Engine;
  let session: EngineSession;
  beforeAll(async () => {
    engine = await openEngine({ serverTables: TABLES });
    session = await engine.openSession();
  });
  afterAll(() => engine.close());

  const read = async (
    sql: string,
    ids: readonly string[] = ['a', 'something that is longer than 12 bytes'],
  ) => toTexts(await runSql(session, sql, { serverTables: rowsOf(ids) })).map((row) => row.join('|'));

  it('reads the rows that are handed over, in any place of a SELECT', async () => {
    expect(await read('from gizmo_first()')).toEqual([
      'a|0|1970-01-01 00:00:00+00|true',
      'something that is longer than 12 bytes|1|1970-01-01 00:00:00+00|false',
    ]);
    expect(await read('select count(*) from gizmo_first() a join gizmo_first() b using (id)')).toEqual(['2']);
    expect(await read('select id from gizmo_second() where id = $$a$$')).toEqual(['a']);
    expect(
      await read('select (select max(number) from gizmo_first()) + count(*) from gizmo_second()'),
    ).toEqual(['3']);
    expect(await read('select count(*), min(id) from gizmo_second()', [])).toEqual(['0|']);
    const many = Array.from({ length: 5000 }, (_, i) => `the id of number ${i}`);
    expect(await read('select count(distinct id) from gizmo_first()', many)).toEqual(['5000']);
  });

  it('names what a statement reads, also behind views, macros and query()', async () => {
    await runSql(session, 'create view seen as from gizmo_first()');
    await runSql(session, 'create macro looked() as table from gizmo_second()');
    const texts: [string, string[]][] = [
      ['select 1', []],
      ['from seen', ['gizmo_first']],
      ['from looked(), seen', ['gizmo_first', 'gizmo_second']],
      ["from query('from gizmo' || '_second()')", ['gizmo_second']],
      ['create table kept as from seen', ['gizmo_first']],
      ['explain analyze from seen', ['gizmo_first']],
    ];
    for (const [sql, tables] of texts) {
      const statement = await session.prepare(sql);
      expect([...statement.serverTables].sort(), sql).toEqual(tables);
      await statement.close();
    }
    await runSql(session, 'prepare p as from gizmo_second()');
    const execute = await session.prepare('execute p');
    expect(execute.serverTables).toContain('gizmo_second');
    await execute.close();
    expect(await read('execute p')).toHaveLength(2);
  });

  it('refuses a statement that reads another one than it was prepared for', async () => {
    await runSql(session, 'create table numbers as select 1::bigint as number');
    await runSql(session, 'create view moving as select number as id from numbers');
    const statement = await session.prepare('from moving');
    const other = await engine.openSession();
    await runSql(other, 'create or replace view moving as select number as id from gizmo_first()');
    const reading = statement.execute().then(async (result) => {
      while ((await result.next()) !== undefined);
    });
    await expect(reading).rejects.toThrow(/Prepare it again/);
    await statement.close();
    await other.close();
  });

  it('says in the facts that it is read', async () => {
    const facts = await session.inspect('from gizmo_first()', { readOnly: true });
    expect(facts.opaque).toBeUndefined();
    expect(facts.functions).toEqual([{ name: 'gizmo_first', class: 'unknown' }]);
    await session.endScope('rollback');
  });
});
