/** Whoever is no administrator may send 256 Ki characters: looking at them must not hold up everybody else. */
import { expect, it } from 'vitest';
import { readText } from '../../../../src/server/engine/duckdb/facts/read-text.js';

const LENGTH = 256 * 1024;

it.each([
  'glob(',
  'query_table(',
  "query_table('a', ",
  "query('a'), ",
  "read_csv('a', ",
  'nextval(',
  '(',
  '("("',
])('a text of %s over and over is decided on in time', (piece) => {
  const text = `select ${piece.repeat(LENGTH / piece.length)}`;
  const start = performance.now();
  readText(text, { readOnly: true, signal: new AbortController().signal });
  expect(performance.now() - start).toBeLessThan(10_000);
});
