import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ReadTurns } from '../../../../src/server/engine/duckdb/read-turns.js';

describe('the turns in which long results are read on', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('are as many at a time as there may be, and the others follow in the order they came', async () => {
    const turns = new ReadTurns(2);
    const [first, second] = [turns.take(), turns.take()];
    expect([first.ready, second.ready]).toEqual([undefined, undefined]);
    const order: string[] = [];
    const [third, fourth] = [turns.take(), turns.take()];
    const all = Promise.all([
      third.ready?.then(() => order.push('third')),
      fourth.ready?.then(() => order.push('fourth')),
    ]);
    second.end();
    await third.ready;
    expect(order).toEqual(['third']);
    first.end();
    await all;
    expect(order).toEqual(['third', 'fourth']);
    third.end();
    fourth.end();
    expect(turns.take().ready).toBeUndefined();
  });

  it('are left to the next where one that waits is given up, which is told at once', async () => {
    const turns = new ReadTurns(1);
    const first = turns.take();
    const givenUp = turns.take();
    const next = turns.take();
    givenUp.end();
    await givenUp.ready;
    first.end();
    await next.ready;
    next.end();
    next.end();
    givenUp.end();
    expect(turns.take().ready).toBeUndefined();
    expect(turns.take().ready).toBeDefined();
  });

  it('pass over a fetch that takes long', async () => {
    const turns = new ReadTurns(1);
    turns.take();
    const waiting = [turns.take(), turns.take()];
    await vi.advanceTimersByTimeAsync(100);
    await Promise.all(waiting.map(({ ready }) => ready));
  });

  it('leave no timer behind when nobody waits', () => {
    const turns = new ReadTurns(1);
    const first = turns.take();
    const second = turns.take();
    expect(vi.getTimerCount()).toBe(1);
    first.end();
    second.end();
    expect(vi.getTimerCount()).toBe(0);
  });
});
