/** A result as the bytes of an Arrow IPC stream. */
import { frameMessage, STREAM_END } from '../../flight/ipc/framing.js';
import { encodeSchema } from '../../flight/ipc/schema.js';
import { plainMessages } from './plain-messages.js';
import type { ResultStream } from './result.js';

/** Readable by every Arrow library; a chunk is a message's header or its body. */
export async function* ipcStream(result: ResultStream): AsyncGenerator<Uint8Array, void, undefined> {
  const { schema, messagesOf } = plainMessages(result.schema, BODY_BYTES_MAX);
  yield* frameMessage({ header: encodeSchema(schema), body: new Uint8Array(0) });
  for await (const batch of result) for (const message of messagesOf(batch)) yield* frameMessage(message);
  yield STREAM_END;
}

const BODY_BYTES_MAX = 16 * 1024 * 1024;
