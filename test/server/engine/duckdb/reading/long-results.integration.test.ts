import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GizmoError } from '../../../../../src/errors.js';
import type { Engine, EngineResult, EngineSession } from '../../../../../src/server/engine/engine.js';
import { ENGINES, queryTexts, runSql, toTexts } from '../../../../support/engines.js';

/** A column of every type, nulls among them, long enough that it is read on in another thread. */
const EVERY_TYPE = `select
  case when i % 3 = 0 then null else i % 2 = 0 end as bool, (i % 100)::tinyint as tiny, (i % 1000)::smallint as small,
  case when i % 5 = 0 then null else i::integer end as int, i * 1000000007 as big, i::hugeint * i as huge,
  i::uhugeint as uhuge, i / 7.0 as double, (i % 99)::float as float, (i % 999 / 10)::decimal(4, 1) as dec16,
  (i / 10)::decimal(9, 2) as dec32, case when i % 11 = 0 then null else (i - 10000)::decimal(15, 2) end as dec64,
  i::decimal(30, 3) as dec128, date '2000-01-01' + i::integer as date, timestamp '2000-01-01' + to_seconds(i) as at,
  to_days(i::integer) as days, md5(i::varchar) as long_text, left('a text of ' || i, (i % 16)::integer) as text,
  case when i % 4 = 0 then null else i::varchar end as some, 'constant' as constant, encode(i::varchar) as blob,
  ['red', 'green', 'blue'][i % 3 + 1]::enum('red', 'green', 'blue') as colour, uuid '12345678-9abc-def0-1234-56789abcdef0' as id,
  range(i % 4) as list, {'a': i, 'b': i::varchar} as struct, map {i: 'v' || i} as map,
  array_value(i, i + 1) as pair, union_value(num := i) as choice, null as nothing
from range(20000) t(i)`;

describe.each(ENGINES)('long results of the engine %s', (_name, open) => {
  let engine: Engine;
  let session: EngineSession;

  beforeAll(async () => {
    engine = await open();
    session = await engine.openSession();
    // The thread that reads on starts with the first of them.
    await runSql(session, 'from range(2000000)');
  });

  afterAll(() => engine.close());

  async function execute(sql: string, signal?: AbortSignal): Promise<EngineResult> {
    const statement = await session.prepare(sql);
    return await statement.execute({ ...(signal && { signal }) });
  }

  it('have the values of every type that DuckDB has', async () => {
    const reference = await ENGINES[1]![1]();
    try {
      const other = await reference.openSession();
      const expected = toTexts(await runSql(other, EVERY_TYPE));
      expect(toTexts(await runSql(session, EVERY_TYPE))).toEqual(expected);
    } finally {
      await reference.close();
    }
  });

  it('have every row once and in order', async () => {
    const { batches, rows } = await runSql(session, 'from range(1000000)');
    expect(rows).toBe(1_000_000);
    let wanted = 0n;
    for (const { columns, length } of batches) {
      const values = columns[0]!.data!;
      const view = new DataView(values.buffer, values.byteOffset, values.byteLength);
      for (let row = 0; row < length; row++, wanted++)
        if (view.getBigInt64(row * 8, true) !== wanted) throw new Error(`row ${wanted} is another`);
    }
  });

  it('are cut where rows are large, and where they become large', async () => {
    const sql =
      "select i, repeat('x', case when i < 20000 then 1 else 3000 end) as text from range(24000) t(i)";
    const { batches, rows } = await runSql(session, sql);
    expect(rows).toBe(24_000);
    const largest = Math.max(...batches.map(({ columns }) => columns[1]!.data!.byteLength));
    expect(largest).toBeLessThanOrEqual(2 * 1024 * 1024);
  });

  it('fail with what DuckDB says where a late row cannot be computed', async () => {
    const sql =
      "select case when i = 900000 then 'x' else i::varchar end::bigint as n from range(1000000) t(i)";
    await expect(runSql(session, sql)).rejects.toThrow(/Could not convert string 'x'|such as by a cast/);
    expect(await queryTexts(session, 'select 1')).toEqual(['1']);
  });

  it('fail where a late row cannot be sent', async () => {
    const sql = `select to_microseconds(case when i = 900000 then 9223372036854775807 else i end) as t from range(1000000) t(i)`;
    await expect(runSql(session, sql)).rejects.toMatchObject({ code: 'OUT_OF_RANGE' });
    expect(await queryTexts(session, 'select 1')).toEqual(['1']);
  });

  it('are stopped by their signal, whose reason they fail with', async () => {
    const controller = new AbortController();
    const result = await execute('from range(100000000)', controller.signal);
    for (let i = 0; i < 20; i++) await result.next();
    controller.abort(new GizmoError('DEADLINE_EXCEEDED', 'too long'));
    const rest = async () => {
      while ((await result.next()) !== undefined);
    };
    await expect(rest()).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    expect(await queryTexts(session, 'select 1')).toEqual(['1']);
  });

  it('are closed while they are read', async () => {
    const result = await execute('from range(100000000)');
    for (let i = 0; i < 20; i++) await result.next();
    const reading = result.next();
    await Promise.all([result.close(), reading.catch(() => undefined)]);
    await expect(result.next()).rejects.toBeInstanceOf(GizmoError);
    expect(await queryTexts(session, 'select 1')).toEqual(['1']);
  });

  it('that suddenly take long neither hold up others nor are beyond their signal', async () => {
    // A million rows at once, and then none for minutes.
    const sql = 'from range(1000000000000) t(i) where i < 1000000 or hash(i) = 1';
    const slow = await engine.openSession();
    const controller = new AbortController();
    const statement = await slow.prepare(sql);
    let read = 0;
    const reading = (async () => {
      const result = await statement.execute({ signal: controller.signal });
      for (let batch = await result.next(); batch !== undefined; batch = await result.next())
        read += batch.rows;
    })();
    reading.catch(() => undefined);
    for (let before = -1; before < read || read < 500_000; ) {
      before = read;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    const { rows } = await runSql(session, 'from range(1000000)');
    expect(rows).toBe(1_000_000);
    controller.abort(new GizmoError('CANCELLED', 'enough'));
    await expect(reading).rejects.toMatchObject({ code: 'CANCELLED' });
    await slow.close();
  });

  it('are read side by side', async () => {
    const sessions = await Promise.all(Array.from({ length: 6 }, () => engine.openSession()));
    const ran = await Promise.all(sessions.map((it) => runSql(it, 'from range(500000)')));
    expect(ran.map(({ rows }) => rows)).toEqual(Array(6).fill(500_000));
    await Promise.all(sessions.map((it) => it.close()));
  });

  it('end with the engine that is closed meanwhile', async () => {
    const other = await open();
    const reader = await other.openSession();
    const statement = await reader.prepare('from range(100000000)');
    const result = await statement.execute();
    for (let i = 0; i < 50; i++) await result.next();
    const reading = result.next().then(
      () => undefined,
      () => undefined,
    );
    await Promise.all([other.close(), reading]);
    await expect(result.next()).rejects.toBeInstanceOf(GizmoError);
  });
});
