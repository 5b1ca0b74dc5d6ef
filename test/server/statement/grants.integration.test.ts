/** GRANT and REVOKE, from the statement to what they allow, and what they leave hidden. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { decodeSchema, unwrapEncapsulated } from '../../../src/flight/ipc/schema.js';
import { ACTIONS } from '../../../src/flight/sql/action.js';
import { encodeCommand } from '../../../src/flight/sql/command.js';
import type { RunningServer } from '../../../src/server/running-server.js';
import { logInAs } from '../../support/log-in-as.js';
import { logIn, type RawClient } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';
import { into, load } from '../access/doors-without-text.js';

const folder = mkdtempSync(join(tmpdir(), 'gizmo-grants-'));
const settings = { 'secret-key': randomBytes(16).toString('hex'), 'state-dir': join(folder, 'state') };
const secretKey = settings['secret-key'];

let server: RunningServer;
let admin: RawClient;
let ann: RawClient;
let reader: RawClient;

async function start() {
  server = await startTestServer(settings);
  const { port } = server.address;
  admin = await logIn(port);
  await admin.rows("attach ':memory:' as shop; attach ':memory:' as free");
  await admin.rows('create schema shop.other');
  await admin.rows("create table shop.main.people as select 1 as id, 'Ann' as name, 'secret' as salary");
  await admin.rows('create table shop.main.orders as select 1 as id, 10 as price');
  await admin.rows('create table shop.other.things as select 1 as id');
  await admin.rows('create view shop.main.paid as select name, salary from shop.main.people');
  await admin.rows('create table free.main.t as select 1 as x');
  ann = await logInAs(port, secretKey, 'user', { name: 'ann' });
  reader = await logInAs(port, secretKey, 'readonly', { name: 'bob' });
}
async function stop() {
  for (const client of [admin, ann, reader]) client.close();
  await server.stop();
}
beforeAll(start);
afterAll(async () => {
  await stop();
  rmSync(folder, { recursive: true });
});

/** Whatever there is, is taken away; `shop` stays a catalog in which nothing is allowed without a grant. */
beforeEach(async () => {
  const grants = await admin.rows(
    'select grantee_type, grantee, catalog_name, schema_name, table_name from gizmo_grants()',
  );
  for (const [type, name, ...parts] of grants) {
    const to = type === 'public' ? 'PUBLIC' : `${type} "${name}"`;
    const on = parts.filter((it) => it !== null && it !== undefined).map((it) => `"${it}"`);
    await admin.rows(`REVOKE ALL ON ${on.join('.')} FROM ${to}`).catch(() => undefined);
  }
  await admin.rows('GRANT SELECT ON shop.other TO nobody_at_all');
});

/** `yes`, `no`, or `hidden` where it is said not to exist. */
const outcome = (client: RawClient, sql: string) =>
  client.rows(sql).then(
    () => 'yes',
    ({ code, details }: { code: number; details: string }) =>
      code === status.PERMISSION_DENIED
        ? 'no'
        : /does not exist/.test(details)
          ? 'hidden'
          : details.replace(/\n[\s\S]*/, ''),
  );

/** DuckDB's words for a column that is not there. */
const NO_SALARY = 'Binder Error: Referenced column "salary" not found in FROM clause!';

