import { describe, expect, it } from 'vitest';
import { createSessionQueue } from '../../../src/server/session/session-queue.js';

const never = new AbortController().signal;

describe('session queue', () => {
  it('serves one at a time, in order of arrival', async () => {
    const queue = createSessionQueue();
    const served: string[] = [];
    const first = await queue.acquire(never);
    const turn = async (name: string) => {
      const release = await queue.acquire(never);
      served.push(name);
      release();
    };
    const all = Promise.all([turn('a'), turn('b'), turn('c')]);
    await Promise.resolve();
    expect(served).toEqual([]);
    expect(queue.busy).toBe(true);
    first();
    await all;
    expect(served).toEqual(['a', 'b', 'c']);
    expect(queue.busy).toBe(false);
  });

  it('forgets a waiter whose signal aborts, and rejects it with the reason', async () => {
    const queue = createSessionQueue();
    const release = await queue.acquire(never);
    const controller = new AbortController();
    const waiting = queue.acquire(controller.signal);
    const behind = queue.acquire(never);
    controller.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    release();
    (await behind)();
    expect(queue.busy).toBe(false);
  });

  it('rejects at once for a signal that is already aborted', async () => {
    await expect(createSessionQueue().acquire(AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
  });

  it('ignores a second release', async () => {
    const queue = createSessionQueue();
    const release = await queue.acquire(never);
    release();
    const second = await queue.acquire(never);
    release();
    expect(queue.busy).toBe(true);
    second();
  });

  it('refuses a waiter beyond its limit', async () => {
    const queue = createSessionQueue();
    await queue.acquire(never);
    // Each waits under the signal of its own call.
    for (let i = 0; i < 1024; i++) void queue.acquire(new AbortController().signal);
    await expect(queue.acquire(never)).rejects.toMatchObject({ code: 'RESOURCE_EXHAUSTED' });
  });
});
