/** Record batches and dictionary batches ⇄ IPC messages. Source: Message.fbs. */
import { BodyReader, type BodyReaderOptions } from './body-reader.js';
import type { Column, RecordBatch } from './column.js';
import { ColumnReader } from './column-reader.js';
import { malformed } from './malformed.js';
import { MESSAGE_KIND, METADATA_V5, openMessage } from './message.js';
import type { ArrowField, ArrowSchema, IpcMessage } from './types.js';

/**
 * Encodes the header of one record batch (`data_header` of FlightData); its length is a multiple of 8. Everything but
 * the two vectors stands at a fixed position, because this runs for every message sent.
 */
export function encodeRecordBatchHeader(batch: RecordBatchLayout): Uint8Array {
  const { nodes, buffers, variadicCounts = [] } = batch;
  const nodesAt = VECTORS + 8;
  const buffersAt = nodesAt + 8 * nodes.length + 8;
  const variadicAt = buffersAt + 8 * buffers.length + 8;
  const end = variadicCounts.length === 0 ? variadicAt - 8 : variadicAt + 8 * variadicCounts.length;

  const bytes = new Uint8Array(end);
  bytes.set(TEMPLATE);
  const view = new DataView(bytes.buffer);
  writeSize(view, BODY_LENGTH, batch.bodyLength);
  writeSize(view, ROWS, batch.rows);
  writeVector(view, NODES, nodesAt, nodes, 2);
  writeVector(view, BUFFERS, buffersAt, buffers, 2);
  if (variadicCounts.length > 0) {
    view.setUint16(VARIADIC_ENTRY, VARIADIC - BATCH_TABLE, true);
    writeVector(view, VARIADIC, variadicAt, variadicCounts, 1);
  }
  return bytes;
}

/** Where everything of one record batch is; all figures are non-negative integers. */
export interface RecordBatchLayout {
  readonly rows: number;
  /** Length and null count of each column, children after their parent, flat: `[length, nulls, length, nulls, …]`. */
  readonly nodes: ArrayLike<number>;
  /** Offset in the body and length of each buffer, flat: `[offset, length, …]`. */
  readonly buffers: ArrayLike<number>;
  readonly bodyLength: number;
  /** Number of data buffers of each column of a view type, in order. */
  readonly variadicCounts?: ArrayLike<number>;
}

/**
 * Decodes a record batch into views on its body; only 32- and 64-bit offsets that are not aligned in memory are copied.
 * Every length, offset and count is checked against the body. INVALID_ARGUMENT where something is wrong, UNIMPLEMENTED
 * for a compression that cannot be undone here.
 */
export function decodeRecordBatch(
  schema: ArrowSchema,
  message: IpcMessage,
  dictionaries: ReadonlyMap<bigint, Column> = NO_DICTIONARIES,
  options: BodyReaderOptions = {},
): RecordBatch {
  const opened = openMessage(message.header);
  if (opened.kind !== MESSAGE_KIND.recordBatch)
    throw malformed('a record batch was expected and another message came');
  const body = new BodyReader(opened, opened.content, message.body, options);
  const reader = new ColumnReader(body, dictionaries);
  const columns = schema.fields.map((field) => reader.read(field));
  body.end();
  const length = opened.content.size(0);
  if (columns.some((column) => column.length !== length))
    throw malformed('the columns of a batch differ in length');
  if (length > body.rowsMax) throw malformed('a batch claims more rows than its body can hold');
  return { schema, length, columns };
}

/** The number of rows that the header of a record batch states; only decoding tells whether it is true. */
export function recordBatchRows(header: Uint8Array): number {
  const { kind, content } = openMessage(header);
  if (kind !== MESSAGE_KIND.recordBatch)
    throw malformed('a record batch was expected and another message came');
  return content.size(0);
}

/** Decodes a dictionary batch for `findField(id)`, the field whose type the values have. */
export function decodeDictionaryBatch(
  message: IpcMessage,
  findField: (id: bigint) => ArrowField,
  dictionaries: ReadonlyMap<bigint, Column>,
  options: BodyReaderOptions = {},
): { readonly id: bigint; readonly delta: boolean; readonly values: Column } {
  const opened = openMessage(message.header);
  const { kind, content } = opened;
  const data = content.table(1);
  if (kind !== MESSAGE_KIND.dictionaryBatch || data === undefined)
    throw malformed('a dictionary batch has no data');
  const id = content.int64(0);
  const field = findField(id);
  const body = new BodyReader(opened, data, message.body, options);
  const values = new ColumnReader(body, dictionaries).read(field);
  body.end();
  return { id, delta: content.bool(2), values };
}

const NO_DICTIONARIES: ReadonlyMap<bigint, Column> = new Map();

// Positions in the header. A vtable holds its own size, its table's size, and each field's offset in the table.
const MESSAGE_VTABLE = 4;
const MESSAGE_TABLE = 16;
const HEADER = MESSAGE_TABLE + 4;
const BODY_LENGTH = MESSAGE_TABLE + 8;
const VERSION = MESSAGE_TABLE + 16;
const HEADER_KIND = MESSAGE_TABLE + 18;
const BATCH_VTABLE = MESSAGE_TABLE + 20;
const VARIADIC_ENTRY = BATCH_VTABLE + 12;
const BATCH_TABLE = 56;
const NODES = BATCH_TABLE + 4;
const ROWS = BATCH_TABLE + 8;
const BUFFERS = BATCH_TABLE + 16;
const VARIADIC = BATCH_TABLE + 20;
const VECTORS = BATCH_TABLE + 24;

const TEMPLATE = makeTemplate();

function makeTemplate(): Uint8Array {
  const bytes = new Uint8Array(VECTORS);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MESSAGE_TABLE, true);
  const messageFields = [VERSION, HEADER_KIND, HEADER, BODY_LENGTH].map((at) => at - MESSAGE_TABLE);
  writeVtable(view, MESSAGE_VTABLE, [12, 20, ...messageFields]);
  view.setInt32(MESSAGE_TABLE, MESSAGE_TABLE - MESSAGE_VTABLE, true);
  view.setUint32(HEADER, BATCH_TABLE - HEADER, true);
  view.setInt16(VERSION, METADATA_V5, true);
  view.setUint8(HEADER_KIND, MESSAGE_KIND.recordBatch);
  // Compression and variadic counts are absent: 0.
  const batchFields = [ROWS - BATCH_TABLE, NODES - BATCH_TABLE, BUFFERS - BATCH_TABLE, 0, 0];
  writeVtable(view, BATCH_VTABLE, [14, 24, ...batchFields]);
  view.setInt32(BATCH_TABLE, BATCH_TABLE - BATCH_VTABLE, true);
  return bytes;
}

function writeVtable(view: DataView, at: number, entries: readonly number[]): void {
  for (const [i, entry] of entries.entries()) view.setUint16(at + 2 * i, entry, true);
}

/** `per`: how many 64-bit values one element has. The count stands right before the elements. */
function writeVector(
  view: DataView,
  fieldAt: number,
  at: number,
  values: ArrayLike<number>,
  per: number,
): void {
  view.setUint32(fieldAt, at - 4 - fieldAt, true);
  view.setUint32(at - 4, values.length / per, true);
  for (let i = 0; i < values.length; i++) writeSize(view, at + 8 * i, values[i]!);
}

function writeSize(view: DataView, at: number, value: number): void {
  view.setUint32(at, value, true);
  if (value >= 0x1_0000_0000) view.setUint32(at + 4, Math.floor(value / 0x1_0000_0000), true);
}
