/**
 * Made-up queries over tables under row policies, beside the same queries over tables that hold nothing but the rows that
 * may be read: the answers are the same, errors included, and most queries are answered.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Engine, EngineSession } from '../../../../../src/server/engine/engine.js';
import type { RowFilter } from '../../../../../src/server/model/row-filter.js';
import { ENGINES, queryTexts } from '../../../../support/engines.js';

const RUNS = Number(process.env.GIZMO_FUZZ_RUNS ?? 150);

const FILTERS: readonly RowFilter[] = [
  {
    catalog: 'whole',
    schema: 'main',
    name: 't',
    policies: ['one', 'other'],
    conditions: ["owner = 'me'", 'a between 90 and 95'],
  },
  { catalog: 'whole', schema: 'main', name: 'u', policies: ['one'], conditions: ["g >= 0 and b like 'x%'"] },
];

let engine: Engine;
let restricted: EngineSession;
let oracle: EngineSession;

beforeAll(async () => {
  const [, open] = ENGINES[0] ?? [];
  if (open === undefined) throw new Error('no engine');
  engine = await open();
  const admin = await engine.openSession();
  const statements = [
    "attach ':memory:' as whole",
    "attach ':memory:' as part",
    // What is hidden would fail in the casts that the queries make.
    "create table whole.t as select x as a, x % 7 as g, case when x % 3 = 0 then 'me' else 'you' end as owner, case when x % 3 = 0 or x between 90 and 95 then (x % 11)::varchar else 'hidden' || x end as b from range(120) r(x)",
    "create table whole.u as select x as a, x % 5 as g, case when x % 2 = 0 then 'x' else 'hidden' end || x as b, 'me' as owner from range(40) r(x)",
    'create table whole.f as select x as a, x % 4 as g, x::varchar as b, null::varchar as owner from range(20) r(x)',
    ...FILTERS.map(
      ({ name, conditions }) =>
        `create table part.${name} as from whole.${name} where ${conditions.map((it) => `(${it})`).join(' or ')}`,
    ),
    'create table part.f as from whole.f',
    ...['whole', 'part'].flatMap((it) => [
      `create view ${it}.v as select a, g, b, owner from t`,
      `create view ${it}.w(a, g, b, owner) as select x.a, max(x.g), min(y.b), x.owner from ${it}.main.v x left join u y on x.a = y.a group by all`,
    ]),
  ];
  for (const sql of statements) await queryTexts(admin, sql);
  await admin.close();
  restricted = await engine.openSession({ filesReachable: false });
  oracle = await engine.openSession();
});
afterAll(() => engine.close());

type Arb<T> = fc.Arbitrary<T>;
const column = fc.constantFrom('a', 'g', 'b', 'owner');
const number = fc.integer({ min: -2, max: 100 });

/** An expression over the columns of an alias. */
const expression = (of: string): Arb<string> =>
  fc.oneof(
    column.map((it) => `${of}.${it}`),
    number.map(String),
    fc.tuple(column, number).map(([it, n]) => `${of}.a + ${n} * length(${of}.${it}::varchar)`),
    fc.constant(`${of}.b::int`),
    fc.constant(`try_cast(${of}.b as int)`),
    fc.constant(`(${of}.a // nullif(${of}.g, 0))::varchar`),
    fc.constant(`regexp_replace(${of}.b, '[0-9]+', 'n')`),
    fc.constant(`case when ${of}.g > 2 then upper(${of}.b) else ${of}.owner end`),
    fc.constant(`coalesce(${of}.owner, ${of}.b)`),
  );

