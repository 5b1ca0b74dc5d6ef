/** Whoever is no administrator may send 256 Ki characters: looking at them must not hold up everybody else. */
import { expect, it } from 'vitest';
import { takenTexts } from '../../../../src/server/engine/duckdb/facts/bound-texts.js';
import { readText } from '../../../../src/server/engine/duckdb/facts/read-text.js';
import { significant } from '../../../../src/server/engine/duckdb/facts/words.js';
import { withPivotValues } from '../../../../src/server/engine/duckdb/facts/wrappers.js';
import { references } from '../../../../src/server/engine/duckdb/lent/tree.js';

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

// What goes through the rest of the text from each of these takes minutes.
it.each([
  ['nextval(', ['name']],
  ['currval(1,', ['name']],
  ['from_json(', ['type']],
  ['make_type(', ['type']],
  ['current_setting(', ['setting']],
  ['histogram(a,', []],
])('calls of %s in one another are looked at once each', async (piece, taken) => {
  const none = { definitions: { all: () => Promise.resolve([]) } };
  const text = `select ${piece.repeat(LENGTH / piece.length)}`;
  expect([...(await takenTexts(none, text))]).toEqual(taken);
});

it('PIVOTs in one another get values up to some number', () => {
  const text = `select ${'(pivot t on a '.repeat(LENGTH / 14)}`;
  const values = withPivotValues(text, significant(text)).match(/ IN \(NULL\) /g);
  expect(values?.length).toBeLessThan(200);
});

// Each query of a WITH knows the names before it: to copy those for each of so many took gigabytes and minutes.
it('a WITH of many queries is looked through by the names that each knows', () => {
  const select = (table: string) => ({
    type: 'SELECT_NODE',
    from_table: { type: 'BASE_TABLE', catalog_name: '', schema_name: '', table_name: table },
  });
  const map = Array.from({ length: LENGTH / 12 }, (_, at) => ({
    key: `Q${at}`,
    value: { query: { node: select(at === 0 ? 'q0' : `q${at % 2 === 0 ? at - 1 : at + 1}`) } },
  }));
  const found = references({ ...select(`q${map.length - 1}`), cte_map: { map } });
  const names = found.map(({ table }) => table).sort();
  const outside = map.flatMap((_, at) => (at === 0 ? ['q0'] : at % 2 === 0 ? [] : [`q${at + 1}`]));
  expect(names).toEqual(outside.sort());
});

it('the words of a long text are read once while it is decided on', () => {
  const text = `select ${'a+'.repeat(LENGTH / 2 - 5)}1`;
  expect(significant(text)).toBe(significant(text));
  expect(significant(text).length).toBeGreaterThan(200_000);
});
