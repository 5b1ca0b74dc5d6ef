/** Memory of sent batches that the next ones lie in. */
import { expect, it } from 'vitest';
import { SpareMemory } from '../../../src/server/engine/spare-memory.js';

it('is taken once, and is no more than was agreed', () => {
  const spares = new SpareMemory(2);
  const [one, two, three] = [new ArrayBuffer(8), new ArrayBuffer(8), new ArrayBuffer(8)];
  for (const memory of [one, two, three]) spares.put(memory);
  expect([spares.take(), spares.take(), spares.take()]).toEqual([two, one, undefined]);
});

it('is not kept where one huge row had it, or where another thread has it now', () => {
  const spares = new SpareMemory(2);
  spares.put(new ArrayBuffer(5 * 1024 * 1024));
  const gone = new ArrayBuffer(8);
  structuredClone(gone, { transfer: [gone] });
  spares.put(gone);
  expect(spares.take()?.byteLength).toBeUndefined();
});

it('goes from a result that has ended to the next one', () => {
  const [ended, next] = [new SpareMemory(2), new SpareMemory(2)];
  const memory = new ArrayBuffer(8);
  ended.put(memory);
  ended.empty(next);
  expect(ended.take()).toBeUndefined();
  expect(next.take()).toBe(memory);
});