describe('a grant', () => {
  it.each<[string[], string, string, string]>([
    [[], 'from shop.main.people', 'hidden', 'hidden'],
    [[], 'from free.main.t', 'yes', 'yes'],
    [['SELECT ON shop TO ann'], 'from shop.main.people', 'yes', 'hidden'],
    [['SELECT ON CATALOG shop TO USER ann'], 'from shop.main.people', 'yes', 'hidden'],
    [['SELECT ON SCHEMA shop.main TO ROLE readonly'], 'from shop.main.people', 'hidden', 'yes'],
    [['SELECT ON TABLE shop.main.people TO readonly, user'], 'from shop.main.people', 'yes', 'yes'],
    [['SELECT ON shop.main.people TO PUBLIC'], 'from shop.main.people', 'yes', 'yes'],
    [['SELECT ON shop.main.people TO PUBLIC'], 'from SHOP.MAIN.PEOPLE', 'yes', 'yes'],
    [['SELECT ON "SHOP"."Main"."PEOPLE" TO "ann"'], 'from shop.main.people', 'yes', 'hidden'],
    [['SELECT ON shop.main.people TO "ANN"'], 'from shop.main.people', 'hidden', 'hidden'],
    [['SELECT ON shop.main.people TO ann'], 'from shop.main.orders', 'hidden', 'hidden'],
    [
      ['SELECT ON shop.main.people TO ann'],
      'insert into shop.main.people values (2, null, null)',
      'no',
      'hidden',
    ],
    [
      ['INSERT ON shop.main.people TO ann, bob'],
      'insert into shop.main.people values (2, null, null)',
      'yes',
      'no',
    ],
    [
      ['INSERT ON shop.main.people TO ann'],
      'insert into shop.main.people values (2, null, null) returning id',
      'no',
      'hidden',
    ],
    [['INSERT ON shop.main.people TO ann'], 'from shop.main.people', 'no', 'hidden'],
    [['UPDATE ON shop.main.orders TO ann'], 'update shop.main.orders set price = 1', 'no', 'hidden'],
    [
      ['UPDATE, SELECT (id) ON shop.main.orders TO ann'],
      'update shop.main.orders set price = 1 where id = 1',
      'yes',
      'hidden',
    ],
    [
      ['UPDATE, SELECT (id) ON shop.main.orders TO ann'],
      'update shop.main.orders set price = 1 where price = 1',
      'no',
      'hidden',
    ],
    [
      ['UPDATE, SELECT (id) ON shop.main.orders TO ann'],
      'update shop.main.orders set id = price',
      'no',
      'hidden',
    ],
    [
      ['UPDATE, SELECT (id) ON shop.main.orders TO ann'],
      'update shop.main.orders set id = 1 returning price',
      'no',
      'hidden',
    ],
    [
      ['DELETE, SELECT (id) ON shop.main.orders TO ann'],
      'delete from shop.main.orders where id = 99',
      'yes',
      'hidden',
    ],
    [
      ['DELETE, SELECT (id) ON shop.main.orders TO ann'],
      'delete from shop.main.orders where price = 99',
      'no',
      'hidden',
    ],
    [
      ['DELETE, SELECT (id) ON shop.main.orders TO ann'],
      'delete from shop.main.orders where id = 99 returning *',
      'no',
      'hidden',
    ],
    [['DELETE ON shop TO ann', 'SELECT ON shop TO ann'], 'truncate shop.other.things', 'yes', 'hidden'],
    [['ALL ON shop.main TO ann'], 'create or replace table shop.main.n as select 1', 'yes', 'hidden'],
    [
      ['ALL ON shop.main TO ann'],
      'create or replace view shop.main.w as from shop.main.people',
      'yes',
      'hidden',
    ],
    [
      ['ALL ON shop.main TO ann'],
      'create or replace view shop.main.w as from shop.other.things',
      'hidden',
      'hidden',
    ],
    [['ALL ON shop.main.orders TO ann'], 'create table shop.main.n2 as select 1', 'no', 'hidden'],
    [['ALL ON shop.main.orders TO ann'], 'alter table shop.main.orders rename to o2', 'no', 'hidden'],
    [['ALL ON shop.main.orders TO ann'], 'drop table shop.main.people', 'hidden', 'hidden'],
    [['ALL ON shop TO ann'], 'create schema if not exists shop.new', 'yes', 'hidden'],
    [['ALL ON shop.main TO ann'], 'create schema shop.new2', 'no', 'hidden'],
    // Columns.
    [
      ['SELECT (id, name) ON shop.main.people TO ann'],
      'select name from shop.main.people where id = 1',
      'yes',
      'hidden',
    ],
    [
      ['SELECT (id, name) ON shop.main.people TO ann'],
      'select count(*) from shop.main.people',
      'yes',
      'hidden',
    ],
    [
      ['SELECT (id, name) ON shop.main.people TO ann'],
      'select * exclude (salary) from shop.main.people',
      'Binder Error: Column "salary" in EXCLUDE list not found in FROM clause',
      'hidden',
    ],
    [
      ['SELECT (ID) ON shop.main.people TO ann', 'SELECT (name) ON shop.main.people TO user'],
      'select id, name from shop.main.people',
      'yes',
      'hidden',
    ],
    [['SELECT (id, name) ON shop.main.people TO ann'], 'from shop.main.people', 'yes', 'hidden'],
    [
      ['SELECT (id, name) ON shop.main.people TO ann'],
      "select 1 from shop.main.people where salary > ''",
      NO_SALARY,
      'hidden',
    ],
    [
      ['SELECT (id, name) ON shop.main.people TO ann'],
      'select id from shop.main.people order by salary',
      NO_SALARY,
      'hidden',
    ],
    [
      ['SELECT (id, name) ON shop.main.people TO ann'],
      'select people from shop.main.people',
      'yes',
      'hidden',
    ],
    [
      ['SELECT (id, name) ON shop.main.people TO ann'],
      "select columns('s.*') from shop.main.people",
      'Binder Error: No matching columns found that match regex "s.*"',
      'hidden',
    ],
    [
      ['SELECT (id, name) ON shop.main.people TO ann'],
      'select max(salary) over () from shop.main.people',
      NO_SALARY,
      'hidden',
    ],
    [
      ['SELECT (id, name) ON shop.main.people TO ann'],
      'from free.main.t join shop.main.people using (salary)',
      'hidden',
      'hidden',
    ],
    [['SELECT (id, name) ON shop.main.people TO ann'], 'summarize shop.main.people', 'yes', 'hidden'],
    [
      ['SELECT (id, name) ON shop.main.people TO ann'],
      'create or replace temp table x as from shop.main.people',
      'yes',
      'hidden',
    ],
    [
      ['SELECT (id, name) ON shop.main.people TO ann'],
      'from (from shop.main.people limit 1) as p (id, salary, name)',
      'Binder Error: table "p" has 2 columns available but 3 columns specified',
      'hidden',
    ],
    [
      ['SELECT (id) ON shop.main.people TO ann'],
      'select b.id from shop.main.people a join shop.main.people b on a.id = b.id',
      'yes',
      'hidden',
    ],
    // A view has the rights of whoever asks.
    // The view is an administrator's, and is read with an administrator's rights.
    [['SELECT ON shop.main.paid TO ann'], 'from shop.main.paid', 'yes', 'hidden'],
    [['SELECT (name) ON shop.main.paid TO ann'], 'select name from shop.main.paid', 'no', 'hidden'],
  ])('%j: %s', async (grants, sql, forAnn, forReader) => {
    for (const grant of grants) await admin.rows(`GRANT ${grant}`);
    expect({ ann: await outcome(ann, sql), reader: await outcome(reader, sql) }).toEqual({
      ann: forAnn,
      reader: forReader,
    });
  });
});

