/** IPC streams and files: messages behind each other with their lengths. Source: Arrow columnar format, "Serialization and IPC". */
import { GizmoError } from '../../errors.js';
import { ByteSource } from './byte-source.js';
import { FlatTable } from './flatbuffer.js';
import { malformed } from './malformed.js';
import { MESSAGE_KIND, openMessage } from './message.js';
import { CONTINUATION, encapsulate, encodeSchema, readSchema } from './schema.js';
import type { ArrowSchema, IpcMessage } from './types.js';

/**
 * Reads the messages of an IPC stream, or of an IPC file (`ARROW1`), in order; a file is read as the stream that it
 * contains. Memory is taken as bytes arrive, never for what a length announces. A body is a view on a chunk of `source`
 * where it lies in one. INVALID_ARGUMENT where the data are malformed or cut off within a message.
 */
export async function* readIpc(source: AsyncIterable<Uint8Array> | Uint8Array): AsyncGenerator<IpcMessage> {
  const bytes = new ByteSource(source instanceof Uint8Array ? once(source) : source);
  try {
    const isFile = FILE_MAGIC.equals((await bytes.peek(8)).subarray(0, 6));
    if (isFile) await bytes.take(8);
    let first = true;
    for await (const message of readMessages(bytes)) {
      if (first && isFile && openMessage(message.header).kind !== MESSAGE_KIND.schema) {
        yield { header: encodeSchema(readFooter(await bytes.peekAll())), body: NO_BYTES };
      }
      first = false;
      yield message;
    }
    if (first) throw malformed('it has no schema');
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

const NO_BYTES = new Uint8Array(0);

const FILE_MAGIC = Buffer.from('ARROW1');

/** Headers grow with the number of columns, not of rows: ten thousand columns take about 2 MiB. */
const HEADER_BYTES_MAX = 64 * 1024 * 1024;

/** Offsets into a body are 32 bits wide, save those of large types. */
const BODY_BYTES_MAX = 2 ** 31 - 1;

async function* readMessages(bytes: ByteSource): AsyncGenerator<IpcMessage> {
  let marked = false;
  for (;;) {
    const marker = await bytes.peek(4);
    if (marker.byteLength === 0) return;
    if (marker.byteLength < 4) throw cutOff();
    const hasMarker = viewOf(marker).getInt32(0, true) === CONTINUATION;
    // Once there were markers, what has none is the footer of a file whose writer left out the end of the stream.
    if (marked && !hasMarker) return;
    marked = hasMarker;
    const prefix = await bytes.take(hasMarker ? 8 : 4);
    if (prefix === undefined) throw cutOff();
    const length = viewOf(prefix).getInt32(prefix.byteLength - 4, true);
    if (length === 0) return;
    if (length < 0 || length > HEADER_BYTES_MAX)
      throw malformed('this is neither an IPC stream nor an IPC file');
    const header = await bytes.take(length);
    if (header === undefined) throw cutOff();
    const { bodyLength } = openMessage(header);
    if (bodyLength > BODY_BYTES_MAX) {
      throw new GizmoError(
        'RESOURCE_EXHAUSTED',
        'A batch of the Arrow data exceeds 2 GiB; write it in smaller batches.',
      );
    }
    const body = await bytes.take(bodyLength);
    if (body === undefined) throw cutOff();
    yield { header, body };
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/**
 * The schema at the end of a file, given the end of that file. Some writers (apache-arrow for JavaScript) have it
 * nowhere else; then the whole file has to be in memory before its first batch.
 */
function readFooter(end: Uint8Array): ArrowSchema {
  const magicAt = end.byteLength - FILE_MAGIC.byteLength;
  if (magicAt < 4 || !FILE_MAGIC.equals(end.subarray(magicAt))) throw malformed('the file is cut off');
  const length = viewOf(end).getInt32(magicAt - 4, true);
  if (length <= 0 || length > magicAt - 4) throw malformed('the footer of the file is cut off');
  const schema = FlatTable.root(end.subarray(magicAt - 4 - length, magicAt - 4)).table(1);
  if (schema === undefined) throw malformed('it has no schema');
  return readSchema(schema);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function cutOff() {
  return malformed('a message is cut off');
}
