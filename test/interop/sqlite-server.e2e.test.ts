/** Our client against arrow-go's example server: lazy, without handshake, sessions, schemas of results or parameters. */
import { tableFromIPC } from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, decodeSchema, type FlightSqlClient } from '../../src/client/index.js';
import { hasServer, startSqliteServer } from './example-servers.js';
import type { ForeignServer } from './foreign-server.js';

describe.skipIf(!hasServer('sqlite'))("arrow-go's SQLite server", () => {
  let server: ForeignServer;
  let db: FlightSqlClient;
  beforeAll(async () => {
    server = await startSqliteServer();
    db = await connect(server.location);
    await db.execute('create table filled (a int, b text, c double)');
  });
  afterAll(async () => {
    await db?.close();
    await server?.stop();
  });
  const rows = async (sql: string) => (await db.query(sql)).toArray();

  it('answers queries whose schema it does not announce', async () => {
    const result = await db.query('select id, keyName, value from intTable order by id');
    expect(result.returns).toBe('rows');
    expect(result.schema.fields.map(({ name }) => name)).toEqual(['id', 'keyName', 'value']);
    expect(await result.toArray()).toEqual([
      { id: 1n, keyName: 'one', value: 1n },
      { id: 2n, keyName: 'zero', value: 0n },
      { id: 3n, keyName: 'negative one', value: -1n },
      { id: 4n, keyName: null, value: null },
    ]);
  });
  it('gives Arrow to apache-arrow', async () => {
    const result = await db.query('select id from intTable');
    expect((await tableFromIPC(result.toIPC())).numRows).toBe(4);
  });
  it('counts what updates change', async () => {
    expect(await db.execute("insert into intTable (keyName, value) values ('x', 5), ('y', 6)")).toBe(2);
    expect(await db.execute("delete from intTable where keyName in ('x', 'y')")).toBe(2);
  });
  it('takes parameters of types it does not name, by the row and by the hundred', async () => {
    const options = { parameters: [0, 'zero'] };
    const result = await db.query('select id from intTable where value >= ? and keyName <> ?', options);
    expect(await result.toArray()).toEqual([{ id: 1n }]);
    const insert = await db.prepare('insert into filled values (?, ?, ?)');
    expect(insert.parameters).toBeUndefined();
    expect(await insert.execute([1, 'one', 1.5])).toBe(1);
    expect(await insert.executeMany(Array.from({ length: 100 }, (_, i) => [i, null, i / 4]))).toBe(100);
    await insert.close();
    expect(await rows('select count(*) as n, count(b) as texts, sum(c) as total from filled')).toEqual([
      { n: 101n, texts: 1n, total: 1239 },
    ]);
  });
  it('runs a prepared statement without parameters, once', async () => {
    const insert = await db.prepare("insert into filled values (-1, 'last', 0)");
    expect(await insert.execute()).toBe(1);
    await insert.close();
    const count = await db.prepare('select count(*) as n from filled where a = -1');
    for (const _ of [1, 2]) expect(await (await count.query()).toArray()).toEqual([{ n: 1n }]);
    await count.close();
  });
  it('commits and rolls back', async () => {
    const before = await rows('select count(*) as n from filled');
    const transaction = await db.beginTransaction();
    await transaction.execute('delete from filled');
    expect(await (await transaction.query('select count(*) as n from filled')).toArray()).toEqual([
      { n: 0n },
    ]);
    await transaction.rollback();
    expect(await rows('select count(*) as n from filled')).toEqual(before);
    await db.transaction((work) => work.execute("insert into filled values (777, 'kept', 7)"));
    expect(await rows('select b from filled where a = 777')).toEqual([{ b: 'kept' }]);
  });
  it('tells its metadata', async () => {
    expect(await (await db.getCatalogs()).toArray()).toEqual([{ catalog_name: 'main' }]);
    expect(await (await db.getDbSchemas()).toArray()).toEqual([{ catalog_name: 'main', db_schema_name: '' }]);
    expect(await (await db.getTableTypes()).toArray()).toEqual([{ table_type: 'table' }]);
    const tables = await (await db.getTables({ tablePattern: 'int%', includeSchema: true })).toArray();
    expect(tables.map(({ table_name }) => table_name)).toEqual(['intTable']);
    expect(decodeSchema(tables[0]?.table_schema ?? new Uint8Array(0)).fields[0]?.name).toBe('id');
    expect((await db.getTableSchema({ table: 'intTable' })).fields).toHaveLength(4);
    const info = new Map((await (await db.getSqlInfo()).toArray()).map((row) => [row.info_name, row.value]));
    expect([info.get(0), info.get(8)]).toEqual(['db_name', 1]);
    expect(info.get(508)).toContain('SELECT');
    expect(await (await db.getXdbcTypeInfo(12)).toArray()).toMatchObject([{ type_name: 'varchar' }]);
  });
  it('tells its keys', async () => {
    expect(await (await db.getPrimaryKeys({ table: 'intTable' })).toArray()).toMatchObject([
      { column_name: 'id' },
    ]);
    const foreign = { pk_table_name: 'foreignTable', fk_table_name: 'intTable', fk_column_name: 'foreignId' };
    const [primary, referring] = [{ table: 'foreignTable' }, { table: 'intTable' }];
    expect(await (await db.getExportedKeys(primary)).toArray()).toMatchObject([foreign]);
    expect(await (await db.getImportedKeys(referring)).toArray()).toMatchObject([foreign]);
    expect(await (await db.getCrossReference(primary, referring)).toArray()).toMatchObject([foreign]);
  });
  it('says what is wrong, and what it does not have', async () => {
    await expect(db.query('select no_such_column')).rejects.toThrow(/no such column: no_such_column/);
    await expect(db.getSessionOptions()).rejects.toMatchObject({ code: 'UNIMPLEMENTED' });
    const ingest = db.ingest('t', await db.query('select id from intTable'));
    await expect(ingest).rejects.toMatchObject({ code: 'UNIMPLEMENTED' });
    expect(await rows('select 1 as one')).toEqual([{ one: 1n }]);
  });
});
