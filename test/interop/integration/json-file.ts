/** Files of Arrow's JSON integration format, as the IPC messages of a stream. */
import { readFileSync } from 'node:fs';
import { Builder } from 'flatbuffers';
import { MESSAGE_KIND, METADATA_V5 } from '../../../src/flight/ipc/message.js';
import { encodeRecordBatchHeader } from '../../../src/flight/ipc/record-batch.js';
import { encodeSchema } from '../../../src/flight/ipc/schema.js';
import type { ArrowField, ArrowSchema, IpcMessage } from '../../../src/flight/ipc/types.js';
import { type JsonBatch, JsonBody } from './json-columns.js';
import { type JsonSchema, readJsonSchema } from './json-schema.js';

export interface JsonFile {
  readonly schema: ArrowSchema;
  /** The schema and the dictionaries, which precede every batch. */
  readonly start: readonly IpcMessage[];
  readonly batches: readonly IpcMessage[];
  readonly rows: number;
}

/** Reads the file at `path`; throws where it is none of this format. */
export function readJsonFile(path: string): JsonFile {
  const json = JSON.parse(readFileSync(path, 'utf8')) as {
    readonly schema: JsonSchema;
    readonly dictionaries?: readonly { readonly id: number; readonly data: JsonBatch }[];
    readonly batches: readonly JsonBatch[];
  };
  const schema = readJsonSchema(json.schema);
  const dictionaries = (json.dictionaries ?? []).map(({ id, data }) => {
    const { dictionary: _, ...values } = encodedWith(BigInt(id), schema.fields)!;
    const body = new JsonBody([values], data.columns);
    return { header: dictionaryHeader(BigInt(id), data.count, body), body: body.bytes };
  });
  const batches = json.batches.map(({ count, columns }) => {
    const body = new JsonBody(schema.fields, columns);
    const { nodes, buffers, variadicCounts, bytes } = body;
    const layout = { rows: count, nodes, buffers, variadicCounts, bodyLength: bytes.length };
    return { header: encodeRecordBatchHeader(layout), body: bytes };
  });
  return {
    schema,
    start: [{ header: encodeSchema(schema), body: new Uint8Array(0) }, ...dictionaries],
    batches,
    rows: json.batches.reduce((sum, { count }) => sum + count, 0),
  };
}

/** The field whose dictionary has that id. */
function encodedWith(id: bigint, fields: readonly ArrowField[]): ArrowField | undefined {
  for (const field of fields) {
    const found = field.dictionary?.id === id ? field : encodedWith(id, field.children);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A DictionaryBatch message; Gizmo itself sends none. Source: Message.fbs. */
function dictionaryHeader(id: bigint, rows: number, body: JsonBody): Uint8Array {
  const builder = new Builder(256);
  builder.prep(8, 0);
  const pairs = (values: readonly number[]) => {
    builder.startVector(16, values.length / 2, 8);
    for (const value of values.toReversed()) builder.writeInt64(BigInt(value));
    return builder.endVector();
  };
  const nodes = pairs(body.nodes);
  const buffers = pairs(body.buffers);
  builder.startObject(5);
  builder.addFieldInt64(0, BigInt(rows), 0n);
  builder.addFieldOffset(1, nodes, 0);
  builder.addFieldOffset(2, buffers, 0);
  const data = builder.endObject();
  builder.startObject(3);
  builder.addFieldInt64(0, id, 0n);
  builder.addFieldOffset(1, data, 0);
  const dictionary = builder.endObject();
  builder.startObject(5);
  builder.addFieldInt16(0, METADATA_V5, 0);
  builder.addFieldInt8(1, MESSAGE_KIND.dictionaryBatch, 0);
  builder.addFieldOffset(2, dictionary, 0);
  builder.addFieldInt64(3, BigInt(body.bytes.length), 0n);
  builder.finish(builder.endObject());
  return builder.asUint8Array();
}
