import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTableSql, sampleQueries } from '../../src/quickstart/table-sql.js';
import { quoteName } from '../../src/sql/quote.js';
import { ROOT } from '../support/root.js';

describe('the SQL of a quickstart', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gizmo-sql-'));
  let instance: DuckDBInstance;
  let connection: DuckDBConnection;
  beforeAll(async () => {
    instance = await DuckDBInstance.create();
    connection = await instance.connect();
  });
  afterAll(() => {
    connection.closeSync();
    instance.closeSync();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(['plain.csv', "it's.csv", 'all[1]*?.csv', 'semi;colon --.csv'])(
    'reads %s and nothing else',
    async (name) => {
      const path = join(folder, name);
      writeFileSync(path, 'a,b\n1,x\n2,y\n');
      writeFileSync(join(folder, 'all1xy.csv'), 'c\n9\n');
      await connection.run(createTableSql({ path, format: 'csv', table: `table "of" ${name}` }));
      const result = await connection.runAndReadAll(`from ${quoteName(`table "of" ${name}`)}`);
      expect(result.columnNames()).toEqual(['a', 'b']);
      expect(result.getRows()).toHaveLength(2);
    },
  );
  it('answers for the bundled sample', async () => {
    for (const table of ['penguins', 'seattle_weather'])
      await connection.run(
        createTableSql({ path: join(ROOT, 'samples', `${table}.csv`), format: 'csv', table }),
      );
    const queries = sampleQueries([{ table: 'penguins' }, { table: 'seattle_weather' }]);
    for (const sql of queries) {
      const result = await connection.runAndReadAll(sql);
      expect(result.getRows().length).toBeGreaterThan(2);
    }
    const types = await connection.runAndReadAll(
      "select column_name, data_type from duckdb_columns() where table_name = 'penguins'",
    );
    expect(Object.fromEntries(types.getRows())).toMatchObject({
      species: 'VARCHAR',
      body_mass_g: 'BIGINT',
      beak_depth_mm: 'DOUBLE',
    });
  });
  it('answers for any other table and for a database', async () => {
    await connection.run('create table "od""d" as select 1 as i');
    for (const sql of [...sampleQueries([{ table: 'od"d' }]), ...sampleQueries([])])
      expect((await connection.runAndReadAll(sql)).getRows().length).toBeGreaterThan(0);
  });
});
