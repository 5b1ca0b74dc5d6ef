/**
 * Protocol Buffers from peers that may lie, and the few lines of it worth writing by hand: on the hot path
 * (FlightData) and where a message has two fields (Any). Source: protobuf.dev/programming-guides/encoding.
 */
import { type DescMessage, fromBinary, type MessageShape } from '@bufbuild/protobuf';
import { GizmoError } from '../errors.js';

/** Called once a length-delimited field, in wire order; the bytes are a view on the message. */
export type FieldVisitor = (fieldNumber: number, bytes: Uint8Array) => void;

/**
 * Walks a message and hands out its length-delimited fields; the others are skipped.
 * @param what names the message in the error, such as `FlightData`
 * @throws GizmoError INVALID_ARGUMENT for bytes that are no protobuf message
 */
export function readFields(bytes: Uint8Array, what: string, visit: FieldVisitor): void {
  const end = bytes.length;
  let at = 0;

  const readVarint = (): number => {
    let value = 0;
    for (let scale = 1; at < end; scale *= 128) {
      const byte = bytes[at++]!;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      // A tenth byte already exceeds 2^63; values past 2^53 lose precision but are only skipped or refused.
      if (scale >= 2 ** 63) break;
    }
    throw malformedMessage(what);
  };
  const take = (length: number): number => {
    if (length > end - at) throw malformedMessage(what);
    at += length;
    return at - length;
  };

  while (at < end) {
    const tag = readVarint();
    const fieldNumber = Math.floor(tag / 8);
    if (fieldNumber === 0 || tag > 0xffffffff) throw malformedMessage(what);
    switch (tag % 8) {
      case WIRE_TYPE.varint:
        readVarint();
        break;
      case WIRE_TYPE.fixed64:
        take(8);
        break;
      case WIRE_TYPE.lengthDelimited: {
        const start = take(readVarint());
        visit(fieldNumber, bytes.subarray(start, at));
        break;
      }
      case WIRE_TYPE.fixed32:
        take(4);
        break;
      default:
        // Groups (3, 4) have been out of the language since proto3.
        throw malformedMessage(what);
    }
  }
}

/** Number of bytes of `value` as a varint; `value` is an unsigned 32-bit number. */
export function varintLength(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x200000) return 3;
  return value < 0x10000000 ? 4 : 5;
}

/** Number of bytes of a length-delimited field with everything that stands before its content. */
export function fieldLength(fieldNumber: number, contentLength: number): number {
  return fieldPrefixLength(fieldNumber, contentLength) + contentLength;
}

/** Number of bytes of tag and length of a length-delimited field. */
export function fieldPrefixLength(fieldNumber: number, contentLength: number): number {
  return varintLength(fieldNumber * 8 + WIRE_TYPE.lengthDelimited) + varintLength(contentLength);
}

/**
 * Writes tag and length of a length-delimited field at `at`; returns where its content belongs. `lengthBytes` is how
 * many bytes the length takes; more than it needs is valid and moves the content on.
 */
export function writeFieldPrefix(
  target: Uint8Array,
  at: number,
  fieldNumber: number,
  contentLength: number,
  lengthBytes = varintLength(contentLength),
): number {
  const tag = fieldNumber * 8 + WIRE_TYPE.lengthDelimited;
  return writeVarint(target, writeVarint(target, at, tag, varintLength(tag)), contentLength, lengthBytes);
}

/**
 * Decodes the bytes of a message that came from a peer.
 * @throws GizmoError INVALID_ARGUMENT for bytes that are no such message
 */
export function decodeMessage<Schema extends DescMessage>(
  schema: Schema,
  bytes: Uint8Array,
): MessageShape<Schema> {
  try {
    return fromBinary(schema, bytes, { readUnknownFields: false });
  } catch (cause) {
    throw malformedMessage(schema.name, cause);
  }
}

const WIRE_TYPE = { varint: 0, fixed64: 1, lengthDelimited: 2, fixed32: 5 } as const;

function writeVarint(target: Uint8Array, at: number, value: number, bytes: number): number {
  const last = at + bytes - 1;
  let rest = value;
  for (let next = at; next < last; next++) {
    target[next] = (rest & 0x7f) | 0x80;
    rest = Math.floor(rest / 128);
  }
  target[last] = rest;
  return last + 1;
}

/** Of bytes that a peer sent. */
export function malformedMessage(what: string, cause?: unknown): GizmoError {
  return new GizmoError('INVALID_ARGUMENT', `The ${what} message is malformed.`, { cause });
}
