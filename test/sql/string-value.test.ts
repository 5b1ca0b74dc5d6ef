import { DuckDBInstance } from '@duckdb/node-api';
import { expect, it } from 'vitest';
import { stringValue } from '../../src/sql/string-value.js';

it.each([
  "'plain'",
  "'two ''quotes'''",
  "'one'\n  'two'",
  "'one' -- it''s a comment\n\n'two'",
  "'one'''\r'''two'\n'three'",
  '$$dollars$$',
  "$tag$it's$tag$",
])('the value of a string is what DuckDB makes of it: %j', async (literal) => {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const reader = await connection.runAndReadAll(`select ${literal}`);
  expect(stringValue(literal)).toBe(reader.getRows()[0]?.[0]);
  connection.closeSync();
});

it('other literals have none', () => {
  expect(stringValue("E'x'")).toBeUndefined();
  expect(stringValue("x'00'")).toBeUndefined();
});
