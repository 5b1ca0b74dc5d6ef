import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitStatements } from '../../src/sql/split-statements.js';

test('counts the statements that DuckDB itself counts, wherever DuckDB can parse the text', async () => {
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  const part = fc.constantFrom(
    'select 1',
    "select ';'",
    "select ''';'",
    String.raw`select e'\';'`,
    'select ";" from t',
    'select $$;$$',
    'select $a$;$$;$a$',
    '/* ; /* ; */ */',
    '-- ;\n',
    '-- ;\r',
    ';',
    ' ',
    '\u00a0',
    '\u3000',
    "select x'00'",
    'select a$$b',
    'select $1',
    'select 1+/*;*/2',
    'select 1.5e3',
    "'",
    '$$',
    '/*',
    '*/',
    '"',
    'e',
    'select é',
    "n';'",
  );
  const text = fc.array(part, { minLength: 1, maxLength: 8 }).map((parts) => parts.join(''));
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(text, async (sql) => {
      const expected = await countByDuckDb(sql);
      if (expected === undefined) return;
      compared += 1;
      expect(splitStatements(sql).statements).toHaveLength(expected);
    }),
    { numRuns: 3000 },
  );
  expect(compared).toBeGreaterThan(200);
  connection.closeSync();

  async function countByDuckDb(sql: string): Promise<number | undefined> {
    try {
      return (await connection.extractStatements(sql)).count;
    } catch {
      return undefined;
    }
  }
});