describe('what fails over a table that may be read in part', () => {
  it.each([
    'unpivot shop.main.people on *',
    'select people + 1 from shop.main.people',
    'select abs(p) from shop.main.people p',
    'select list_value(people, 1) from shop.main.people',
    'select case when true then people else 1 end from shop.main.people',
    'select people in (select id) from shop.main.people',
    'from shop.main.people where people between 1 and 2',
    'select list(people).zz from shop.main.people',
    'select map(people, 1).zz from shop.main.people',
    'create temp table x as select people + 1 as y from shop.main.people',
    "select * like 'z%' from shop.main.people",
  ])('names no column that may not be read: %s', async (sql) => {
    await admin.rows('GRANT SELECT (id, name) ON shop.main.people TO ann');
    const { message } = await ann.rows(sql).then(
      () => Promise.reject(new Error('it ran')),
      (error: Error) => error,
    );
    expect(message).not.toContain('salary');
  });

  it('tells of a constraint that fails what its metadata tell', async () => {
    await admin.rows(
      "create or replace table shop.main.kept (id int unique, kind varchar unique default 'hush, id: 2', salary int not null default 1 check (salary > 0))",
    );
    await admin.rows('GRANT SELECT (id) ON shop.main.kept TO ann');
    await admin.rows('GRANT INSERT ON shop.main.kept TO ann');
    const said = (sql: string) =>
      ann.rows(sql).then(
        () => 'ran',
        ({ message }: Error) => message,
      );
    expect(await said('insert into shop.main.kept (id, salary) values (1, null)')).toMatch(/kept\.salary$/);
    expect(await said('insert into shop.main.kept (salary) values (-1)')).toMatch(/on table kept$/);
    await ann.rows('insert into shop.main.kept (id) values (1)');
    expect(await said('insert into shop.main.kept (id) values (2)')).toMatch(/key of "kind" violates/);
    expect(await said("insert into shop.main.kept (id, kind) values (1, 'x')")).toMatch(/key "id: 1"/);
    await admin.rows('drop table shop.main.kept');
  });

  it('shows no default of a column that may not be read in EXPLAIN', async () => {
    await admin.rows("create table shop.main.made (id int, salary varchar default 'a secret')");
    await admin.rows('GRANT SELECT (id), INSERT, UPDATE, DELETE ON shop.main.made TO ann');
    for (const sql of [
      'insert into shop.main.made (id) values (1)',
      'merge into shop.main.made using (select 1 as id) s using (id) when not matched then insert (id) values (1)',
      'update shop.main.made set salary = default',
    ])
      for (const explain of ['explain', 'explain analyze', 'explain (format json)'])
        expect(await outcome(ann, `${explain} ${sql}`), sql).toBe('no');
    await admin.rows('GRANT SELECT ON shop.main.made TO ann');
    expect(await outcome(ann, 'explain insert into shop.main.made (id) values (1)')).toBe('yes');
    await admin.rows('drop table shop.main.made');
  });

  it('says mistakes in DuckDB’s words', async () => {
    await admin.rows('GRANT SELECT (id, name) ON shop.main.people TO ann');
    await admin.rows('create or replace table free.main.people as select 1 as argument');
    await expect(ann.rows('select abs(name) from shop.main.people')).rejects.toThrow(
      /No function matches the given name and argument types 'abs\(VARCHAR\)'/,
    );
    await expect(ann.rows('select zz from shop.main.people')).rejects.toThrow(/"zz" not found/);
    // A table that the text cannot reach has nothing to do with it, whatever its columns are called.
    await admin.rows('create or replace table free.main.wages as select 1 as salary');
    await expect(ann.rows("from query('select w + 1 from free.main.wages w')")).rejects.toThrow(
      /STRUCT\(salary INTEGER\)/,
    );
    await admin.rows('drop table free.main.wages');
  });
});

