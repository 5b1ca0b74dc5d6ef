/**
 * Our client against Arrow Java's example servers: results that name their location, a parameter schema, handles that
 * change with the parameters (stateless), and statements that only GetFlightInfo or only DoPut will run.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, decodeSchema, type FlightSqlClient } from '../../src/client/index.js';
import { hasServer, startDerbyServer } from './example-servers.js';
import type { ForeignServer } from './foreign-server.js';

describe.skipIf(!hasServer('derby')).each(['stateful', 'stateless'] as const)(
  "Arrow Java's Derby server, %s",
  (kind) => {
    let server: ForeignServer;
    let db: FlightSqlClient;
    beforeAll(async () => {
      server = await startDerbyServer(kind);
      db = await connect(server.location);
    });
    afterAll(async () => {
      await db?.close();
      await server?.stop();
    });
    const rows = async (sql: string) => (await db.query(sql)).toArray();

    it('answers queries', async () => {
      expect(await rows('select ID, KEYNAME, VALUE from INTTABLE order by ID')).toEqual([
        { ID: 1, KEYNAME: 'one', VALUE: 1 },
        { ID: 2, KEYNAME: 'zero', VALUE: 0 },
        { ID: 3, KEYNAME: 'negative one', VALUE: -1 },
      ]);
    });
    it('counts what updates change', async () => {
      expect(await db.execute("insert into INTTABLE (KEYNAME, VALUE) values ('x', 5), ('y', 6)")).toBe(2);
      expect(await db.execute("delete from INTTABLE where KEYNAME in ('x', 'y')")).toBe(2);
    });
    it('takes parameters', async () => {
      const sql = 'select KEYNAME from INTTABLE where VALUE > ? and KEYNAME <> ? order by ID';
      const statement = await db.prepare(sql);
      expect(statement.schema.fields.map(({ name }) => name)).toEqual(['KEYNAME']);
      expect(await (await statement.query([-1, 'one'])).toArray()).toEqual([{ KEYNAME: 'zero' }]);
      await statement.close();
      const again = await db.query(sql, { parameters: [-2, 'one'] });
      expect(await again.toArray()).toEqual([{ KEYNAME: 'zero' }, { KEYNAME: 'negative one' }]);
    });
    // The stateless example takes the handle that it gave out with parameters for the text of a statement.
    it.skipIf(kind === 'stateless')('takes parameters again and again', async () => {
      const statement = await db.prepare('select count(*) as N from INTTABLE where VALUE > ?');
      for (const [value, count] of [
        [0, 1],
        [-2, 3],
      ])
        expect(await (await statement.query([value])).toArray()).toEqual([{ N: count }]);
      await statement.close();
    });
    it('tells its metadata', async () => {
      const types = (await (await db.getTableTypes()).toArray()).map(({ table_type }) => table_type);
      expect(types).toContain('TABLE');
      const filter = { schemaPattern: 'APP', tablePattern: 'INT%', includeSchema: true };
      const tables = await (await db.getTables(filter)).toArray();
      expect(tables.map(({ table_name }) => table_name)).toEqual(['INTTABLE']);
      expect(decodeSchema(tables[0]?.table_schema ?? new Uint8Array(0)).fields[0]?.name).toBe('ID');
      expect(await (await db.getPrimaryKeys({ table: 'INTTABLE' })).toArray()).toMatchObject([
        { column_name: 'ID', key_sequence: 1 },
      ]);
      const [primary, referring] = [{ table: 'FOREIGNTABLE' }, { table: 'INTTABLE' }];
      const foreign = {
        pk_table_name: 'FOREIGNTABLE',
        fk_table_name: 'INTTABLE',
        fk_column_name: 'FOREIGNID',
      };
      expect(await (await db.getExportedKeys(primary)).toArray()).toMatchObject([foreign]);
      expect(await (await db.getImportedKeys(referring)).toArray()).toMatchObject([foreign]);
      expect(await (await db.getCrossReference(primary, referring)).toArray()).toMatchObject([foreign]);
      expect((await (await db.getXdbcTypeInfo()).toArray()).length).toBeGreaterThan(5);
      const [info] = await (await db.getSqlInfo([0])).toArray();
      expect(info).toMatchObject({ info_name: 0, value: expect.stringContaining('Derby') });
    });
    it('says what is wrong, and goes on', async () => {
      await expect(db.query('select NO_SUCH from INTTABLE')).rejects.toThrow();
      expect(await rows('select count(*) as N from INTTABLE')).toEqual([{ N: 3 }]);
    });
  },
);
