/** What an administrator changes while others are at work: something hidden in the one world, or the same in both. */
import fc from 'fast-check';
import type { World } from './world.js';

interface Change {
  readonly name: string;
  /** Done and undone where what is hidden is there. */
  readonly real: readonly [string, string];
  /** Where it is not. */
  readonly bare?: readonly [string, string];
}

const both = (name: string, done: string, undone: string): Change => ({
  name,
  real: [done, undone],
  bare: [done, undone],
});

const CHANGES: readonly Change[] = [
  {
    name: 'a hidden column is added',
    real: [
      "alter table part.people add column zqlate varchar default 'zqlatevalue'",
      'alter table part.people drop column zqlate',
    ],
  },
  {
    name: 'a hidden column is renamed',
    real: ['alter table part.people rename c to zqc', 'alter table part.people rename zqc to c'],
  },
  {
    name: 'a hidden row is added',
    real: [
      "insert into part.rowed values (77100023, 'zqlaterow', 77100024)",
      "delete from part.rowed where b = 'zqlaterow'",
    ],
  },
  {
    name: 'a hidden table is made',
    real: [
      "create table part.zqlate as select 77100025 as a, 'zqlate' as b, 1 as c",
      'drop table part.zqlate',
    ],
  },
  { name: 'a hidden database is attached', real: ["attach ':memory:' as zqlater", 'detach zqlater'] },
  both(
    'a view is replaced',
    'create or replace view open.seen as select a, b, a as c from open.items',
    'create or replace view open.seen as select a, b, c from open.items',
  ),
  both(
    'a lent view is replaced',
    "create or replace view open.kept as select a, b, a as c from zqlend.zqkept where b not like 'zq%'",
    "create or replace view open.kept as select a, b, c from zqlend.zqkept where b not like 'zq%'",
  ),
  both(
    'a view is lent no more',
    'set security invoker on view open.main.kept',
    'set security definer on view open.main.kept',
  ),
  both(
    'a policy leaves less',
    "create or replace policy shown on part.main.rowed using (b not like 'zq%' and a < 2)",
    "create or replace policy shown on part.main.rowed using (b not like 'zq%')",
  ),
  both(
    'a column is added',
    'alter table open.items add column d integer',
    'alter table open.items drop column d',
  ),
  both(
    'a table is renamed',
    'alter table open.items rename to itemz',
    'alter table open.itemz rename to items',
  ),
];

export const changes = fc.constantFrom(...CHANGES.map(({ name }) => name));

/** Makes a change of that name in both worlds, and says how to undo it. */
export async function change(name: string, real: World, bare: World): Promise<() => Promise<void>> {
  const found = CHANGES.find((it) => it.name === name);
  if (found === undefined) throw new Error(`No change is called ${name}.`);
  const run = async (which: 0 | 1) => {
    await real.admin.rows(found.real[which]);
    if (found.bare) await bare.admin.rows(found.bare[which]);
  };
  await run(0);
  return () => run(1);
}