describe('granting and revoking', () => {
  const PEOPLE = 'from shop.main.people';

  it.each([
    [['GRANT SELECT ON shop TO ann', 'REVOKE SELECT ON shop FROM ann'], PEOPLE, 'hidden'],
    [['GRANT ALL ON shop TO ann', 'REVOKE ALL PRIVILEGES ON DATABASE SHOP FROM USER ann'], PEOPLE, 'hidden'],
    [['GRANT SELECT, INSERT ON shop TO ann', 'REVOKE ALL ON shop FROM ann'], PEOPLE, 'hidden'],
    [['GRANT SELECT, INSERT ON shop TO ann', 'REVOKE INSERT ON shop FROM ann'], PEOPLE, 'yes'],
    [['GRANT SELECT ON shop TO ann, user', 'REVOKE SELECT ON shop FROM ann'], PEOPLE, 'yes'],
    [
      [
        'GRANT SELECT (id, name, salary) ON shop.main.people TO ann',
        'REVOKE SELECT (salary) ON shop.main.people FROM ann',
      ],
      'select salary from shop.main.people',
      NO_SALARY,
    ],
    [
      [
        'GRANT SELECT (id, name, salary) ON shop.main.people TO ann',
        'REVOKE SELECT (salary) ON shop.main.people FROM ann',
      ],
      'select id, name from shop.main.people',
      'yes',
    ],
  ])('%j', async (statements, sql, expected) => {
    for (const statement of statements) await admin.rows(statement);
    expect(await outcome(ann, sql)).toBe(expected);
  });

  it.each([
    ['GRANT SELECT ON nothing TO ann', /no catalog nothing/],
    ['GRANT SELECT ON shop.nothing TO ann', /no schema shop.nothing/],
    ['GRANT SELECT ON shop.main.nothing TO ann', /no table shop.main.nothing/],
    ['GRANT SELECT (id, slary) ON shop.main.people TO ann', /no column slary in shop.main.people/],
    ['GRANT SELECT (id) ON shop.main.paid TO ann', /no column id in shop.main.paid/],
    ['GRANT SELECT ON main.people TO ann', /catalog.schema.table/],
    ['GRANT SELECT ON TABLE shop.main TO ann', /catalog.schema.table/],
    ['GRANT SELECT (name) ON shop TO ann', /catalog.schema.table/],
    ['GRANT INSERT (name) ON shop.main.people TO ann', /SELECT only/],
    ['GRANT SELECT ON shop TO admin', /need no grants/],
    ['GRANT SELECT ON shop TO ROLE chief', /the roles are/],
    ['GRANT SELECT ON shop TO ann WITH GRANT OPTION', /Usage: GRANT/],
    ['GRANT DROP ON shop TO ann', /privilege is one of/],
    ['GRANT SELECT ON shop', /TO is expected/],
    ['REVOKE SELECT ON shop FROM ann', /no such grant/],
    ['REVOKE SELECT ON shop.main.people FROM nobody_at_all', /no such grant/],
  ])('%s is refused with what is wrong', async (sql, sentence) => {
    await expect(admin.rows(sql)).rejects.toThrow(sentence);
  });

  it('does not leave behind what ALL includes', async () => {
    await admin.rows('GRANT ALL ON shop TO ann');
    await expect(admin.rows('REVOKE SELECT ON shop FROM ann')).rejects.toThrow(/holds ALL/);
  });

  it('is for administrators, and not in a transaction that could be rolled back', async () => {
    for (const client of [ann, reader])
      for (const sql of ['GRANT ALL ON shop TO ann', 'revoke select on shop.other from nobody_at_all'])
        await expect(client.rows(sql)).rejects.toMatchObject({ code: status.PERMISSION_DENIED });
    await admin.rows('begin');
    await expect(admin.rows('GRANT SELECT ON shop TO ann')).rejects.toMatchObject({
      code: status.FAILED_PRECONDITION,
    });
    await admin.rows('rollback');
    expect(await outcome(ann, PEOPLE)).toBe('hidden');
  });

  it('takes effect on what is prepared, and a catalog that had a grant stays closed without any', async () => {
    await admin.rows('GRANT SELECT ON shop TO ann');
    const [body = new Uint8Array(0)] = await ann.action(
      'CreatePreparedStatement',
      ACTIONS.CreatePreparedStatement.encodeRequest({ query: PEOPLE }),
    );
    const { preparedStatementHandle } = ACTIONS.CreatePreparedStatement.decodeResult(body);
    const run = () =>
      ann.get(encodeCommand({ type: 'CommandPreparedStatementQuery', message: { preparedStatementHandle } }));
    await run();
    await admin.rows('REVOKE SELECT ON shop FROM ann');
    await expect(run()).rejects.toThrow(/does not exist/);
    await admin.rows('REVOKE SELECT ON shop.other FROM nobody_at_all');
    expect(await admin.rows('from gizmo_grants()')).toEqual([]);
    expect(await outcome(ann, PEOPLE)).toBe('hidden');
  });

  it('lists tables with those columns that may be known, also where they may not be read', async () => {
    await admin.rows('GRANT SELECT (name, id) ON shop.main.people TO user ann');
    await admin.rows('GRANT INSERT ON shop.other.things TO user ann');
    const message = { catalog: 'shop', includeSchema: true };
    const listed = await ann.get(encodeCommand({ type: 'CommandGetTables', message }));
    const tables = listed.map(([, schema, table, , columns]) => [
      schema,
      table,
      decodeSchema(unwrapEncapsulated(columns as Uint8Array)).fields.map(({ name, type }) => [
        name,
        type.kind,
      ]),
    ]);
    const id = ['id', 'int'];
    expect(tables).toEqual([
      ['main', 'people', [id, ['name', 'utf8']]],
      ['other', 'things', [id]],
    ]);
  });

  it('is listed: all of it for administrators, for others what is theirs', async () => {
    await admin.rows('GRANT SELECT (id, name) ON shop.main.people TO ann');
    await admin.rows('GRANT INSERT ON shop.main TO readonly');
    await admin.rows('GRANT DELETE ON shop TO PUBLIC');
    const sql =
      'select grantee, privilege, catalog_name, schema_name, table_name, column_names from gizmo_grants() order by all';
    const ofAnn = ['ann', 'SELECT', 'shop', 'main', 'people', 'id, name'];
    const ofReaders = ['readonly', 'INSERT', 'shop', 'main', null, null];
    const ofAll = [null, 'DELETE', 'shop', null, null, null];
    expect(await ann.rows(sql)).toEqual([ofAnn, ofAll]);
    expect(await reader.rows(sql)).toEqual([ofReaders, ofAll]);
    expect(await admin.rows(sql)).toEqual([
      ofAnn,
      ['nobody_at_all', 'SELECT', 'shop', 'other', null, null],
      ofReaders,
      ofAll,
    ]);
  });

  it('outlives the server', async () => {
    await admin.rows('GRANT SELECT (id) ON shop.main.people TO ann');
    await stop();
    await start();
    expect(await outcome(ann, 'select id from shop.main.people')).toBe('yes');
    expect(await ann.rows(PEOPLE)).toEqual([[1]]);
    expect(await outcome(reader, 'select id from shop.main.people')).toBe('hidden');
  });
});

