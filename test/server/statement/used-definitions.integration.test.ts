/** Views and macros are used by whoever holds a right on them, also those that read nothing. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningServer } from '../../../src/server/running-server.js';
import { logInAs } from '../../support/log-in-as.js';
import { logIn, type RawClient } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';

const folder = mkdtempSync(join(tmpdir(), 'gizmo-used-'));
const settings = { 'secret-key': randomBytes(16).toString('hex'), 'state-dir': join(folder, 'state') };
const SECRET = 'kept-to-ourselves';

let server: RunningServer;
let admin: RawClient;
let ann: RawClient;

beforeAll(async () => {
  server = await startTestServer(settings);
  const { port } = server.address;
  admin = await logIn(port);
  await admin.rows("attach ':memory:' as shop; create schema shop.other; create schema shop.work");
  await admin.rows('create table shop.main.open as select 1 as id, 2 as hush');
  await admin.rows(`create view shop.main.hush as select '${SECRET}' as a`);
  await admin.rows(`create view shop.other.hush2 as select '${SECRET}' as a`);
  await admin.rows(`create macro shop.main.told(x) as '${SECRET}' || x`);
  await admin.rows(`create macro shop.main.listed() as table select '${SECRET}' as a`);
  await admin.rows('create view shop.main.over as from shop.main.hush');
  await admin.rows('create macro shop.main.calls(x) as shop.main.told(x)');
  await admin.rows('create macro shop.main.runs(q) as table from query(q)');
  await admin.rows('set security invoker on view shop.main.over');
  await admin.rows('grant select on shop.main.open to ann');
  await admin.rows('grant all on shop.work to ann');
  ann = await logInAs(port, settings['secret-key'], 'user', { name: 'ann' });
});
afterAll(async () => {
  for (const client of [admin, ann]) client.close();
  await server.stop();
  rmSync(folder, { recursive: true });
});

const said = (client: RawClient, sql: string): Promise<string> =>
  client.rows(sql).then(
    (rows) => `answered ${rows.flat().join()}`,
    (error: Error) => error.message,
  );

const OF_CONSTANTS = [
  'from shop.main.hush',
  'from shop.hush',
  'use shop; from hush',
  'from shop.other.hush2',
  'select (select a from shop.main.hush)',
  "select 1 where exists (from shop.main.hush where a like 'k%')",
  'with w as (from shop.main.hush) from w',
  'with hush as (from shop.main.hush) from hush',
  'use shop; with hush as (from hush) from hush',
  'use shop; with hush as materialized (from hush) from hush',
  'use shop; with recursive r(a) as (from hush union all select a from r where false) from r',
  'select o.id, h.a from shop.main.open o, lateral (select a from shop.main.hush where o.id = 1) h',
  'describe shop.main.hush',
  'show shop.main.hush',
  'summarize shop.main.hush',
  "from query('from shop.main.hush')",
  "from query('from query(''from shop.main.hush'')')",
  "from query_table('shop.main.hush')",
  "from query_table(['shop.main.hush'])",
  "from query_table(E'shop.main.hush')",
  "select * from pragma_table_info('shop.main.hush')",
  "pragma table_info('shop.main.hush')",
  "pragma show('shop.main.hush')",
  'pivot shop.main.hush on a using count(*)',
  `from (pivot shop.main.hush on a in ('x') using count(*))`,
  'unpivot shop.main.hush on a',
  'explain from shop.main.hush',
  'explain analyze from shop.main.hush',
  'prepare p as from shop.main.hush',
  'create table shop.work.t as from shop.main.hush',
  'create temp table t as (select a from shop.main.hush)',
  'create table shop.work.t as with w as (from shop.main.hush) from w',
  'insert into shop.work.rows from shop.main.hush',
  'insert into shop.work.rows (a) select a from shop.main.hush',
  'insert into shop.work.rows values ((select a from shop.main.hush))',
  'insert into shop.work.rows by name select a from shop.main.hush returning a',
  "insert into shop.work.keyed values (1, 2) on conflict (id) do update set a = len(shop.main.told(''))",
  'update shop.work.rows set a = (select a from shop.main.hush)',
  'update shop.work.rows set a = h.a from shop.main.hush h',
  'update shop.work.rows set a = h.a from shop.work.rows b, shop.main.hush h',
  'update shop.work.rows set a = h.a from (shop.work.rows b join shop.main.hush h on true)',
  'update shop.work.rows set a = h.a from only shop.main.hush h',
  'update shop.work.rows set a = h.a from shop.work.rows b, only (shop.main.hush) h',
  'update shop.work.rows set a = h.a from shop.work.rows b(a), shop.main.hush h',
  'update shop.work.rows set a = h.a from (select 1 as x) b, shop.main.hush h where b.x = 1',
  'update shop.work.rows set a = h.a from shop.work.rows b join shop.work.rows c using (a), shop.main.hush h',
  'delete from shop.work.rows using shop.main.hush h where rows.a = h.a',
  'delete from shop.work.rows where a in (from shop.main.hush)',
  'with w as (from shop.main.hush) update shop.work.rows set a = w.a from w',
  'merge into shop.work.rows r using shop.main.hush h on r.a = h.a when matched then update',
  'create view shop.work.v as from shop.main.hush',
  'create temp view v as select a from shop.main.hush',
  "select shop.main.told('')",
  "select shop.told('')",
  "use shop; select told('')",
  "use shop; select a.told() from (select '' as a)",
  "select 1 order by shop.main.told('')",
  'from shop.main.listed()',
  'call shop.main.listed()',
  'select list_transform([1], x -> shop.main.told(x))',
  'select sum(1) filter (shop.main.told(1) is not null)',
  "select shop.main.calls('')",
  "create table shop.work.t (a varchar default shop.main.told(''))",
  "insert into shop.work.rows values (shop.main.told(''))",
  "update shop.work.rows set a = shop.main.told('')",
  "create macro shop.work.m() as shop.main.told('')",
  'create macro shop.work.m() as table from shop.main.hush',
  'create temp macro m() as (select a from shop.main.hush)',
  "set variable x = shop.main.told('')",
  'set variable x = (select a from shop.main.hush)',
];

describe('a view or macro of constants in a catalog with grants', () => {
  beforeAll(async () => {
    await admin.rows('create table shop.work.rows (a varchar)');
    await admin.rows('create table shop.work.keyed (id int primary key, a int)');
  });

  it.each(OF_CONSTANTS)('is not there for who holds other rights only: %s', async (sql) => {
    const parts = sql.split('; ');
    for (const part of parts.slice(0, -1)) await ann.rows(part);
    const before = await admin.rows('from shop.work.rows');
    const answer = await said(ann, parts.at(-1) ?? '');
    expect(answer).not.toContain(SECRET);
    expect(answer).not.toMatch(/^answered/);
    expect(answer).toMatch(/does not exist|may not|Circular reference/);
    expect(await admin.rows('from shop.work.rows')).toEqual(before);
    await ann.rows('use memory').catch(() => undefined);
  });

  it('says no more than for one that is not there', async () => {
    const absent = await said(ann, 'from shop.main.hash9');
    expect((await said(ann, 'from shop.main.hush')).replaceAll('hush', 'hash9')).toBe(absent);
    const absentMacro = await said(ann, "select shop.main.told9('')");
    expect((await said(ann, "select shop.main.told('')")).replaceAll('told', 'told9')).toBe(absentMacro);
  });

  it('does not stop what only has its name', async () => {
    expect(await said(ann, 'select hush from shop.main.open')).toContain('answered');
    expect(await said(ann, 'with hush as (select 3 as a) from hush')).toContain('answered');
    expect(await said(ann, "select 'from shop.main.hush' as told")).toContain('answered');
    await ann.rows('create table shop.work.hush (hush varchar)');
    await ann.rows('use shop.work');
    expect(await said(ann, "insert into hush (hush) select 'a' as hush")).toContain('answered');
    expect(await said(ann, "update hush set hush = 'b' where hush = 'a'")).toContain('answered');
    expect(await said(ann, 'select hush from hush')).toContain('answered');
    await ann.rows('use memory');
    await ann.rows('drop table shop.work.hush');
  });

  it('does not stop a column or an argument that has its name, in FROM of UPDATE and behind WITH', async () => {
    await admin.rows(
      'create table shop.main.open_too as select 2 as hush; grant select on shop.main.open_too to ann',
    );
    await admin.rows('create table shop.work.sums (id int, hush int)');
    // `hush` alone is the view, to somebody whose path begins in its schema.
    const client = await logInAs(server.address.port, settings['secret-key'], 'user', { name: 'ann' });
    await client.rows('use shop.main');
    for (const sql of [
      'with w as (select 1 as id, 2 as hush) insert into shop.work.sums (id, hush) select * from w',
      'update shop.work.sums set id = 2 from shop.main.open o join shop.main.open_too t using (hush) where true',
      'update shop.work.sums set id = 3 from shop.main.open o(a, hush) where o.hush = 2',
    ])
      expect([sql, await said(client, sql)]).toEqual([sql, expect.stringContaining('answered')]);
    client.close();
    await admin.rows('drop table shop.work.sums; drop table shop.main.open_too');
  });

  it('answers who holds SELECT on it, on its schema or catalog', async () => {
    await admin.rows('grant select on shop.main.hush to ann');
    expect(await said(ann, 'from shop.main.hush')).toContain(SECRET);
    await admin.rows('revoke select on shop.main.hush from ann');
    expect(await said(ann, 'from shop.main.hush')).toContain('does not exist');
    await admin.rows('grant select on shop.main.told to ann');
    expect(await said(ann, "select shop.main.told('!')")).toContain(`${SECRET}!`);
    expect(await said(ann, "select shop.main.calls('!')")).not.toContain(SECRET);
    await admin.rows('revoke select on shop.main.told from ann');
    await admin.rows('grant select on shop.main to ann');
    expect(await said(ann, "select shop.main.calls('!') from shop.main.over")).toContain(`${SECRET}!`);
    await admin.rows('revoke select on shop.main from ann');
  });

  it('is asked for through a view or macro that names it', async () => {
    await admin.rows('grant select on shop.main.over to ann');
    expect(await said(ann, 'from shop.main.over')).not.toContain(SECRET);
    await admin.rows('set security definer on view shop.main.over');
    expect(await said(ann, 'from shop.main.over')).toContain(SECRET);
    await admin.rows('set security invoker on view shop.main.over');
    await admin.rows('revoke select on shop.main.over from ann');
    await admin.rows('grant select on shop.main.runs to ann');
    for (const text of ["'from shop.main.hush'", "E'from shop.main.hush'", "'from shop.main.' || 'hush'"])
      expect(await said(ann, `from shop.main.runs(${text})`)).toMatch(/may not|does not exist/);
    await admin.rows('revoke select on shop.main.runs from ann');
  });

  it('is asked for again when what was prepared runs', async () => {
    await admin.rows('grant select on shop.main.hush to ann');
    await ann.rows('prepare q as from shop.main.hush');
    expect(await said(ann, 'execute q')).toContain(SECRET);
    await admin.rows('revoke select on shop.main.hush from ann');
    expect(await said(ann, 'execute q')).not.toContain(SECRET);
    await ann.rows('create view shop.work.free as select 1 as a');
    expect(await said(ann, 'from shop.work.free')).toContain('answered');
    await admin.rows('create or replace view shop.work.free as from shop.main.hush');
    await admin.rows('set security invoker on view shop.work.free');
    expect(await said(ann, 'from shop.work.free')).not.toContain(SECRET);
  });
});

describe('a text that a macro is given', () => {
  const file = join(folder, 'kept.json');
  const MACROS = [
    "create macro shop.main.from_any(t) as table from query('from ' || t)",
    "create macro shop.main.passes_on(t) as table from shop.main.from_any(t || ' limit 1')",
    "create macro shop.main.partition(t) as table from query('from ' || t)",
    "create macro shop.main.trim(t) as table from query('from ' || t)",
    "create macro shop.main.fixed() as table from query('select 7 as a')",
    "create macro shop.main.of_fixed() as table from shop.main.from_any('range(1)')",
  ];
  beforeAll(async () => {
    writeFileSync(file, '{"a": 1}\nkept-to-ourselves');
    for (const sql of [...MACROS, 'grant select on shop to carol']) await admin.rows(sql);
  });

  it.each([
    "from shop.main.from_any('system.main.read_json(''FILE'')')",
    "from shop.main.runs('from system.main.' || 'read_json(''FILE'')')",
    "from shop.main.passes_on('\"system\".main.read_json(''FILE'')')",
    "from query('from shop.main.runs(''from system.main.read_json(FILE)'')')",
    "from shop.main.partition('system.main.read_json(''FILE'')')",
    "from shop.main.trim('system.main.read_json(''FILE'')')",
    "select (from shop.main.runs('from range(nextval(''numbers'')) limit 1'))",
  ])('is bound for no one but administrators: %s', async (sql) => {
    for (const role of ['readonly', 'user'] as const) {
      const client = await logInAs(server.address.port, settings['secret-key'], role, { name: 'carol' });
      const answer = await said(client, sql.replaceAll('FILE', file));
      client.close();
      expect(answer).toMatch(/PERMISSION_DENIED: .*a text that the macro ".*" is given and runs/);
    }
  });

  it('is one that it has itself where nobody gives it any', async () => {
    const client = await logInAs(server.address.port, settings['secret-key'], 'user', { name: 'carol' });
    expect(await said(client, 'from shop.main.fixed()')).toBe('answered 7');
    client.close();
  });
});
