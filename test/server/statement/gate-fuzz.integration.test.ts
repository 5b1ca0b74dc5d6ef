/**
 * Statements by the thousand, made up by a grammar, as somebody restricted would try them: nothing that is hidden comes
 * back, in rows, names of columns or errors; nothing changes that they may not change; and what is hidden answers as it
 * does where it is not there at all.
 *
 * `npm run fuzz` goes on for ten minutes; GIZMO_FUZZ_SECONDS says for how many seconds else, GIZMO_FUZZ_SEED repeats a
 * run and looks for the shortest statement that fails.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answersDiffer, leakedBy } from './gate-fuzz/answer.js';
import { change } from './gate-fuzz/changes.js';
import { answerOf } from './gate-fuzz/doors.js';
import { PRINCIPALS, type Who } from './gate-fuzz/principals.js';
import { stepOf } from './gate-fuzz/steps.js';
import { makeOutside, makeWorld, type World } from './gate-fuzz/world.js';

const SECONDS = Number(process.env.GIZMO_FUZZ_SECONDS ?? 0);
const SEED = process.env.GIZMO_FUZZ_SEED;
/** Sessions in each run, of up to as many statements. */
const SESSIONS = SECONDS > 0 ? Number.MAX_SAFE_INTEGER : 24;
const STATEMENTS_MAX = 12;
/** One that is the same each time, and one that nobody has seen before. */
const SAME = 6;
const SEEDS = SEED === undefined ? [SAME, Math.trunc(Date.now() % 2 ** 31)] : [Number(SEED)];

const outside = makeOutside();
const worlds = new Map<Who['world'], { readonly real: World; readonly bare: World }>();
beforeAll(async () => {
  for (const kind of ['open', 'granted'] as const)
    worlds.set(kind, {
      real: await makeWorld(kind, 'hidden'),
      bare: await makeWorld(kind, 'nothing hidden'),
    });
});
afterAll(async () => {
  for (const { real, bare } of worlds.values()) await Promise.all([real.stop(), bare.stop()]);
  outside.remove();
});

const sessions = fc
  .constantFrom(...PRINCIPALS.flatMap((who) => Array<Who>(who.weight).fill(who)))
  .chain((who) =>
    fc.tuple(
      fc.constant(who),
      fc.array(stepOf(who, outside.path), { minLength: 1, maxLength: STATEMENTS_MAX }),
    ),
  );

/** Of a run that its time limit has ended, the session that it was at goes on. */
let last: Promise<unknown> = Promise.resolve();

describe.each(SEEDS)('statements made up from seed %i', (seed) => {
  it(
    'show and change nothing that they may not',
    async () => {
      await last;
      const outsideBefore = outside.state();
      // A new seed may find words that differ, which is worth mending but no reason to hold up what has nothing to do with it.
      const compares = SECONDS > 0 || seed === SAME || SEED !== undefined;
      /** As each world was when the last session in it had ended well, by what may be changed. */
      const states = new Map<string, string>();
      const counts = { statements: 0, succeeded: 0 };
      await fc.assert(
        fc.asyncProperty(sessions, ([who, tried]) => {
          const session = async () => {
            const { real, bare } = worlds.get(who.world) ?? expect.fail('no such world');
            if (who.changes.length > 0) {
              await Promise.all([real.refresh(), bare.refresh()]);
              states.clear();
            }
            const catalogs = who.world + who.changes;
            const before = states.get(catalogs) ?? (await real.state(who.changes));
            states.delete(catalogs);
            const [client, other] = await Promise.all([real.logIn(who), bare.logIn(who)]);
            const undo = new Map<string, () => Promise<void>>();
            try {
              let said = '';
              for (const [sql, door] of tried) {
                if (door === 'change') {
                  if (!undo.has(sql)) undo.set(sql, await change(sql, real, bare));
                  continue;
                }
                said += sql;
                const answer = await answerOf(client, sql, door);
                counts.statements += 1;
                if (answer.code === 0) counts.succeeded += 1;
                expect(leakedBy(answer, said), `${who.name}, ${door}: ${sql}`).toEqual([]);
                if (!compares) continue;
                const same = await answerOf(other, sql, door);
                expect(answersDiffer(answer, same, said), `${who.name}, ${door}: ${sql}`).toBeUndefined();
              }
              for (const undone of [...undo.values()].reverse()) await undone();
              undo.clear();
              expect(await real.state(who.changes), JSON.stringify(tried)).toBe(before);
              states.set(catalogs, before);
              expect(outside.state(), JSON.stringify(tried)).toBe(outsideBefore);
            } finally {
              for (const undone of [...undo.values()].reverse()) await undone();
              await Promise.all(
                [client, other].map((it) => it.action('CloseSession').catch(() => undefined)),
              );
              client.close();
              other.close();
            }
          };
          const running = session();
          last = running.catch(() => undefined);
          return running;
        }),
        {
          seed,
          numRuns: SESSIONS,
          endOnFailure: SEED === undefined,
          ...(SECONDS > 0 && { interruptAfterTimeLimit: SECONDS * 1000 }),
        },
      );
      process.stdout.write(
        `seed ${seed}: ${counts.statements} statements, ${counts.succeeded} of them ran\n`,
      );
      expect(counts.succeeded).toBeGreaterThan(0);
    },
    (SECONDS + 600) * 1000,
  );
});