const condition = (of: string): Arb<string> =>
  fc.oneof(
    fc.tuple(column, number).map(([it, n]) => `${of}.${it}::varchar <> '${n}'`),
    number.map((n) => `${of}.a < ${n}`),
    number.map((n) => `${of}.a in (${n}, ${n + 1}, ${n + 3}) or ${of}.g = 1`),
    expression(of).map((it) => `(${it}) is not null`),
    fc.constant(`${of}.b::int > 3`),
    fc
      .tuple(fc.constantFrom('exists', 'not exists'), fc.constantFrom('t', 'u', 'f'))
      .map(
        ([how, table]) =>
          `${how} (select 1 from DB.main.${table} as i where i.g = ${of}.g and i.a < ${of}.a)`,
      ),
    fc.constantFrom('t', 'u').map((table) => `${of}.a in (select a from DB.main.${table})`),
    fc
      .constantFrom('t', 'u')
      .map((table) => `${of}.a > (select min(i.a) from DB.main.${table} i where i.g = ${of}.g)`),
  );

const table = fc.constantFrom(
  'DB.main.t',
  'DB.main.u',
  'DB.main.f',
  'DB.t',
  'DB.MAIN.T',
  'DB.v',
  'DB.main.w',
);

const JOINS = ['join', 'left join', 'right join', 'full join', 'semi join', 'anti join'];

/** A query that answers the four columns. */
const query: Arb<string> = fc.letrec<{ query: string; source: string }>((tie) => ({
  source: fc.oneof(
    { weight: 4, arbitrary: table },
    { weight: 1, arbitrary: tie('query').map((it) => `(${it})`) },
  ),
  query: fc.oneof(
    { maxDepth: 3 },
    fc
      .tuple(tie('source'), condition('p'))
      .map(([from, where]) => `select p.a, p.g, p.b, p.owner from ${from} as p where ${where}`),
    fc
      .tuple(tie('source'), tie('source'), fc.constantFrom(...JOINS), condition('p'))
      .map(
        ([one, other, join, where]) =>
          `select p.a, p.g, p.b, p.owner from ${one} as p ${join} ${other} as q on p.a = q.a and p.g >= q.g where ${where}`,
      ),
    fc
      .tuple(tie('source'), table)
      .map(
        ([one, other]) =>
          `select p.a, l.g, l.b, p.owner from ${one} as p, lateral (select i.g, i.b from ${other} as i where i.a = p.a) as l`,
      ),
    fc
      .tuple(
        tie('query'),
        fc.constantFrom('union all', 'union', 'except', 'intersect', 'union all by name'),
        tie('query'),
      )
      .map(([one, set, other]) => `(${one}) ${set} (${other})`),
    fc
      .tuple(tie('query'), tie('source'))
      .map(
        ([inner, from]) =>
          `with t as (${inner}) select t.a, t.g, p.b, p.owner from t join ${from} as p on t.a = p.a`,
      ),
    tie('source').map(
      (from) =>
        `select max(p.a) as a, p.g, min(p.b) as b, count(distinct p.owner)::varchar as owner from ${from} as p group by p.g having count(*) > 1`,
    ),
    tie('source').map(
      (from) =>
        `select p.a, row_number() over (partition by p.g order by p.a, p.b, p.owner) as g, p.b, p.owner from ${from} as p`,
    ),
    tie('source').map(
      (from) => `select distinct p.a, p.g, p.b, p.owner from ${from} as p order by all limit 7`,
    ),
    fc
      .tuple(tie('source'), expression('p'))
      .map(([from, it]) => `select p.a, p.g, (${it})::varchar as b, p.owner from ${from} as p`),
    tie('source').map((from) => `select * replace (a + 0 as a) from ${from} as p`),
  ),
})).query;

