/** Every kind of statement, what it needs in the catalogs a and b, and what follows from that for a login: written by hand. */
import type { CatalogAccess } from '../../../src/server/model/catalog-rule.js';
import type { Role } from '../../../src/server/model/principal.js';
import type { DatabaseGrantLevel, Privilege } from '../../../src/server/model/rights.js';

/** What a statement needs in the catalogs a and b: `select`, `insert`, …, or `all` for what defines objects. */
export type Needs = Readonly<Partial<Record<'a' | 'b', readonly Privilege[]>>>;

/** Statement; what it needs; the roles that may do such a thing at all (u user, r readonly). */
export const STATEMENTS: readonly (readonly [string, Needs, string])[] = [
  ['select 1', {}, 'ur'],
  ['from a.main.t', { a: ['select'] }, 'ur'],
  ['from a.main.t, b.main.t', { a: ['select'], b: ['select'] }, 'ur'],
  ['from a.main.v', { a: ['select'] }, 'ur'],
  ['from a.main.across', { a: ['select'], b: ['select'] }, 'ur'],
  ['from a.main.m()', { a: ['select'], b: ['select'] }, 'ur'],
  ['select a.main.s()', { a: ['select'], b: ['select'] }, 'ur'],
  ['from a.main.fixed', { a: ['select'] }, 'ur'],
  ['describe a.main.fixed', { a: ['select'] }, 'ur'],
  ["from query('from a.main.fixed')", { a: ['select'] }, 'ur'],
  ["select a.main.told('x')", { a: ['select'] }, 'ur'],
  ['create temp table n as from a.main.fixed', { a: ['select'] }, 'u'],
  ["insert into a.main.t values (a.main.told('x')::integer)", { a: ['insert', 'select'] }, 'u'],
  ['with x as (from b.main.t) from x', { b: ['select'] }, 'ur'],
  ['select (select max(i) from b.main.t) from a.main.t', { a: ['select'], b: ['select'] }, 'ur'],
  ['from a.main.t union all from b.main.t', { a: ['select'], b: ['select'] }, 'ur'],
  ['select count(*) over () from a.main.t', { a: ['select'] }, 'ur'],
  ['summarize a.main.t', { a: ['select'] }, 'ur'],
  ['explain from a.main.t', { a: ['select'] }, 'ur'],
  ['explain analyze from a.main.t', { a: ['select'] }, 'ur'],
  ['pivot a.main.t on i in (1) using count(*)', { a: ['select'] }, 'ur'],
  ['unpivot a.main.t on i', { a: ['select'] }, 'ur'],
  ['values (1)', {}, 'ur'],
  ['set variable x = (select max(i) from a.main.t)', { a: ['select'] }, 'ur'],
  ["set timezone = 'UTC'", {}, 'ur'],
  ['begin', {}, 'ur'],
  ['commit', {}, 'ur'],
  ['insert into a.main.t values (1)', { a: ['insert'] }, 'u'],
  ['insert into a.main.t values (1) returning i', { a: ['insert', 'select'] }, 'u'],
  ['insert into a.main.t from b.main.t', { a: ['insert'], b: ['select'] }, 'u'],
  ['insert into a.main.t values ((select max(i) from b.main.t))', { a: ['insert'], b: ['select'] }, 'u'],
  ['with x as (from b.main.t) insert into a.main.t from x', { a: ['insert'], b: ['select'] }, 'u'],
  ['update a.main.t set i = 1', { a: ['update', 'select'] }, 'u'],
  ['update a.main.t set i = 1 where i = 2', { a: ['update', 'select'] }, 'u'],
  ['update a.main.t set i = x.i from b.main.t x', { a: ['update', 'select'], b: ['select'] }, 'u'],
  ['delete from a.main.t', { a: ['delete', 'select'] }, 'u'],
  ['delete from a.main.t where i in (from b.main.t)', { a: ['delete', 'select'], b: ['select'] }, 'u'],
  ['truncate a.main.t', { a: ['delete', 'select'] }, 'u'],
  ['explain analyze delete from a.main.t', { a: ['delete', 'select'] }, 'u'],
  [
    'merge into a.main.t using b.main.t x on t.i = x.i when matched then delete',
    { a: ['insert', 'update', 'delete', 'select'], b: ['select'] },
    'u',
  ],
  ['create table a.main.n as select 1 as i', { a: ['all'] }, 'u'],
  ['create table a.main.n as from b.main.t', { a: ['all'], b: ['select'] }, 'u'],
  ['create or replace table a.main.t (j integer)', { a: ['all'] }, 'u'],
  ['create temp table n as from a.main.t', { a: ['select'] }, 'u'],
  ['create temp table n (i integer)', {}, 'u'],
  ['create view a.main.n as from a.main.t', { a: ['all'] }, 'u'],
  ['create view a.main.n as from b.main.t', { a: ['all'], b: ['select'] }, 'u'],
  ['create temp view n as from b.main.t', { b: ['select'] }, 'u'],
  ['create macro a.main.n(x) as x + 1', { a: ['all'] }, 'u'],
  ['create sequence a.main.n', { a: ['all'] }, 'u'],
  ["create type a.main.n as enum ('x')", { a: ['all'] }, 'u'],
  ['create index n on a.main.t (i)', { a: ['all'] }, 'u'],
  ['create schema a.n', { a: ['all'] }, 'u'],
  ['drop schema a.other', { a: ['all'] }, 'u'],
  ['drop table a.main.t', { a: ['all'] }, 'u'],
  ['drop view a.main.v', { a: ['all'] }, 'u'],
  ['drop sequence a.main.q', { a: ['all'] }, 'u'],
  ['alter table a.main.t add column j integer', { a: ['all'] }, 'u'],
  ['alter table a.main.t rename to n', { a: ['all'] }, 'u'],
  ['alter table a.main.t rename column i to j', { a: ['all'] }, 'u'],
  ["comment on table a.main.t is 'x'", { a: ['all'] }, 'u'],
  ["select nextval('a.main.q')", { a: ['update'] }, 'u'],
  ["copy a.main.t to 'x.csv'", {}, ''],
  ["from read_csv('x.csv')", {}, ''],
  ["attach 'x.db'", {}, ''],
  ['detach b', {}, ''],
  ['install icu', {}, ''],
  ['load icu', {}, ''],
  ['checkpoint', {}, ''],
  ['vacuum', {}, ''],
  ['create secret s (type s3)', {}, ''],
  ["export database 'x'", {}, ''],
  ["import database 'x'", {}, ''],
  ['set threads = 1', {}, ''],
  ['copy from database a to b', {}, ''],
  ["select write_log('x')", {}, ''],
];

