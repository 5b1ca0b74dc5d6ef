/** A thread that reads long results on; see reading-threads.ts. */
import { parentPort } from 'node:worker_threads';
import { GizmoError } from '../../../../errors.js';
import { errorToData } from '../../error-data.js';
import { BatchWriter } from '../convert/batch-writer.js';
import { createWriter } from '../convert/create-writer.js';
import { openProcessMemory } from '../memory.js';
import { lowerPriority } from './lower-priority.js';
import type { FromReadingThread, ReadOnAnswer, ResultAsData, ToReadingThread } from './protocol.js';
import { type Native, readOn } from './read-on.js';

interface KnownResult {
  readonly limits: ResultAsData;
  readonly writer: BatchWriter;
}

lowerPriority();
const native = openNative();
const known = new Map<number, KnownResult>();

parentPort?.on('message', (message: ToReadingThread) => {
  switch (message.type) {
    case 'read':
      read(message);
      return;
    case 'forget':
      known.delete(message.id);
      return;
    case 'stop':
      parentPort?.close();
  }
});
post({ type: 'ready' });

function read({ id, address, result, spare }: Extract<ToReadingThread, { type: 'read' }>): void {
  let writer: BatchWriter | undefined;
  try {
    const open = find(id, result);
    writer = open.writer;
    if (spare !== undefined) writer.giveBack(spare);
    answer(readOn(writer, address, open.limits, native));
  } catch (reason) {
    known.delete(id);
    writer?.release();
    post({ type: 'error', error: errorToData(reason) });
  }
}

function find(id: number, result: ResultAsData | undefined): KnownResult {
  const found = known.get(id);
  if (found !== undefined) return found;
  if (result === undefined)
    throw new GizmoError('INTERNAL', 'A thread was asked for a result it does not know.');
  const columns = result.plans.map((plan) => createWriter(plan, native.memory));
  const made = { limits: result, writer: new BatchWriter(columns, result.bytesMax, native.memory) };
  known.set(id, made);
  return made;
}

/** Bodies change threads without a copy; each lies alone in its memory. A function cannot. */
function answer({ batches, ...others }: ReadOnAnswer): void {
  const plain = batches.map(({ giveBack: _, ...batch }) => batch);
  const transferred = plain.map(({ body }) => body.buffer as ArrayBuffer);
  post({ type: 'answer', answer: { batches: plain, ...others } }, transferred);
}

function post(message: FromReadingThread, transferred: readonly ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transferred);
}

function openNative(): Native {
  const memory = openProcessMemory();
  if (memory?.fetching === undefined || memory.vectors === undefined)
    throw new GizmoError(
      'INTERNAL',
      'A thread that reads on was started where nothing can be read by address.',
    );
  return { memory, fetching: memory.fetching, vectors: memory.vectors };
}