/** What is done with a query, and what then shows what came of it. */
const WRITES: readonly (readonly [write: (query: string) => string, read: string])[] = [
  [(made) => `create temp table made as ${made}`, 'from made'],
  [(made) => `create or replace temp table made as (${made})`, 'from made'],
  [(made) => `insert into there (a, g, b, owner) ${made}`, 'from there'],
  [(made) => `insert into there by name (${made}) returning a, b`, 'from there'],
  [
    (made) => `insert or ignore into keyed select a, g from (${made}) m where a is not null`,
    'select a from keyed',
  ],
  [(made) => `update there set g = (select count(*) from (${made}) m)`, 'from there'],
  [(made) => `update there set b = m.b from (select max(b) as b from (${made})) m`, 'from there'],
  [(made) => `delete from there where a in (select a from (${made}))`, 'from there'],
  [
    (made) =>
      `merge into there using (select distinct a from (${made})) m on there.a = m.a when matched then delete when not matched then insert (a) values (m.a)`,
    'from there',
  ],
];
const TARGETS = [
  "create or replace temp table there as select x as a, x % 3 as g, 'there' as b, null::varchar as owner from range(0, 90, 9) r(x)",
  'create or replace temp table keyed (a bigint primary key, g bigint)',
  'drop table if exists made',
];
const written = fc.tuple(query, fc.option(fc.constantFrom(...WRITES), { freq: 2 }));

/**
 * Where there is a filter, DuckDB moves the condition on one side of EXCEPT to the other as well, whose rows fail in it; without
 * one it does not.
 */
const PUSHED =
  'select p.a, p.g, p.b, p.owner from ((select p.a, p.g, p.b, p.owner from DB.main.t as p where p.b::int > 3) except (with t as (select p.a, p.g, p.b, p.owner from (select p.a, p.g, p.b, p.owner from DB.main.t as p where ((p.a // nullif(p.g, 0))::varchar) is not null) as p where p.a in (0, 1, 3) or p.g = 1) select t.a, t.g, p.b, p.owner from t join DB.main.u as p on t.a = p.a)) as p join DB.main.f as q on p.a = q.a and p.g >= q.g where (p.a) is not null';

/** Sorted rows, or why there are none. */
async function answers(session: EngineSession, ...[sql, read]: readonly [string, string?]): Promise<string> {
  return queryTexts(session, sql)
    .then((rows) => (read === undefined ? rows : queryTexts(session, read)))
    .then(
      (rows) => JSON.stringify(rows.toSorted()),
      (error: Error) => `failed ${error.message}`,
    );
}

it('a query answers what it would if nothing else were there', async () => {
  let answered = 0;
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(written, async ([asked, writes]) => {
      const [write, read] = writes ?? [];
      const made = write?.(asked) ?? asked;
      for (const session of [restricted, oracle]) for (const it of TARGETS) await queryTexts(session, it);
      const sql = made.replaceAll('DB', 'whole');
      const expected = await answers(oracle, made.replaceAll('DB', 'part'), read);
      const limited = async (sql: string, filters: readonly RowFilter[]) => {
        const facts = await restricted
          .inspect(sql, { readOnly: false, rowFilters: filters })
          .catch(() => undefined);
        if (facts === undefined) return 'not bound';
        const isRefused = facts.reads.some(
          (read) => read.rows === undefined && filters.some((it) => it.name === read.name.toLowerCase()),
        );
        const found = isRefused ? 'refused' : await answers(restricted, sql, read);
        await restricted.endScope('rollback');
        return found;
      };
      const found = await limited(sql, FILTERS);
      // What does not bind fails for the oracle as well.
      if (found === 'not bound') {
        expect(expected).toMatch(/^failed/);
        return;
      }
      if (found === 'refused') refused += 1;
      else answered += 1;
      if (found === 'refused') return;
      // A failure may be another of several, and is quoted without the text; but no row is hidden in it.
      if (expected.startsWith('failed')) expect(found).toMatch(/^failed/);
      else if (!found.startsWith('failed')) expect(found).toBe(expected);
      else {
        // It may fail for the policies' sake, but then it does so where they leave out nothing, and in the same words.
        for (const it of TARGETS) await queryTexts(restricted, it);
        const here = FILTERS.map((it) => ({ ...it, catalog: 'part' }));
        expect(found).toBe(await limited(made.replaceAll('DB', 'part'), here));
      }
      if (found.startsWith('failed')) expect(found).not.toMatch(/hidden/);
    }),
    { numRuns: RUNS, examples: [[[PUSHED, null]]] },
  );
  expect(answered).toBeGreaterThan(refused * 10);
}, 600_000);
