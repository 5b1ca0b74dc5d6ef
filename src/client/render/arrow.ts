/** The Arrow IPC stream format, readable by every Arrow library. */
import { frameMessage, STREAM_END } from '../../flight/ipc/framing.js';
import { plainSchema } from '../../flight/ipc/plain-schema.js';
import { encodeSchema } from '../../flight/ipc/schema.js';
import { splitBatch } from '../../flight/ipc/split-batch.js';
import type { IpcMessage } from '../../flight/ipc/types.js';
import type { Renderer, RenderOptions, TextSink } from './renderer.js';

/** Messages pass through as they came; those that need a dictionary, or a layout of Arrow 1.4, are written anew. */
export function createArrowRenderer(sink: TextSink, _options: RenderOptions): Renderer {
  let passes = true;
  const write = async (message: IpcMessage): Promise<void> => {
    for (const part of frameMessage(message)) await sink.write(part);
  };
  return {
    begin(schema) {
      const plain = plainSchema(schema);
      passes = plain === schema;
      return write({ header: encodeSchema(plain), body: NO_BODY });
    },
    async batch(batch) {
      if (passes && batch.message !== undefined) return write(batch.message);
      for (const part of splitBatch(batch, LIMITS)) await write(part);
    },
    end: () => sink.write(STREAM_END),
  };
}

const NO_BODY = new Uint8Array(0);
const LIMITS = { rowsMax: 65_536, bytesMax: 16 * 1024 * 1024 };
