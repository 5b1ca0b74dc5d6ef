import { describe, expect, it } from 'vitest';
import type { EncodedBatch } from '../../../../../src/flight/ipc/types.js';
import { BatchQueue } from '../../../../../src/server/engine/duckdb/ingest/batch-queue.js';

const MIB = 1024 * 1024;

describe('batches read ahead', () => {
  it('are so many as hold 4 MiB, and more when some are taken', async () => {
    let asked = 0;
    async function* source() {
      for (;;) {
        asked += 1;
        yield batch(MIB);
      }
    }
    const queue = new BatchQueue(source());
    expect(await queue.filled()).toBe(true);
    await turn();
    expect(asked).toBe(4);
    queue.take();
    await turn();
    expect(asked).toBe(5);
    queue.close();
    expect(await queue.filled()).toBe(false);
  });

  it('come in order, without those that have no rows, before the failure that ended them', async () => {
    async function* source() {
      yield batch(1, 1);
      yield batch(1, 0);
      yield batch(1, 2);
      throw new Error('the client went away');
    }
    const queue = new BatchQueue(source());
    const rows: number[] = [];
    const all = async () => {
      while (await queue.filled()) rows.push(queue.take()?.rows ?? 0);
    };
    await expect(all()).rejects.toThrow('the client went away');
    expect(rows).toEqual([1, 2]);
    expect(queue.take()).toBeUndefined();
  });

  it('end their source when they are closed', async () => {
    let ended = false;
    async function* source() {
      try {
        for (;;) yield batch(MIB);
      } finally {
        ended = true;
      }
    }
    const queue = new BatchQueue(source());
    await queue.filled();
    await turn();
    queue.close();
    await turn();
    expect(ended).toBe(true);
    expect(queue.take()).toBeUndefined();
  });
});

function batch(bytes: number, rows = 1): EncodedBatch {
  return { header: new Uint8Array(0), body: new Uint8Array(bytes), rows };
}

/** All promises that can settle have settled. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
