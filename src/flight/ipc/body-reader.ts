/** Hands out the nodes and buffers of one record batch in their order, each checked against the body that came with it. */
import { decompress } from './decompress.js';
import { type FlatTable, readSize } from './flatbuffer.js';
import { malformed } from './malformed.js';
import { METADATA_V5, type OpenMessage } from './message.js';

export class BodyReader {
  /** No column of the batch may be longer; see {@link ROWS_WITHOUT_BODY_MAX}. */
  readonly rowsMax: number;
  /** Before V5, unions had a validity bitmap. */
  readonly unionsHaveValidity: boolean;
  readonly #view: DataView;
  readonly #body: Uint8Array;
  readonly #codec: number | undefined;
  #budget: number;
  #node: number;
  readonly #nodesEnd: number;
  #buffer: number;
  readonly #buffersEnd: number;
  #variadic: number;
  readonly #variadicEnd: number;

  /** `batch`: the RecordBatch table, which in a dictionary batch is not the message's own content. */
  constructor(message: OpenMessage, batch: FlatTable, body: Uint8Array, options: BodyReaderOptions) {
    if (body.byteLength < message.bodyLength) throw malformed('a message body is cut off');
    // Without the Buffer prototype: its subarrays are slower to make and its slice() does not copy.
    this.#body = new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
    this.unionsHaveValidity = message.version !== METADATA_V5;
    this.#view = batch.view;
    this.#codec = readCodec(batch);
    this.#budget = options.decompressedBytesMax ?? DECOMPRESSED_BYTES_MAX;
    const bytes = this.#codec === undefined ? body.byteLength : this.#budget;
    this.rowsMax = Math.min(ROWS_MAX, Math.max(ROWS_WITHOUT_BODY_MAX, 8 * bytes));
    const nodes = batch.vector(1, 16);
    const buffers = batch.vector(2, 16);
    const variadic = batch.vector(4, 8);
    this.#node = nodes?.at ?? 0;
    this.#nodesEnd = this.#node + 16 * (nodes?.count ?? 0);
    this.#buffer = buffers?.at ?? 0;
    this.#buffersEnd = this.#buffer + 16 * (buffers?.count ?? 0);
    this.#variadic = variadic?.at ?? 0;
    this.#variadicEnd = this.#variadic + 8 * (variadic?.count ?? 0);
  }

  /** Length and null count of the next column, or child column. The count is -1 where the writer did not know it. */
  node(): { readonly length: number; readonly nullCount: number } {
    if (this.#node >= this.#nodesEnd) throw malformed('a batch has fewer columns than its schema');
    const length = readSize(this.#view, this.#node);
    const unknown = this.#view.getInt32(this.#node + 12, true) === -1;
    const nullCount = unknown ? -1 : readSize(this.#view, this.#node + 8);
    this.#node += 16;
    if (length > this.rowsMax) throw malformed('a column claims more values than its body can hold');
    if (nullCount > length) throw malformed('a column claims more nulls than values');
    return { length, nullCount };
  }

  /** The next buffer, of at least `bytesMin` bytes; it may be longer, padded. */
  buffer(bytesMin: number): Uint8Array {
    if (this.#buffer >= this.#buffersEnd) throw malformed('a batch has fewer buffers than its schema needs');
    const start = readSize(this.#view, this.#buffer);
    const end = start + readSize(this.#view, this.#buffer + 8);
    this.#buffer += 16;
    if (end > this.#body.byteLength) throw malformed('a buffer lies outside of the message body');
    const stored = this.#body.subarray(start, end);
    const bytes = this.#codec === undefined ? stored : this.#decompress(stored, this.#codec);
    if (bytes.byteLength < bytesMin) throw malformed('a buffer is shorter than its column needs');
    return bytes;
  }

  /** How many data buffers the next column of a view type has. */
  variadicCount(): number {
    if (this.#variadic >= this.#variadicEnd)
      throw malformed('a view column does not say how many buffers it has');
    const count = readSize(this.#view, this.#variadic);
    this.#variadic += 8;
    return count;
  }

  /** Everything must have been used: what is left shows that batch and schema do not belong together. */
  end(): void {
    if (this.#node !== this.#nodesEnd) throw malformed('a batch has more columns than its schema');
    if (this.#buffer !== this.#buffersEnd) throw malformed('a batch has more buffers than its schema needs');
  }

  /** A compressed buffer starts with its length decompressed, or -1 where it was not worth it. */
  #decompress(stored: Uint8Array, codec: number): Uint8Array {
    if (stored.byteLength === 0) return stored;
    if (stored.byteLength < 8) throw malformed('a compressed buffer is cut off');
    const view = new DataView(stored.buffer, stored.byteOffset, 8);
    const content = stored.subarray(8);
    if (view.getBigInt64(0, true) === -1n) return content;
    const length = readSize(view, 0);
    this.#budget -= length;
    if (this.#budget < 0) throw malformed('a compressed message expands to more than is accepted');
    return decompress(codec, content, length);
  }
}

export interface BodyReaderOptions {
  /** How large one message may become when its buffers are decompressed. Default: 256 MiB. */
  readonly decompressedBytesMax?: number;
}

const DECOMPRESSED_BYTES_MAX = 256 * 1024 * 1024;

/** Offsets are 32 bits wide, and so are row numbers. */
const ROWS_MAX = 2 ** 31 - 1;

/**
 * Columns of nulls, of runs and of empty structs need no bytes for a row. A peer may claim this many of them, and more
 * only if the body has a bit for each, so that a few bytes cannot become billions of values.
 */
const ROWS_WITHOUT_BODY_MAX = 2 ** 20;

function readCodec(batch: FlatTable): number | undefined {
  const compression = batch.table(3);
  if (compression === undefined) return undefined;
  if (compression.uint8(1) !== 0) throw malformed('a body is compressed in an unknown way');
  return compression.uint8(0);
}
