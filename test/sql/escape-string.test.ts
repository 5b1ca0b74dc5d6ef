import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import { escapeStringValue } from '../../src/sql/escape-string.js';

describe('the value of E’…’', () => {
  it.each([
    "E'plain'",
    "e'two ''quotes'''",
    String.raw`E'\x41\x4 \101\7 ö'`,
    String.raw`E'\n\t\b\f\r\\\'\q\"'`,
    "E'one'\n  'two'",
    "E'one' -- comment\n\n'two'",
  ])('is what DuckDB makes of %s', async (literal) => {
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    const reader = await connection.runAndReadAll(`select ${literal}`);
    expect(escapeStringValue(literal)).toBe(reader.getRows()[0]?.[0]);
    connection.closeSync();
  });

  it('is nothing for other literals', () => {
    expect(escapeStringValue("'x'")).toBeUndefined();
    expect(escapeStringValue("x'00'")).toBeUndefined();
  });
});
