import duckdb from '@duckdb/node-bindings';
import { describe, expect, it } from 'vitest';
import { GizmoError } from '../../../../src/errors.js';
import { CallGate } from '../../../../src/server/engine/duckdb/call-gate.js';
import { Lane } from '../../../../src/server/engine/duckdb/lane.js';
import { StreamedChunks } from '../../../../src/server/engine/duckdb/result.js';

async function openStream() {
  const database = await duckdb.open(':memory:');
  const lane = new Lane(await duckdb.connect(database), new CallGate(3), () => {}, undefined);
  const prepared = await duckdb.prepare(lane.connection, 'from range(1000000)');
  const result = await duckdb.execute_prepared_streaming(prepared);
  const chunks = new StreamedChunks({ lane, result, memory: undefined, signal: undefined });
  await lane.settle();
  return { lane, chunks };
}

describe('closing a stream', () => {
  it('is no failure where its session has been closed', async () => {
    const { lane, chunks } = await openStream();
    await lane.close(new GizmoError('CANCELLED', 'The session was closed.'));
    await expect(chunks.close()).resolves.toBeUndefined();
  });

  it('tells a failure that nobody asked for', async () => {
    const { lane, chunks } = await openStream();
    duckdb.disconnect_sync(lane.connection);
    await expect(chunks.close()).rejects.toBeInstanceOf(GizmoError);
  });

  it('lets a read that waits fetch no more', async () => {
    const { lane, chunks } = await openStream();
    const waiting = chunks.next();
    const closing = chunks.close();
    expect(await waiting).toBeUndefined();
    await closing;
    await lane.close(new GizmoError('CANCELLED', 'The session was closed.'));
  });
});
