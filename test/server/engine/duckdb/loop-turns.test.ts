import { expect, it } from 'vitest';
import { LoopTurns } from '../../../../src/server/engine/duckdb/loop-turns.js';

it('lets one chunk be converted in a turn of the event loop, and what comes in meanwhile go between', async () => {
  const turns = new LoopTurns();
  const order: string[] = [];
  const convert = async (name: string): Promise<void> => {
    const turn = turns.take();
    if (turn !== undefined) await turn;
    order.push(name);
  };
  const converted = Promise.all([convert('first'), convert('second'), convert('third')]);
  let comesIn = 0;
  const comeIn = (): void => {
    order.push('other');
    comesIn += 1;
    if (comesIn < 2) setImmediate(comeIn);
  };
  setImmediate(comeIn);
  await converted;
  expect(order).toEqual(['first', 'second', 'other', 'third']);
  await new Promise((resolve) => setImmediate(resolve));
  expect(turns.take()).toBeUndefined();
});
