import { setMaxListeners } from 'node:events';
import { expect, it } from 'vitest';
import { createSlots, type Release } from '../../../src/server/statement/slots.js';

const slots = (concurrent: number, queued = -1, waitMs = 0) =>
  createSlots({ concurrent: () => concurrent, queued: () => queued, waitMs: () => waitMs });
const never = new AbortController().signal;
setMaxListeners(0, never);

it('serves those who wait in turn by user, however many one of them sends', async () => {
  const gate = slots(1, 0);
  const first = (await gate.enter('a', never, false)) as Release;
  const order: string[] = [];
  const sent = [...Array.from({ length: 100 }, (_, i) => `a${i}`), 'b0', 'c0', 'b1'];
  const all = sent.map(async (name) => {
    const release = await gate.enter(name[0] ?? '', never, false);
    order.push(name);
    release();
  });
  expect(gate.waiting).toBe(sent.length);
  first();
  await Promise.all(all);
  expect(order.slice(0, 6)).toEqual(['a0', 'b0', 'c0', 'a1', 'b1', 'a2']);
  expect(order).toHaveLength(sent.length);
  expect(gate.waiting).toBe(0);
});

it('lets what has begun go first, and past the limit of those who wait', async () => {
  const gate = slots(1, 1);
  const first = (await gate.enter('a', never, false)) as Release;
  const order: string[] = [];
  const enter = async (name: string, begun: boolean) => {
    const release = await gate.enter(name, never, begun);
    order.push(name);
    release();
  };
  const all = [enter('new', false), enter('begun', true)];
  await expect(enter('one too many', false)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  first();
  await Promise.all(all);
  expect(order).toEqual(['begun', 'new']);
});

it('forgets whoever gives up or has waited too long', async () => {
  const gate = slots(1, 0, 1);
  const first = (await gate.enter('a', never, false)) as Release;
  await expect(gate.enter('b', never, false)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  const aborter = new AbortController();
  const waiting = gate.enter('b', aborter.signal, true);
  aborter.abort(new Error('gone'));
  await expect(waiting).rejects.toThrow('gone');
  expect(gate.waiting).toBe(0);
  first();
  first();
  const again = (await gate.enter('b', never, false)) as Release;
  expect(gate.enter('c', never, true)).toBeInstanceOf(Promise);
  again();
});

it('queues ten thousand and serves them all', async () => {
  const gate = slots(4, 0);
  let served = 0;
  await Promise.all(
    Array.from({ length: 10_000 }, async (_, i) => {
      const release = await gate.enter(`user ${i % 7}`, never, false);
      served++;
      release();
    }),
  );
  expect(served).toBe(10_000);
  expect(gate.waiting).toBe(0);
});
