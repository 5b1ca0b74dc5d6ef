/**
 * Views and macros over what is hidden: whoever may use them hears one sentence, whatever is wrong with a statement over them,
 * and nothing of the columns, types and names behind them.
 */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningServer } from '../../../src/server/running-server.js';
import { BEHIND } from '../../../src/server/statement/not-there.js';
import { logInAs } from '../../support/log-in-as.js';
import { logIn, type RawClient } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';

const secretKey = randomBytes(16).toString('hex');
let server: RunningServer;
let admin: RawClient;
let ann: RawClient;

beforeAll(async () => {
  server = await startTestServer({ 'secret-key': secretKey, 'default-access': 'none' });
  admin = await logIn(server.address.port);
  for (const sql of [
    "attach ':memory:' as vault; attach ':memory:' as lib; attach ':memory:' as work",
    'create table vault.gold (id integer, weight integer, word varchar)',
    'create table vault.gone as select 1 as id',
    'create table work.notes as select 1 as id',
    'create view lib.lent as select id, weight from vault.gold',
    'create macro lib.lent_of(x) as (select max(weight) from vault.gold g where g.id = x)',
    'create view lib.renamed as select id, weight as w from vault.gold',
    "use work; create macro hush(x) as 'hushed' || x; create table filled (a integer, b varchar default (hush('b')), c varchar generated always as (hush(a))); use memory",
    "create table work.plain (a integer, b varchar default (lower('B')))",
    'grant select on lib to ann; grant all on work.main.notes to ann',
    'grant select, insert on work.main.filled to ann; grant all on work.main.plain to ann',
    ...['lib', 'vault', 'work'].map((it) => `grant all on ${it} to bob`),
  ])
    await admin.rows(sql);
  const bob = await logInAs(server.address.port, secretKey, 'user', { name: 'bob' });
  for (const sql of [
    'create view lib.peep as select id, weight from vault.gold',
    'create view lib.worded as select word as w from vault.gold',
    'create view lib.left_over as select id from vault.gone',
    'create macro lib.tell(x) as (select max(weight + x) from vault.gold where id = x)',
    'create macro lib.tells(x) as table select weight as w from vault.gold where id = x',
    'create macro lib.field(x) as (select max(weight) from vault.gold where id = x.y)',
    'create view lib.open as select id from work.notes',
    'create macro lib.opens(x) as (select max(id) from work.notes where id = x)',
  ])
    await bob.rows(sql);
  bob.close();
  await admin.rows('drop table vault.gone; alter table vault.gold rename word to words');
  ann = await logInAs(server.address.port, secretKey, 'user', { name: 'ann' });
});
afterAll(async () => {
  for (const client of [admin, ann]) client.close();
  await server.stop();
});

const answerOf = (sql: string): Promise<string> =>
  ann.rows(sql).then(
    () => 'done',
    ({ details }: { details: string }) => details,
  );

describe('a view or macro over what is hidden', () => {
  it.each([
    'select lib.tell(1)',
    'select lib.tell(weight)',
    'select lib.tell(weighd)',
    'select lib.tell(id) from work.notes',
    'select lib.tell([1])',
    "select lib.tell({'a': 1})",
    'select lib.tell(1, 2)',
    'select nothing, lib.tell(1) from work.notes',
    'select lib.field(1)',
    "select lib.field({'y': 1})",
    'select lib.field(weighd)',
    'select weighd from lib.tells(1)',
    'select weighd from lib.peep',
    'from lib.peep join work.nothing using (id)',
    'from lib.worded',
    'describe lib.worded',
    'create table work.main.notes as from lib.worded',
    "from query('from lib.worded')",
    "from query_table('lib.worded')",
    "from pragma_table_info('lib.worded')",
    'pragma table_info(lib.worded)',
    "pragma show('lib.worded')",
    'prepare p as from lib.worded',
    'explain from lib.worded',
    'from lib.left_over',
    'select nothing from lib.left_over',
  ])('answers in one sentence: %s', async (sql) => {
    expect(await answerOf(sql)).toBe(BEHIND);
  });

  it('tells nothing of what it reads with its owner’s rights, once that is something else', async () => {
    expect(await answerOf('from lib.renamed')).toBe('done');
    await admin.rows('alter table vault.gold rename weight to mass');
    for (const sql of [
      'from lib.renamed',
      'select w from lib.renamed',
      'select lib.lent_of(1)',
      'from lib.lent',
    ])
      expect(await answerOf(sql), sql).toBe(BEHIND);
    await admin.rows('alter table vault.gold rename mass to weight');
    expect(await answerOf('select lib.lent_of(1)')).toBe('done');
  });

  it.each([
    ['select nothing from lib.open', /^Binder Error: Referenced column "nothing" not found/],
    ['select lib.opens(nothing)', /^Binder Error: Referenced column "nothing" not found/],
    ['select nothing from lib.lent', /^Binder Error: Referenced column "nothing" not found/],
    ['select lib.lent_of(nothing) from work.notes', /^Binder Error: Referenced column "nothing" not found/],
    ['from lib.lent join work.nothing using (id)', /^Catalog Error: Table with name nothing does not exist/],
  ])('is none where what it reads may be read, and mistakes are told: %s', async (sql, told) => {
    expect(await answerOf(sql)).toMatch(told);
  });
});

describe('EXPLAIN', () => {
  it.each([
    'explain insert into work.filled (a) values (1)',
    'explain analyze insert into work.filled (a) values (1)',
    'explain select c || 1 from work.filled',
  ])('shows no macro that may not be used, which computes a column: %s', async (sql) => {
    expect(await answerOf(sql)).toBe(BEHIND);
  });

  it.each(['explain insert into work.plain (a) values (1)', 'explain from work.plain'])(
    'shows what DuckDB computes: %s',
    async (sql) => {
      expect(await answerOf(sql)).toBe('done');
    },
  );
});

describe('a macro over another one', () => {
  it.each([
    'create temp macro over(x) as lib.tell(x)',
    'create temp macro over(x) as (select lib.tell(x) + 1)',
    'create temp macro over(x) as table from lib.tells(x)',
  ])('is not made where that reads what is hidden, as it is not where that is missing: %s', async (sql) => {
    expect(await answerOf(sql)).toBe(BEHIND);
  });

  it('is made over what reads nothing hidden, and instead of itself', async () => {
    await admin.rows('grant all on work to ann');
    for (const sql of [
      'create temp macro over(x) as lib.opens(x)',
      'select over(1)',
      'create or replace temp macro over(x) as list_transform(x, lambda y: y + 1)',
      'create or replace temp macro overs(x) as over(x)',
      'select overs([1])',
    ])
      expect(await answerOf(sql), sql).toBe('done');
  });
});
