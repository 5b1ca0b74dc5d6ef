import { describe, expect, it } from 'vitest';
import { createFairQueue } from '../../../src/server/auth/fair-queue.js';

const LIMITS = { atOnce: 1, waitingEachMax: 3, waitingAddressMax: 6, waitingMax: 6 };

/** Work that ends when the test says so; what has begun is listed. */
function works(limits = LIMITS) {
  const queue = createFairQueue(limits);
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const start = (address: string, name: string, signal?: AbortSignal) =>
    queue.run(
      address,
      name,
      () => {
        begun.push(`${address}/${name}`);
        return new Promise<void>((resolve) => ends.push(resolve));
      },
      signal,
    );
  const endAll = async () => {
    for (let i = 0; i < ends.length; i++) {
      ends[i]?.();
      await new Promise(setImmediate);
    }
  };
  return { queue, begun, start, endAll };
}

describe('the fair queue', () => {
  it('serves addresses in turn, and in each the names', async () => {
    const { begun, start, endAll } = works();
    const all = [
      start('x', 'first'),
      ...['flood', 'flood', 'flood', 'other'].map((name) => start('x', name)),
      start('y', 'ann'),
    ];
    await endAll();
    await Promise.all(all);
    expect(begun).toEqual(['x/first', 'x/flood', 'y/ann', 'x/other', 'x/flood', 'x/flood']);
  });

  it('runs no more at once than it may', async () => {
    const { begun, start, endAll } = works({ ...LIMITS, atOnce: 2 });
    const all = ['a', 'b', 'c'].map((name) => start('x', name));
    await new Promise(setImmediate);
    expect(begun).toEqual(['x/a', 'x/b']);
    await endAll();
    await Promise.all(all);
    expect(begun).toHaveLength(3);
  });

  it('refuses what would wait behind too many, of one name or in all', async () => {
    const { start, endAll } = works();
    const all = [start('x', 'a'), start('x', 'a'), start('x', 'a'), start('x', 'a')];
    await expect(start('x', 'a')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    all.push(start('x', 'b'), start('x', 'c'), start('x', 'd'));
    await expect(start('y', 'e')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await endAll();
    await Promise.all(all);
  });

  it('leaves room for others, whatever names one address makes up', async () => {
    const { begun, start, endAll } = works({ ...LIMITS, waitingAddressMax: 2 });
    const all = ['a', 'b', 'c'].map((name) => start('x', name));
    await expect(start('x', 'd')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    all.push(start('y', 'ann'));
    await endAll();
    await Promise.all(all);
    expect(begun).toEqual(['x/a', 'x/b', 'y/ann', 'x/c']);
  });

  it('gives the places of who has gone away to others', async () => {
    const { begun, start, endAll } = works();
    const gone = new AbortController();
    const first = start('x', 'first');
    const left = ['a', 'a', 'b', 'c', 'd', 'e'].map((name) => start('x', name, gone.signal));
    await expect(start('y', 'ann')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    gone.abort(new Error('gone'));
    for (const it of left) await expect(it).rejects.toThrow('gone');
    await expect(start('x', 'a', gone.signal)).rejects.toThrow('gone');
    const all = ['a', 'a', 'a', 'b', 'c', 'd'].map((name) => start('x', name));
    await endAll();
    await Promise.all([first, ...all]);
    expect(begun).toEqual(['x/first', 'x/a', 'x/b', 'x/c', 'x/d', 'x/a', 'x/a']);
  });

  it('goes on after work that failed', async () => {
    const { queue } = works();
    await expect(queue.run('x', 'a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await queue.run('x', 'a', async () => 42)).toBe(42);
  });
});
