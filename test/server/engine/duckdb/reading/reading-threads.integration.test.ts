import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import duckdb from '@duckdb/node-bindings';
import { describe, expect, it } from 'vitest';
import { planColumn } from '../../../../../src/server/engine/duckdb/convert/column-plan.js';
import { openProcessMemory } from '../../../../../src/server/engine/duckdb/memory.js';
import { ReadingThreads } from '../../../../../src/server/engine/duckdb/reading/reading-threads.js';

const LIMITS = { rowsMax: 65_536, bytesMax: 1024 * 1024 };
const { fetching } = openProcessMemory() ?? {};

async function openResult(threads: ReadingThreads, sql: string) {
  const database = await duckdb.open(':memory:');
  const connection = await duckdb.connect(database);
  const prepared = await duckdb.prepare(connection, sql);
  const result = await duckdb.execute_prepared_streaming(prepared);
  const plans = [planColumn(duckdb.column_logical_type(result, 0))];
  const readOn = threads.open(result, { plans, ...LIMITS });
  if (readOn === undefined) throw new Error('the result cannot be reached');
  return { result, readOn };
}

type ReadOn = Awaited<ReturnType<typeof openResult>>['readOn'];

/** Begins as soon as a thread is free. */
async function start(readOn: ReadOn) {
  for (;;) {
    const reading = readOn.start();
    if (reading !== undefined) return { reading };
    await delay(5);
  }
}

/** How nice each thread of this process is; the field is the 19th of `stat`, the 17th behind the name. */
function niceOfThreads(): Map<string, number> {
  const nice = new Map<string, number>();
  for (const thread of readdirSync('/proc/self/task')) {
    const stat = `/proc/self/task/${thread}/stat`;
    // One that has ended meanwhile is none.
    if (!existsSync(stat)) continue;
    nice.set(thread, Number(readFileSync(stat, 'utf8').split(') ').at(-1)!.split(' ')[16]));
  }
  return nice;
}

describe.runIf(fetching !== undefined)('a thread that reads on', () => {
  it('answers all of each chunk, whose rows are as many as fit, and says when there are none', async () => {
    const threads = new ReadingThreads(fetching!, 1);
    const { result, readOn } = await openResult(threads, 'from range(300000)');
    let rows = 0;
    for (let ended = false; !ended; ) {
      const answer = await (await start(readOn)).reading;
      for (const batch of answer.batches) {
        rows += batch.rows;
        expect(batch.rows).toBeLessThanOrEqual(LIMITS.rowsMax);
        expect(batch.body.byteLength).toBeLessThanOrEqual(LIMITS.bytesMax);
        batch.giveBack?.(batch.body.buffer as ArrayBuffer);
      }
      if (!answer.ended) expect(rows % 2048).toBe(0);
      ({ ended } = answer);
    }
    expect(rows).toBe(300_000);
    expect(duckdb.result_return_type(result)).toBe(duckdb.ResultType.QUERY_RESULT);
    readOn.forget();
    await threads.close();
  });

  it('fills memory again that was given back, also of a result that has ended', async () => {
    const threads = new ReadingThreads(fetching!, 1);
    const first = await openResult(threads, 'from range(300000)');
    const { batches } = await (await start(first.readOn)).reading;
    const { byteLength } = batches[0]!.body.buffer;
    batches[0]!.giveBack?.(batches[0]!.body.buffer as ArrayBuffer);
    first.readOn.forget();
    const second = await openResult(threads, 'from range(10)');
    const answer = await (await start(second.readOn)).reading;
    expect(answer.batches[0]!.body.buffer.byteLength).toBe(byteLength);
    expect(batches[0]!.body.buffer.byteLength).toBe(0);
    second.readOn.forget();
    await threads.close();
  });

  it('is asked for one result at a time', async () => {
    const threads = new ReadingThreads(fetching!, 1);
    const [one, other] = [
      await openResult(threads, 'from range(300000)'),
      await openResult(threads, 'from range(300000)'),
    ];
    const { reading } = await start(one.readOn);
    expect(other.readOn.start()).toBeUndefined();
    expect((await reading).batches.length).toBeGreaterThan(0);
    expect(await other.readOn.start()).toBeDefined();
    await threads.close();
    expect(one.readOn.start()).toBeUndefined();
  });

  it.runIf(process.platform === 'linux')('comes after all other threads of the process', async () => {
    const before = niceOfThreads();
    const threads = new ReadingThreads(fetching!, 1);
    const { readOn } = await openResult(threads, 'from range(10)');
    await (await start(readOn)).reading;
    const [own = 0] = before.values();
    const nicer = [...niceOfThreads()].filter(([thread, nice]) => !before.has(thread) && nice > own);
    expect(nicer).toHaveLength(1);
    for (const [thread, nice] of before) expect(niceOfThreads().get(thread) ?? nice).toBe(nice);
    await threads.close();
  });
});
