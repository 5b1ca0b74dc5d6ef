/** Reads an Arrow IPC file or stream into a table, batch by batch, whatever layouts it uses. */
import { createReadStream } from 'node:fs';
import { GizmoError } from '../errors.js';
import { readIpc } from '../flight/ipc/framing.js';
import { plainSchema } from '../flight/ipc/plain-schema.js';
import { BatchReader } from '../flight/ipc/reader.js';
import { splitBatch } from '../flight/ipc/split-batch.js';
import type { EncodedBatch, IpcMessage } from '../flight/ipc/types.js';
import type { RunningServer } from '../server/running-server.js';

/** Creates `table`, which must not exist. INVALID_ARGUMENT where the file is no Arrow data. */
export async function loadArrow(
  path: string,
  table: string,
  server: Pick<RunningServer, 'load'>,
  signal: AbortSignal,
): Promise<void> {
  const source = createReadStream(path, { highWaterMark: READ_BYTES, signal });
  try {
    const messages = readIpc(source);
    const reader = new BatchReader();
    const first = await messages.next();
    if (first.done) throw new GizmoError('INVALID_ARGUMENT', 'The file holds no Arrow schema.');
    reader.push(first.value);
    if (reader.schema === undefined)
      throw new GizmoError('INVALID_ARGUMENT', 'The file does not begin with a schema.');
    await server.load({
      table,
      temporary: false,
      ifMissing: 'create',
      ifExists: 'fail',
      arrowSchema: plainSchema(reader.schema),
      batches: plainBatches(messages, reader),
      signal,
    });
  } finally {
    source.destroy();
  }
}

async function* plainBatches(
  messages: AsyncIterable<IpcMessage>,
  reader: BatchReader,
): AsyncGenerator<EncodedBatch> {
  for await (const message of messages) {
    const batch = reader.push(message);
    if (batch !== undefined) yield* splitBatch(batch, LIMITS);
  }
}

const READ_BYTES = 1024 * 1024;
const LIMITS = { rowsMax: 65_536, bytesMax: 16 * 1024 * 1024 };
