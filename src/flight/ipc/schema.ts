/** Schemas ⇄ their Message flatbuffer, bare as in FlightData or encapsulated as in FlightInfo. Source: Schema.fbs. */
import { Builder } from 'flatbuffers';
import { GizmoError } from '../../errors.js';
import type { FlatTable } from './flatbuffer.js';
import { malformed } from './malformed.js';
import { MESSAGE_KIND, METADATA_V5, openMessage } from './message.js';
import { readInt, readType, writeInt, writeType } from './type-table.js';
import type { ArrowField, ArrowSchema, ArrowType, DictionaryEncoding } from './types.js';

/** Encodes a schema as a Message flatbuffer (`data_header` of a stream's first FlightData). Equal schemas give equal bytes. */
export function encodeSchema(schema: ArrowSchema): Uint8Array {
  const builder = new Builder(1024);
  // Makes the length a multiple of 8: clients that frame the header anew take its length for the padded one.
  builder.prep(8, 0);
  const fields = writeOffsets(
    builder,
    schema.fields.map((field) => writeField(builder, field)),
  );
  const metadata = writeMetadata(builder, schema.metadata);
  builder.startObject(4);
  builder.addFieldOffset(1, fields, 0);
  builder.addFieldOffset(2, metadata, 0);
  const header = builder.endObject();
  builder.startObject(5);
  builder.addFieldInt16(0, METADATA_V5, 0);
  builder.addFieldInt8(1, MESSAGE_KIND.schema, 0);
  builder.addFieldOffset(2, header, 0);
  builder.finish(builder.endObject());
  return builder.asUint8Array();
}

/** Decodes a schema message. INVALID_ARGUMENT where it is malformed, UNIMPLEMENTED for big-endian data. */
export function decodeSchema(header: Uint8Array): ArrowSchema {
  const { kind, content } = openMessage(header);
  if (kind !== MESSAGE_KIND.schema) throw malformed('a schema was expected and another message came');
  return readSchema(content);
}

/** Reads a Schema table, which stands in a schema message and in the footer of a file. */
export function readSchema(table: FlatTable): ArrowSchema {
  if (table.int16(0) !== 0) {
    throw new GizmoError('UNIMPLEMENTED', 'Big-endian Arrow data is not accepted; send it little-endian.');
  }
  const fields = table.tables(1).map((field) => readField(field, 1));
  return { fields, ...readMetadata(table.tables(2)) };
}

/** Continuation marker and length before the header, padded to 8 bytes: the form of `FlightInfo.schema` and of IPC streams. */
export function encapsulate(header: Uint8Array): Uint8Array {
  const length = (header.byteLength + 7) & ~7;
  const bytes = new Uint8Array(8 + length);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, CONTINUATION, true);
  view.setInt32(4, length, true);
  bytes.set(header, 8);
  return bytes;
}

/**
 * The header inside an encapsulated message: a view, not a copy. The continuation marker may be missing
 * (before Arrow 0.15) and anything may follow, such as an end-of-stream marker.
 */
export function unwrapEncapsulated(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const prefix = view.byteLength >= 4 && view.getInt32(0, true) === CONTINUATION ? 4 : 0;
  const start = prefix + 4;
  if (view.byteLength < start) throw malformed('a message ends before its length');
  const length = view.getInt32(prefix, true);
  if (length <= 0 || start + length > view.byteLength) throw malformed('a message is cut off');
  return bytes.subarray(start, start + length);
}

/** Decodes an encapsulated schema message, as it stands in `table_schema` cells and in FlightInfo. */
export function decodeEncapsulatedSchema(bytes: Uint8Array): ArrowSchema {
  return decodeSchema(unwrapEncapsulated(bytes));
}

/** What precedes the length of an encapsulated message. */
export const CONTINUATION = -1;

/** Whether names, types, nullability, dictionaries and children agree; metadata is not looked at. */
export function schemasEqual(a: ArrowSchema, b: ArrowSchema): boolean {
  return fieldsEqual(a.fields, b.fields);
}

/** Depth of nesting that is read and written; deeper data is not from a table. */
const DEPTH_MAX = 64;

function writeField(builder: Builder, field: ArrowField): number {
  const name = builder.createString(field.name);
  const children = writeOffsets(
    builder,
    field.children.map((child) => writeField(builder, child)),
  );
  const metadata = writeMetadata(builder, field.metadata);
  const dictionary = field.dictionary === undefined ? 0 : writeDictionary(builder, field.dictionary);
  const type = writeType(builder, field.type);
  builder.startObject(7);
  builder.addFieldOffset(0, name, 0);
  builder.addFieldInt8(1, field.nullable ? 1 : 0, 0);
  builder.addFieldInt8(2, type.code, 0);
  builder.addFieldOffset(3, type.offset, 0);
  builder.addFieldOffset(4, dictionary, 0);
  builder.addFieldOffset(5, children, 0);
  builder.addFieldOffset(6, metadata, 0);
  return builder.endObject();
}

