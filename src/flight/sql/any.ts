/**
 * google.protobuf.Any, which wraps every Flight SQL command and most action bodies.
 * Source: google/protobuf/any.proto, fields type_url 1 and value 2.
 */
import { create, type DescMessage, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { fieldLength, readFields, writeFieldPrefix } from '../wire.js';

/** Encodes a message and wraps it. */
export function packAny<Schema extends DescMessage>(
  schema: Schema,
  message: MessageInitShape<Schema>,
): Uint8Array {
  const typeUrl = typeUrlOf(schema);
  const value = toBinary(schema, create(schema, message));
  const length =
    fieldLength(FIELD.typeUrl, typeUrl.length) +
    (value.length === 0 ? 0 : fieldLength(FIELD.value, value.length));
  const bytes = new Uint8Array(length);
  let at = writeFieldPrefix(bytes, 0, FIELD.typeUrl, typeUrl.length);
  bytes.set(typeUrl, at);
  at += typeUrl.length;
  if (value.length > 0) bytes.set(value, writeFieldPrefix(bytes, at, FIELD.value, value.length));
  return bytes;
}

/**
 * Takes the wrapping off. What stands before the last `/` of the URL carries no meaning.
 * @returns the full type name, such as `arrow.flight.protocol.sql.CommandGetCatalogs` (empty where the bytes
 *   name none), and the message's bytes as a view
 * @throws GizmoError INVALID_ARGUMENT for bytes that are no Any
 */
export function unpackAny(bytes: Uint8Array): AnyContent {
  let typeName = '';
  let value: Uint8Array = new Uint8Array(0);
  readFields(bytes, 'Any', (fieldNumber, content) => {
    if (fieldNumber === FIELD.typeUrl) {
      const url = Buffer.from(content.buffer, content.byteOffset, content.length).toString();
      typeName = url.slice(url.lastIndexOf('/') + 1);
    } else if (fieldNumber === FIELD.value) {
      value = content;
    }
  });
  return { typeName, value };
}

export interface AnyContent {
  readonly typeName: string;
  readonly value: Uint8Array;
}

function typeUrlOf(schema: DescMessage): Uint8Array {
  let bytes = typeUrls.get(schema);
  if (bytes === undefined) {
    bytes = Buffer.from(TYPE_URL_PREFIX + schema.typeName);
    typeUrls.set(schema, bytes);
  }
  return bytes;
}

/** The same for each message of a kind. */
const typeUrls = new WeakMap<DescMessage, Uint8Array>();

const TYPE_URL_PREFIX = 'type.googleapis.com/';
const FIELD = { typeUrl: 1, value: 2 } as const;