describe('EXPLAIN ACCESS', () => {
  const ask = async (who: string, sql: string) => {
    const rows = await admin.rows(`EXPLAIN ACCESS OF ${who} FOR '${sql.replaceAll("'", "''")}'`);
    return Object.fromEntries(rows.map(([rule, decision]) => [rule, decision]));
  };

  it('says of each rule whether it allows the statement, and of all of them together', async () => {
    await admin.rows('GRANT SELECT (id, name) ON shop.main.people TO ann');
    const read = {
      role: 'allows',
      catalog_access: 'no limit',
      'database-grant': 'no limit',
      policy: 'no limit',
    };
    expect(await ask('ann ROLE user', 'select id from shop.main.people')).toEqual({
      ...read,
      grant: 'allows',
      all: 'allows',
    });
    expect(await ask('ann ROLE readonly', 'from shop.main.people')).toEqual({
      ...read,
      grant: 'allows',
      all: 'allows',
    });
    expect(await ask('ann ROLE readonly', 'select salary from shop.main.people')).toEqual({
      ...read,
      grant: 'refuses',
      all: 'refuses',
    });
    expect(await ask('ann ROLE readonly', 'delete from free.main.t')).toEqual({
      ...read,
      role: 'refuses',
      grant: 'allows',
      all: 'refuses',
    });
    const rules = `CATALOG_ACCESS '[{"catalog": "free", "access": "read"}]'`;
    expect(await ask(`ann ROLE admin ${rules}`, 'insert into free.main.t values (2)')).toMatchObject({
      catalog_access: 'refuses',
      all: 'refuses',
    });
    expect(await ask('ann ROLE admin', 'drop table free.main.t')).toEqual({ role: 'allows', all: 'allows' });
    expect(await admin.rows('select count(*)::int from free.main.t')).toEqual([[1]]);
  });

  it('names what would show what is hidden', async () => {
    await admin.rows('GRANT SELECT ON shop TO nobody_at_all');
    const rows = await admin.rows("EXPLAIN ACCESS OF stranger ROLE user FOR 'from shop.main.people'");
    expect(rows.find(([rule]) => rule === 'grant')?.[2]).toMatch(
      /^shop.* is hidden: to them it does not exist\. An administrator can show it: GRANT SELECT ON shop/,
    );
  });

  it('says the same as what then happens', async () => {
    await admin.rows('GRANT SELECT ON shop.main.orders TO ann; GRANT INSERT ON shop.main.orders TO ann');
    for (const sql of [
      'from shop.main.orders',
      'from shop.main.people',
      'insert into shop.main.orders values (5, 5)',
      'update shop.main.orders set id = 5',
      'create table shop.main.x as select 1',
      "from read_csv('x.csv')",
      'from no_such_table',
      "set timezone = 'UTC'",
    ])
      expect([sql, (await ask('ann ROLE user', sql)).all]).toEqual([
        sql,
        (await outcome(ann, sql)) === 'yes' ? 'allows' : 'refuses',
      ]);
  });

  it('is for administrators, and of somebody whose role is known', async () => {
    await expect(ann.rows("EXPLAIN ACCESS OF ann ROLE admin FOR 'select 1'")).rejects.toMatchObject({
      code: status.PERMISSION_DENIED,
    });
    await expect(admin.rows("EXPLAIN ACCESS OF stranger FOR 'select 1'")).rejects.toThrow(/ROLE user/);
    await expect(admin.rows("EXPLAIN ACCESS OF ann ROLE user FOR 'select 1; select 2'")).rejects.toThrow(
      /one statement/,
    );
  });
});

