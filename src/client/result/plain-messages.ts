/** Batches as IPC messages in layouts that every reader and every server knows. */
import { plainSchema } from '../../flight/ipc/plain-schema.js';
import { splitBatch } from '../../flight/ipc/split-batch.js';
import type { ArrowSchema, IpcMessage } from '../../flight/ipc/types.js';
import type { ReceivedBatch } from './result.js';

/**
 * For batches of `schema`, the schema to announce and a function from a batch to its messages. A message passes through
 * as it came where it is plain and within the limit; what needs a dictionary, or a layout of Arrow 1.4, is written anew.
 */
export function plainMessages(schema: ArrowSchema, bytesMax: number): PlainMessages {
  const plain = plainSchema(schema);
  const limits = { rowsMax: 65_536, bytesMax };
  return {
    schema: plain,
    *messagesOf(batch) {
      const { message } = batch;
      if (plain === schema && message !== undefined && message.body.byteLength <= bytesMax) yield message;
      else yield* splitBatch(batch, limits);
    },
  };
}

export interface PlainMessages {
  readonly schema: ArrowSchema;
  messagesOf(batch: ReceivedBatch): Iterable<IpcMessage>;
}
