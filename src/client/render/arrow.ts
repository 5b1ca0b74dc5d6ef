/** The Arrow IPC stream format, readable by every Arrow library. */
import { frameMessage, STREAM_END } from '../../flight/ipc/framing.js';
import { encodeSchema } from '../../flight/ipc/schema.js';
import type { IpcMessage } from '../../flight/ipc/types.js';
import { type PlainMessages, plainMessages } from '../result/plain-messages.js';
import type { Renderer, RenderOptions, TextSink } from './renderer.js';

/** Messages pass through as they came; those that need a dictionary, or a layout of Arrow 1.4, are written anew. */
export function createArrowRenderer(sink: TextSink, _options: RenderOptions): Renderer {
  let plain: PlainMessages | undefined;
  const write = async (message: IpcMessage): Promise<void> => {
    for (const part of frameMessage(message)) await sink.write(part);
  };
  return {
    begin(schema) {
      plain = plainMessages(schema, BODY_BYTES_MAX);
      return write({ header: encodeSchema(plain.schema), body: NO_BODY });
    },
    async batch(batch) {
      for (const message of plain?.messagesOf(batch) ?? []) await write(message);
    },
    end: () => sink.write(STREAM_END),
  };
}

const NO_BODY = new Uint8Array(0);
const BODY_BYTES_MAX = 16 * 1024 * 1024;
