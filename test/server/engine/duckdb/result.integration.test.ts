import duckdb from '@duckdb/node-bindings';
import { describe, expect, it, vi } from 'vitest';
import { GizmoError } from '../../../../src/errors.js';
import { CallGate } from '../../../../src/server/engine/duckdb/call-gate.js';
import { Lane } from '../../../../src/server/engine/duckdb/lane.js';
import { LoopTurns } from '../../../../src/server/engine/duckdb/loop-turns.js';
import { ReadTurns } from '../../../../src/server/engine/duckdb/read-turns.js';
import type { ReadOn } from '../../../../src/server/engine/duckdb/reading/reading-threads.js';
import { StreamedChunks } from '../../../../src/server/engine/duckdb/streamed-chunks.js';

async function openStream(turns = new ReadTurns(1), signal?: AbortSignal, readOn?: ReadOn) {
  const database = await duckdb.open(':memory:');
  const lane = new Lane(await duckdb.connect(database), new CallGate(3), () => {}, undefined);
  const prepared = await duckdb.prepare(lane.connection, 'from range(1000000)');
  const result = await duckdb.execute_prepared_streaming(prepared);
  const loopTurns = new LoopTurns();
  const chunks = new StreamedChunks({ lane, result, memory: undefined, signal, turns, loopTurns, readOn });
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

/** Reads on until the next chunk has to wait for its turn. */
async function readUntilItWaits(turns: ReadTurns, signal?: AbortSignal) {
  const { lane, chunks } = await openStream(turns, signal);
  for (let i = 0; i < 4; i++) await chunks.next();
  return { lane, chunks, waiting: chunks.next() };
}

describe('a long stream whose turn to be read on has not come', () => {
  it('is closed at once', async () => {
    const turns = new ReadTurns(1);
    turns.take();
    const { lane, chunks, waiting } = await readUntilItWaits(turns);
    await Promise.all([chunks.close(), expect(waiting).rejects.toThrow(GizmoError)]);
    await lane.close(new GizmoError('CANCELLED', 'The session was closed.'));
  });

  it('is stopped at once by its signal, whose reason it fails with', async () => {
    const turns = new ReadTurns(1);
    turns.take();
    const stop = new AbortController();
    const { lane, chunks, waiting } = await readUntilItWaits(turns, stop.signal);
    const reason = new GizmoError('CANCELLED', 'enough');
    stop.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    await chunks.close();
    await lane.close(new GizmoError('CANCELLED', 'The session was closed.'));
  });

  it('goes on although the one before it never comes to its end', async () => {
    const turns = new ReadTurns(1);
    turns.take();
    const { lane, chunks, waiting } = await readUntilItWaits(turns);
    expect(await waiting).toBeDefined();
    let rows = 5 * 2048;
    for (let chunk = await chunks.next(); chunk !== undefined; chunk = await chunks.next())
      rows += duckdb.data_chunk_get_size(chunk);
    expect(rows).toBe(1_000_000);
    await lane.close(new GizmoError('CANCELLED', 'The session was closed.'));
  });
});

describe('a long stream that is stopped between two reads', () => {
  it('is not read on in another thread, where nobody would interrupt it', async () => {
    const stop = new AbortController();
    const readOn = { start: vi.fn(), forget: () => {} };
    const { lane, chunks } = await openStream(new ReadTurns(1), stop.signal, readOn);
    for (let i = 0; i < 4; i++) await chunks.next();
    while (!chunks.isReadOn) await chunks.next(true);
    const reason = new GizmoError('DEADLINE_EXCEEDED', 'too long');
    stop.abort(reason);
    await expect(chunks.readOn()).rejects.toBe(reason);
    expect(readOn.start).not.toHaveBeenCalled();
    await chunks.close();
    await lane.close(new GizmoError('CANCELLED', 'The session was closed.'));
  });
});
