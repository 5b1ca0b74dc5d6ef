import { describe, expect, it } from 'vitest';
import { openDuckDb } from '../../../src/server/engine/duckdb/open-duckdb.js';

describe('a statement that fails in one of several threads', () => {
  it('is never reported as cancelled: nobody asked for that', async () => {
    const engine = await openDuckDb({ readOnly: false, allowExtensions: false });
    const session = await engine.openSession();
    const codes = new Set<unknown>();
    for (let run = 0; run < 100; run++) {
      const statement = await session.prepare(
        "select case when range = 300000 then error('stop') else range end from range(400000)",
      );
      const reading = statement.execute().then(async (result) => {
        while ((await result.next()) !== undefined);
      });
      codes.add(
        await reading.then(
          () => 'ended',
          (error: { code?: unknown }) => error.code,
        ),
      );
      await statement.close();
    }
    expect([...codes]).toEqual(['STATEMENT_FAILED']);
    await engine.close();
  });

  it('does not make its text count as one with a small result when it is closed early', async () => {
    const engine = await openDuckDb({ readOnly: false, allowExtensions: false, memoryLimit: '200MB' });
    const session = await engine.openSession();
    // Materialized, the second run would need more memory than there is.
    const sql = 'select range, repeat(range::varchar, 50) from range(20_000_000)';
    for (let run = 0; run < 2; run++) {
      const statement = await session.prepare(sql);
      const result = await statement.execute();
      expect((await result.next())?.rows).toBe(256);
      await result.close();
      await statement.close();
    }
    await engine.close();
  });
});