describe('DROP … IF EXISTS', () => {
  it('does nothing where nothing is there, and is refused where something is that they may not drop', async () => {
    await admin.rows('GRANT ALL ON shop.other TO ann; GRANT SELECT ON shop.main.orders TO ann');
    const rows =
      'select (from shop.main.people select count(*)::int), (from shop.main.orders select count(*)::int)';
    const before = await admin.rows(rows);
    for (const kind of ['table', 'view', 'sequence', 'type', 'index', 'macro', 'macro table'])
      for (const name of [
        'nothing',
        'shop.nothing',
        'shop.main.nothing',
        'nowhere.nothing',
        'shop.main.people',
      ])
        expect([kind, name, await outcome(ann, `use shop.other; drop ${kind} if exists ${name}`)]).toEqual([
          kind,
          name,
          'yes',
        ]);
    expect(await outcome(ann, 'drop table if exists shop.main.orders cascade')).toBe('no');
    expect(await outcome(ann, 'drop view if exists shop.main.orders')).toBe('no');
    expect(await outcome(ann, 'create table made as select 1 as a; drop table if exists made')).toBe('yes');
    expect(await outcome(ann, 'from shop.other.made')).toBe('hidden');
    expect(await admin.rows(rows)).toEqual(before);
    await ann.rows('use memory');
  });

  it('is decided on anew each time it was prepared for', async () => {
    await admin.rows('GRANT ALL ON shop.other TO ann');
    await ann.rows('use shop.other');
    const handle = await ann.prepare('drop table if exists late');
    const drop = () =>
      ann.put(
        encodeCommand({
          type: 'CommandPreparedStatementUpdate',
          message: { preparedStatementHandle: handle },
        }),
      );
    await drop();
    await ann.rows('create table late as select 1 as a');
    await drop().catch(({ details }: { details: string }) => expect(details).toMatch(/Prepare it again/));
    await ann.rows('drop table if exists late; use memory');
    expect(await outcome(ann, 'from shop.other.late')).toBe('hidden');
  });
});

