/** What it costs to leave columns out of tables that are named often, and of texts in texts. */
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, it } from 'vitest';
import { ColumnCuts } from '../../../../../src/server/engine/duckdb/column-cuts/column-cuts.js';

const cuts = [{ catalog: 'memory', schema: 'main', name: 'people', columns: ['id'], isKnown: false }];

/** DuckDB with a table, and how often and how much it is asked. */
async function startCounting() {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run('create table people (id integer, salary integer)');
  const asked = { calls: 0, chars: 0 };
  const readTexts = async (sql: string, ...parameters: readonly string[]) => {
    asked.calls++;
    for (const { length } of parameters) asked.chars = Math.max(asked.chars, length);
    const reader = await connection.runAndReadAll(sql, [...parameters]);
    return reader.getRows().map(([text]) => String(text));
  };
  return { core: { readTexts }, asked };
}

it('asks about a table once, however often a text names it', async () => {
  const { core, asked } = await startCounting();
  const calls: number[] = [];
  for (const times of [2, 20]) {
    asked.calls = 0;
    const names = Array.from({ length: times }, () => 'people').join(' natural join ');
    expect(await new ColumnCuts(core).cut(`select id from ${names}`, cuts)).toMatchObject({
      aliases: { length: times },
    });
    calls.push(asked.calls);
  }
  expect(calls[1]).toBe(calls[0]);
});

it('writes a text in a text in a text as deep as it is checked only, since quotes in quotes double each time', async () => {
  const { core, asked } = await startCounting();
  let sql = 'from people';
  for (let at = 0; at < 16; at++) sql = `from query($q${at}$${sql}$q${at}$)`;
  expect(await new ColumnCuts(core).cut(sql, cuts)).toEqual({ text: sql, aliases: [], rest: '' });
  expect(asked.chars).toBeLessThan(10 * sql.length);
});
