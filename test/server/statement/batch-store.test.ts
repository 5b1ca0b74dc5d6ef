import { readdirSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EncodedBatch } from '../../../src/flight/ipc/types.js';
import { createBatchStores } from '../../../src/server/statement/batch-store.js';
import { complete } from '../../../src/server/statement/completed-result.js';

const batch = (header: Uint8Array, body: Uint8Array): EncodedBatch => ({ header, body, rows: body.length });
const sized = (bytes: number) => batch(new Uint8Array(8), new Uint8Array(bytes - 8));

describe('kept batches', () => {
  it('come back as they were, in memory or in a file, whatever is dropped in between', async () => {
    const bytes = fc.uint8Array({ maxLength: 100 });
    const batches = fc.array(fc.tuple(bytes, bytes, fc.boolean()), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(batches, fc.nat(500), async (given, memoryBytesMax) => {
        const store = createBatchStores({ fileBytesMax: 1e6, memoryBytesMax }).open();
        for (const [index, [header, body, isDropped]] of given.entries()) {
          await store.append(batch(header, body));
          if (isDropped) store.drop(index);
        }
        for (const [index, [header, body, isDropped]] of given.entries()) {
          if (isDropped) await expect(store.read(index)).rejects.toMatchObject({ code: 'CANCELLED' });
          else expect(await store.read(index)).toEqual(batch(header, body));
        }
        await store.close();
      }),
      { numRuns: 100 },
    );
  });

  it("are read any number of times, so that their memory is nobody's to fill again", async () => {
    const store = createBatchStores({ fileBytesMax: 1000, memoryBytesMax: 100 }).open();
    await store.append({ ...sized(50), giveBack: () => undefined });
    expect((await store.read(0)).giveBack).toBeUndefined();
    const given = [{ ...sized(50), giveBack: () => undefined }].values();
    const completed = await complete({
      schema: { fields: [] },
      schemaMessage: new Uint8Array(0),
      changes: undefined,
      next: async () => given.next().value,
      close: async () => {},
    });
    expect(completed.batches.map(({ giveBack }) => giveBack)).toEqual([undefined]);
    await store.close();
  });

  it('share one limit, and give back what they had', async () => {
    const stores = createBatchStores({ fileBytesMax: 1000, memoryBytesMax: 100 });
    const [first, second] = [stores.open(), stores.open()];
    await first.append(sized(100));
    await first.append(sized(600));
    await expect(second.append(sized(408))).rejects.toMatchObject({ code: 'RESOURCE_EXHAUSTED' });
    await second.append(sized(400));
    // The first batch was in memory: its room is memory's.
    first.drop(0);
    await second.append(sized(100));
    await first.close();
    await second.append(sized(600));
    await expect(second.append(sized(8))).rejects.toMatchObject({ code: 'RESOURCE_EXHAUSTED' });
    await second.close();
    const third = stores.open();
    await third.append(sized(1000));
    await third.close();
  });

  it('write over what has been read', async () => {
    const store = createBatchStores({ fileBytesMax: 100, memoryBytesMax: 0 }).open();
    for (let index = 0; index < 10; index++) {
      await store.append(sized(100));
      expect((await store.read(index)).body).toHaveLength(92);
      store.drop(index);
    }
    await store.close();
  });

  it('are not written over while they are being written, whatever is read and dropped meanwhile', async () => {
    const store = createBatchStores({ fileBytesMax: 1000, memoryBytesMax: 0 }).open();
    const filled = (value: number, bytes: number) =>
      batch(new Uint8Array(8).fill(value), new Uint8Array(bytes).fill(value));
    await store.append(filled(1, 20));
    const writing = store.append(filled(2, 20));
    store.drop(0);
    await writing;
    await store.append(filled(3, 100));
    expect(await store.read(1)).toEqual(filled(2, 20));
    expect(await store.read(2)).toEqual(filled(3, 100));
    await store.close();
  });

  it.skipIf(process.platform !== 'linux')('lie in a file without a name, which ends with them', async () => {
    const open = () =>
      readdirSync('/proc/self/fd').flatMap((fd) => {
        try {
          return [readlinkSync(`/proc/self/fd/${fd}`)].filter((path) => /gizmo-[0-9a-f]{32}/.test(path));
        } catch {
          return [];
        }
      });
    const named = () => readdirSync(tmpdir()).filter((name) => /^gizmo-[0-9a-f]{32}$/.test(name));
    const store = createBatchStores({ fileBytesMax: 100, memoryBytesMax: 0 }).open();
    await store.append(sized(50));
    expect(open()).toEqual([expect.stringMatching(/ \(deleted\)$/)]);
    expect(named()).toEqual([]);
    await store.close();
    expect(open()).toEqual([]);
    await expect(store.append(sized(8))).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
