/** IPC streams and files: messages behind each other with their lengths. Source: Arrow columnar format, "Serialization and IPC". */
import { ByteSource } from './byte-source.js';
import { malformed } from './malformed.js';
import { openMessage } from './message.js';
import { CONTINUATION, encapsulate } from './schema.js';
import type { IpcMessage } from './types.js';

/**
 * Reads the messages of an IPC stream, or of an IPC file (`ARROW1`), in order; a file is read as the stream that it
 * contains. Memory is taken as bytes arrive, never for what a length announces. A body is a view on a chunk of `source`
 * where it lies in one. INVALID_ARGUMENT where the data are malformed or cut off within a message.
 */
export async function* readIpc(source: AsyncIterable<Uint8Array> | Uint8Array): AsyncGenerator<IpcMessage> {
  const bytes = new ByteSource(source instanceof Uint8Array ? once(source) : source);
  try {
    const start = await bytes.peek(8);
    const isFile = FILE_MAGIC.equals(start.subarray(0, 6));
    if (isFile) await bytes.take(8);
    const count = yield* readMessages(bytes);
    if (count === 0) throw malformed('it has no schema');
    if (isFile && !FILE_MAGIC.equals(await bytes.drain(6))) throw malformed('the file is cut off');
  } finally {
    await bytes.close();
  }
}

/** A message as it stands in a stream: the encapsulated header, then the body, to be written behind each other. */
export function frameMessage(message: IpcMessage): Uint8Array[] {
  return message.body.byteLength === 0
    ? [encapsulate(message.header)]
    : [encapsulate(message.header), message.body];
}

/** What ends a stream. */
export const STREAM_END: Uint8Array = Uint8Array.of(255, 255, 255, 255, 0, 0, 0, 0);

const FILE_MAGIC = Buffer.from('ARROW1');

/** Headers grow with the number of columns, not of rows: ten thousand columns take about 2 MiB. */
const HEADER_BYTES_MAX = 64 * 1024 * 1024;

/** Returns how many there were. */
async function* readMessages(bytes: ByteSource): AsyncGenerator<IpcMessage, number> {
  let count = 0;
  let marked = false;
  for (;;) {
    const marker = await bytes.peek(4);
    if (marker.byteLength === 0) return count;
    if (marker.byteLength < 4) throw cutOff();
    const hasMarker = viewOf(marker).getInt32(0, true) === CONTINUATION;
    // Once there were markers, what has none is the footer of a file whose writer left out the end of the stream.
    if (marked && !hasMarker) return count;
    marked = hasMarker;
    const prefix = await bytes.take(hasMarker ? 8 : 4);
    if (prefix === undefined) throw cutOff();
    const length = viewOf(prefix).getInt32(prefix.byteLength - 4, true);
    if (length === 0) return count;
    if (length < 0 || length > HEADER_BYTES_MAX)
      throw malformed('this is neither an IPC stream nor an IPC file');
    const header = await bytes.take(length);
    if (header === undefined) throw cutOff();
    const body = await bytes.take(openMessage(header).bodyLength);
    if (body === undefined) throw cutOff();
    yield { header, body };
    count++;
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function cutOff() {
  return malformed('a message is cut off');
}