function writeDictionary(builder: Builder, dictionary: DictionaryEncoding): number {
  const index = writeInt(builder, dictionary.index);
  builder.startObject(4);
  builder.addFieldInt64(0, dictionary.id, 0n);
  builder.addFieldOffset(1, index, 0);
  builder.addFieldInt8(2, dictionary.ordered ? 1 : 0, 0);
  return builder.endObject();
}

function writeMetadata(builder: Builder, metadata: ReadonlyMap<string, string> | undefined): number {
  if (metadata === undefined || metadata.size === 0) return 0;
  const pairs = Array.from(metadata, ([key, value]) => {
    // Each text once: the keys are the same for every column, and most values are too.
    const keyOffset = builder.createSharedString(key);
    const valueOffset = builder.createSharedString(value);
    builder.startObject(2);
    builder.addFieldOffset(0, keyOffset, 0);
    builder.addFieldOffset(1, valueOffset, 0);
    return builder.endObject();
  });
  return writeOffsets(builder, pairs);
}

function writeOffsets(builder: Builder, offsets: readonly number[]): number {
  builder.startVector(4, offsets.length, 4);
  for (const offset of offsets.toReversed()) builder.addOffset(offset);
  return builder.endVector();
}

function readField(table: FlatTable, depth: number): ArrowField {
  if (depth > DEPTH_MAX) throw malformed(`fields are nested deeper than ${DEPTH_MAX} levels`);
  const typeTable = table.table(3);
  if (typeTable === undefined) throw malformed('a field has no type');
  const children = table.tables(5).map((child) => readField(child, depth + 1));
  const type = readType(table.uint8(2), typeTable, children.length);
  checkChildren(type, children);
  const encoding = table.table(4);
  return {
    name: table.string(0) ?? '',
    type,
    nullable: table.bool(1),
    children,
    ...readMetadata(table.tables(6)),
    ...(encoding === undefined ? {} : { dictionary: readDictionary(encoding) }),
  };
}

/** A wrong number of children would make every later reader of the field fail in its own way. */
function checkChildren(type: ArrowType, children: readonly ArrowField[]): void {
  const expected = childCount(type.kind);
  if (expected !== undefined && children.length !== expected) {
    throw malformed(`a field of type ${type.kind} has ${children.length} children`);
  }
  const [first] = children;
  if (type.kind === 'map') {
    const isPair =
      first?.type.kind === 'struct' && first.children.length === 2 && first.dictionary === undefined;
    if (!isPair) throw malformed('the entries of a map are not pairs');
  }
  if (type.kind === 'union' && children.length === 0) throw malformed('a union has no members');
  if (type.kind === 'runEndEncoded') {
    const ends = first?.type;
    if (ends?.kind !== 'int' || !ends.signed || ends.bits === 8 || first?.dictionary !== undefined) {
      throw malformed('run ends are not signed integers of 16, 32 or 64 bits');
    }
  }
}

/** Number of children that a type must have; undefined where it may have any. */
function childCount(kind: ArrowType['kind']): number | undefined {
  switch (kind) {
    case 'struct':
    case 'union':
      return undefined;
    case 'list':
    case 'largeList':
    case 'listView':
    case 'largeListView':
    case 'fixedSizeList':
    case 'map':
      return 1;
    case 'runEndEncoded':
      return 2;
    default:
      return 0;
  }
}

function readDictionary(table: FlatTable): DictionaryEncoding {
  const index = table.table(1);
  return {
    id: table.int64(0),
    // "Int32 if not specified", Schema.fbs.
    index: index === undefined ? { bits: 32, signed: true } : readInt(index),
    ordered: table.bool(2),
  };
}

function readMetadata(pairs: readonly FlatTable[]): { metadata?: ReadonlyMap<string, string> } {
  if (pairs.length === 0) return {};
  return { metadata: new Map(pairs.map((pair) => [pair.string(0) ?? '', pair.string(1) ?? ''])) };
}

function fieldsEqual(a: readonly ArrowField[], b: readonly ArrowField[]): boolean {
  return a.length === b.length && a.every((field, i) => fieldEqual(field, b[i]!));
}

function fieldEqual(a: ArrowField, b: ArrowField): boolean {
  return (
    a.name === b.name &&
    a.nullable === b.nullable &&
    typesEqual(a.type, b.type) &&
    dictionariesEqual(a.dictionary, b.dictionary) &&
    fieldsEqual(a.children, b.children)
  );
}

function dictionariesEqual(a: DictionaryEncoding | undefined, b: DictionaryEncoding | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  // The id is a name within one stream; two streams of the same data may number differently.
  return a.index.bits === b.index.bits && a.index.signed === b.index.signed && a.ordered === b.ordered;
}

/** Types are flat records of scalars, but for the list of type ids. */
function typesEqual(a: ArrowType, b: ArrowType): boolean {
  const left = Object.entries(a);
  const right = new Map<string, unknown>(Object.entries(b));
  return (
    left.length === right.size &&
    left.every(([key, value]) => {
      const other = right.get(key);
      return Array.isArray(value) && Array.isArray(other) ? String(value) === String(other) : value === other;
    })
  );
}