describe('a bulk load that makes its table or adds to it', () => {
  it('needs INSERT alone where the table is there, and says what making it needs where it is not', async () => {
    await admin.rows('create table shop.main.loads (i integer); create table shop.main.later (i integer)');
    await admin.rows('GRANT INSERT ON shop.main.loads TO ann');
    await admin.rows('GRANT INSERT ON shop.main.later TO ann');
    await admin.rows('drop table shop.main.later');
    const loaded = (table: string) =>
      load(ann, into(table, undefined, undefined, 'shop')).then(
        () => 'done',
        ({ details }: { details: string }) => details,
      );
    expect(await loaded('loads')).toBe('done');
    expect(await admin.rows('from shop.main.loads')).toEqual([[1]]);
    const notMade =
      /^ann may not create table shop\.main\.(\w+)\. An administrator can allow it: GRANT ALL ON shop\.main TO … \.$/;
    // What is there and hidden, what is not there, and what they may add to once it is.
    for (const table of ['people', 'nothing', 'later']) expect(await loaded(table)).toMatch(notMade);
    await admin.rows('create table shop.main.later (i integer)');
    expect(await loaded('later')).toBe('done');
    await admin.rows('drop table shop.main.later; drop table shop.main.loads');
  });
});

describe('--default-access none', () => {
  it('closes every catalog to all but administrators until there is a grant', async () => {
    const closed = await startTestServer({ 'secret-key': secretKey, 'default-access': 'none' });
    const { port } = closed.address;
    const clients = [await logIn(port), await logInAs(port, secretKey, 'user')] as const;
    const [chief, user] = clients;
    try {
      await chief.rows('create table t as select 1 as x');
      expect(await outcome(user, 'from t')).toBe('hidden');
      expect(await outcome(user, 'create table u as select 1')).not.toBe('yes');
      expect(await outcome(user, 'create temp table u as select 1; from u')).toBe('yes');
      await chief.rows('GRANT SELECT ON memory.main.t TO user');
      expect(await outcome(user, 'from t')).toBe('yes');
      expect(await outcome(user, 'insert into t values (2)')).toBe('no');
    } finally {
      for (const client of clients) client.close();
      await closed.stop();
    }
  });
});
