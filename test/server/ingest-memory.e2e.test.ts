/** A bulk load of any length takes the same memory: that of the batches under way, and what DuckDB is allowed. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { connect } from '../../src/client/index.js';
import type { ReceivedBatch } from '../../src/client/result/result.js';
import { buildBatch } from '../../src/flight/ipc/build.js';
import { decodeRecordBatch } from '../../src/flight/ipc/record-batch.js';
import { type ArrowSchema, field } from '../../src/flight/ipc/types.js';
import { startGizmoServer } from '../support/gizmo-server.js';

const SCHEMA: ArrowSchema = { fields: [field('text', { kind: 'utf8' })] };
const TEXT = 'x'.repeat(64);
const MESSAGE = buildBatch(SCHEMA, [new Array(16_384).fill(TEXT)]);
const BATCH: ReceivedBatch = { ...decodeRecordBatch(SCHEMA, MESSAGE), message: MESSAGE };
const MIB = 2 ** 20;

describe.skipIf(process.platform !== 'linux')('the memory of a bulk load', () => {
  it('does not grow with the length of the stream', async () => {
    const short = await peakOf(64);
    const long = await peakOf(512);
    // Kept batches would make it 448 MiB more; DuckDB fills up its share, and the heap finds its size.
    expect(long - short).toBeLessThan(224 * MIB);
  });
});

/** The most memory that a server of its own has held, in bytes, over a load of so many batches of a mebibyte. */
async function peakOf(batches: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'gizmo-ingest-'));
  const server = await startGizmoServer(['--database', join(folder, 'db'), '--memory-limit', '128MB']);
  try {
    const { port, user: username, token: password } = server;
    const db = await connect({ port, username, password });
    expect(await db.ingest('t', copies(batches))).toBe(batches * BATCH.length);
    await db.close();
    // The high-water mark of what was resident.
    const [, kibibytes] =
      /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8')) ?? [];
    return Number(kibibytes) * 1024;
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function* copies(count: number): AsyncGenerator<ReceivedBatch> {
  for (let i = 0; i < count; i++) yield BATCH;
}
