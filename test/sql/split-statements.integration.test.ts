import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitStatements } from '../../src/sql/split-statements.js';

test('counts the statements that DuckDB itself counts, wherever DuckDB can parse the text', async () => {
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  const piece = fc.constantFrom(
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
    "select x'00'",
    'select a$$b',
    'select $1',
    'select ?',
    'select 1+/*;*/2',
    'select 1.5e3',
    'select é',
    "n';'",
    "e'",
    "x'",
    'u&"',
  );
  const character = fc.constantFrom(
    ...[
      ';',
      ';',
      "'",
      '"',
      '$',
      '$$',
      '$a$',
      '$a',
      '$é$',
      'a$',
      '/*',
      '*/',
      '--',
      '+',
      '*',
      '/',
      '-',
      '?',
      '#',
      ':',
    ],
    ...[
      '.',
      '(',
      ')',
      ',',
      'a',
      'e',
      'E',
      'x',
      'b',
      'n',
      'u&',
      '_',
      '0',
      '1',
      '0x',
      '1e',
      '\\',
      'é',
      '😀',
      'select',
      ' as ',
    ],
    ...[
      ' ',
      '\t',
      '\n',
      '\r',
      '\r\n',
      '\v',
      '\f',
      '\x01',
      '\x7f',
      '\x85',
      '\u00a0',
      '\u1680',
      '\u180e',
      '\u2000',
    ],
    ...['\u200a', '\u200b', '\u200c', '\u2028', '\u202f', '\u205f', '\u2060', '\u3000', '\ufeff'],
  );
  const part = fc.oneof({ arbitrary: piece, weight: 2 }, { arbitrary: character, weight: 3 });
  const text = fc.array(part, { minLength: 1, maxLength: 14 }).map((parts) => parts.join(''));
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(text, async (sql) => {
      const expected = await countByDuckDb(sql);
      if (expected === undefined) return;
      compared += 1;
      expect(splitStatements(sql).statements).toHaveLength(expected);
    }),
    { numRuns: 10_000 },
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
