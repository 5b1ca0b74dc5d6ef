import duckdb from '@duckdb/node-bindings';
import { expect, it } from 'vitest';
import { RESERVED } from '../../../../src/server/engine/duckdb/facts/words.js';

it('by none of the reserved words DuckDB calls a macro, and by others it does', async () => {
  const connection = await duckdb.connect(await duckdb.open(':memory:'));
  const run = (sql: string) => duckdb.query(connection, sql);
  const isAnswered = (sql: string) =>
    run(sql).then(
      () => false,
      (error: unknown) => String(error).includes('the macro was called'),
    );
  const isCalled = async (word: string) => {
    await run(
      `create macro "${word}"(a, b) as table from range(if(a = b, 1, error('the macro was called')::int))`,
    );
    const asTable = await isAnswered(`from ${word}(1, 2)`);
    await run(`drop macro table "${word}"`);
    await run(`create macro "${word}"(a, b) as error('the macro was called')::int`);
    const asValue = await isAnswered(`select ${word}(1, 2)`);
    await run(`drop macro "${word}"`);
    return asTable || asValue;
  };
  const called: string[] = [];
  for (const word of [...RESERVED, 'filter', 'left']) if (await isCalled(word)) called.push(word);
  expect(called).toEqual(['filter', 'left']);
});