export interface Case {
  readonly claim: CatalogAccess | undefined;
  readonly level: DatabaseGrantLevel | undefined;
  readonly granted: readonly Privilege[] | undefined;
}

/** The same decision, from what is written beside the statement. */
export function expected(
  needs: Needs,
  roles: string,
  role: Role,
  { claim, level, granted }: Case,
  hidesB: boolean,
) {
  if (!roles.includes(role[0] ?? '')) return false;
  const limited = claim !== undefined || level !== undefined || granted !== undefined;
  if (needs.b !== undefined && limited && hidesB) return false;
  const reading = (needs.a ?? []).includes('select');
  const writing = (needs.a ?? []).some((it) => it !== 'select');
  if (claim === 'none' || level === 'none') return !reading && !writing;
  if (writing && (claim === 'read' || level === 'read-only')) return false;
  return (
    granted === undefined || (needs.a ?? []).every((it) => granted.includes(it) || granted.includes('all'))
  );
}

/** What the statements are about. */
export const FIXTURE = [
  "attach ':memory:' as a",
  "attach ':memory:' as b",
  'create table b.main.t as select 1 as i',
  'create table a.main.t as select 1 as i',
  'create schema a.other',
  'create table a.main.keyed (i integer primary key)',
  'create table b.main.keyed (i integer primary key)',
  'create sequence a.main.q',
  'create view a.main.v as from a.main.t',
  'create view a.main.across as from b.main.t',
  'create view a.main.fixed as select 1 as i',
  "create macro a.main.told(x) as '1'",
  'create macro a.main.m() as table from b.main.t',
  'create macro a.main.s() as (select max(i) from b.main.t)',
];

/** To be run by a server besides: what these read needs rights of its own then. */
export const WITHOUT_OWNER = ['a.main.v', 'a.main.across', 'a.main.m', 'a.main.s'].map(
  (name) => `SET SECURITY INVOKER ON ${name}`,
);
