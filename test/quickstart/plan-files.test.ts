import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { planFiles, tableName, uniqueNames } from '../../src/quickstart/plan-files.js';

const folder = mkdtempSync(join(tmpdir(), 'gizmo-plan-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string | Buffer = 'x'): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('a table name', () => {
  it.each([
    ['flights-3m.parquet', 'flights_3m'],
    ['/data/2024 Flights (3m).csv.gz', '_2024_flights_3m'],
    ['Größe.json', 'größe'],
    ['v1.2.csv', 'v1_2'],
    ['.csv', 'csv'],
    ['---.csv', 'data'],
    ['a"; drop table b; --.csv', 'a_drop_table_b'],
  ])('of %s is %s', (path, name) => {
    expect(tableName(path)).toBe(name);
  });
  it('is an identifier whatever the file is called', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => {
        expect(tableName(`${name}.csv`)).toMatch(/^[\p{L}_][\p{L}\p{N}_]*$/u);
      }),
    );
  });
  it('is given once', () => {
    expect(uniqueNames(['a', 'a', 'b', 'a', 'a_2'])).toEqual(['a', 'a_2', 'b', 'a_3', 'a_2_2']);
  });
});

describe('the files of a quickstart', () => {
  it('become tables in the order given', () => {
    const plan = planFiles([
      file('b.csv'),
      file('a.parquet'),
      file('c.ndjson'),
      file('d.feather'),
      file('e.tsv.gz'),
    ]);
    expect(plan.database).toBeUndefined();
    expect(plan.tables.map(({ table, format }) => [table, format])).toEqual([
      ['b', 'csv'],
      ['a', 'parquet'],
      ['c', 'json'],
      ['d', 'arrow'],
      ['e', 'csv'],
    ]);
  });
  it('may be one database, known by its name or by its content', () => {
    expect(planFiles([file('a.duckdb')]).database).toBe(join(folder, 'a.duckdb'));
    const odd = file('odd.data', Buffer.from('\0\0\0\0\0\0\0\0DUCK', 'latin1'));
    expect(planFiles([odd]).database).toBe(odd);
  });
  it.each([
    [() => [join(folder, 'missing.csv')], /There is no file .*missing\.csv/],
    [() => [folder], /is not a file/],
    [() => [file('a.xlsx')], /not a kind of file .*\.duckdb, \.db, \.ddb, \.csv.*\.gz and \.zst/],
    [() => [file('a.arrow.gz')], /unpack it first/],
    [() => [file('a.duckdb'), file('b.csv')], /a\.duckdb is a database/],
  ])('are refused with a sentence that names the fault', (paths, sentence) => {
    expect(() => planFiles(paths())).toThrow(sentence);
  });
});
