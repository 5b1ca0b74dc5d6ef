/**
 * FlightData, by hand: a body of megabytes is copied exactly once, into the gRPC frame, and read as a view.
 * Source: Flight.proto, message FlightData (descriptor 1, data_header 2, app_metadata 3, data_body 1000).
 */
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { type FlightDescriptor, FlightDescriptorSchema } from './gen/flight_pb.js';
import type { IpcMessage } from './ipc/types.js';
import {
  decodeMessage,
  fieldLength,
  fieldPrefixLength,
  malformedMessage,
  readFields,
  varintLength,
  writeFieldPrefix,
} from './wire.js';

/** Encodes one message of a DoGet, DoPut or DoExchange stream. Keeps `message` by reference until it is sent. */
export function encodeFlightData(data: FlightDataInit): FlightFrame {
  const { message = EMPTY_MESSAGE, appMetadata = EMPTY } = data;
  const descriptor =
    data.descriptor === undefined
      ? EMPTY
      : toBinary(FlightDescriptorSchema, create(FlightDescriptorSchema, data.descriptor));
  const { header, body, headroom } = message;
  return new FlightFrame(encodeHead(descriptor, header, appMetadata, body.length), body, headroom);
}

/**
 * One message that holds others, which both sides handle for the price of one. Gizmo's own: for whoever is known to look
 * for {@link FlightDataMessage.parts}, of which there are {@link PARTS_MAX} at most; to others it is empty.
 */
export function packFlightData(frames: readonly FlightFrame[]): FlightFrame {
  const bytes = frames.reduce((sum, { byteLength }) => sum + fieldLength(FIELD.part, byteLength), 0);
  const buffer = Buffer.allocUnsafe(GRPC_PREFIX_BYTES + bytes);
  let at = GRPC_PREFIX_BYTES;
  for (const frame of frames) {
    at = writeFieldPrefix(buffer, at, FIELD.part, frame.byteLength);
    at += frame.copy(buffer, at);
  }
  return new FlightFrame(EMPTY, buffer.subarray(GRPC_PREFIX_BYTES), GRPC_PREFIX_BYTES);
}

/**
 * Decodes one message; all parts are views on `bytes`.
 * @throws GizmoError INVALID_ARGUMENT for bytes that are no FlightData
 */
export function decodeFlightData(bytes: Uint8Array): FlightDataMessage {
  return decodeWith(bytes, []);
}

/** @param parts where what it holds is put; absent within a part, which holds none */
function decodeWith(bytes: Uint8Array, parts?: FlightDataMessage[]): FlightDataMessage {
  let descriptor: FlightDescriptor | undefined;
  let header = EMPTY;
  let appMetadata = EMPTY;
  let body = EMPTY;
  readFields(bytes, 'FlightData', (fieldNumber, content) => {
    if (fieldNumber === FIELD.descriptor) descriptor = decodeMessage(FlightDescriptorSchema, content);
    else if (fieldNumber === FIELD.header) header = content;
    else if (fieldNumber === FIELD.appMetadata) appMetadata = content;
    else if (fieldNumber === FIELD.body) body = content;
    else if (fieldNumber === FIELD.part && parts !== undefined) {
      if (parts.length === PARTS_MAX) throw malformedMessage('FlightData');
      parts.push(decodeWith(content));
    }
  });
  return { descriptor, header, appMetadata, body, parts: parts ?? NO_PARTS };
}

/** What to put into one FlightData; every part may be absent. */
export interface FlightDataInit {
  /** Only on the first message of a DoPut or DoExchange. */
  readonly descriptor?: MessageInitShape<typeof FlightDescriptorSchema>;
  readonly message?: IpcMessage & { readonly headroom?: number };
  readonly appMetadata?: Uint8Array;
}

/** One decoded FlightData; absent bytes are empty. `header` and `body` together are an IpcMessage. */
export interface FlightDataMessage extends IpcMessage {
  readonly descriptor: FlightDescriptor | undefined;
  readonly appMetadata: Uint8Array;
  /** What it holds where it was packed, see {@link packFlightData}. */
  readonly parts: readonly FlightDataMessage[];
}

/**
 * An encoded FlightData whose body is still where it was made. It has the three members of a Buffer that
 * grpc-js uses to copy a message into its own frame.
 */
export class FlightFrame {
  readonly byteLength: number;
  /** Everything before the content of the body. */
  readonly #head: Uint8Array;
  readonly #body: Uint8Array;
  readonly #headroom: number;

  /** @param headroom bytes before the body that may be written to */
  constructor(head: Uint8Array, body: Uint8Array, headroom = 0) {
    this.#head = head;
    this.#body = body;
    this.#headroom = headroom;
    this.byteLength = head.length + body.length;
  }

  /** The message with gRPC's prefix, made around the body where it lies; undefined where there is no room before it. */
  inPlace(): Buffer | undefined {
    const before = GRPC_PREFIX_BYTES + this.#head.length;
    if (before > this.#headroom) return undefined;
    const { buffer, byteOffset, length } = this.#body;
    const framed = Buffer.from(buffer, byteOffset - before, before + length);
    framed.writeUInt8(0, 0); // Not compressed.
    framed.writeUInt32BE(this.byteLength, 1);
    framed.set(this.#head, GRPC_PREFIX_BYTES);
    return framed;
  }

  /** Same as {@link byteLength}: grpc-js reads the one on the server and the other on the client. */
  get length(): number {
    return this.byteLength;
  }

  /** Copies the whole message to `target` from `offset` on; returns the number of bytes. */
  copy(target: Uint8Array, offset = 0): number {
    target.set(this.#head, offset);
    target.set(this.#body, offset + this.#head.length);
    return this.byteLength;
  }

  toBuffer(): Buffer {
    const buffer = Buffer.allocUnsafe(this.byteLength);
    this.copy(buffer);
    return buffer;
  }
}

/** Several messages that go out in one piece. For whoever knows how to send them, see {@link framed}; to others it is empty. */
export class FlightFrames extends FlightFrame {
  readonly #frames: readonly FlightFrame[];

  constructor(frames: readonly FlightFrame[]) {
    super(EMPTY, EMPTY);
    this.#frames = frames;
  }

  /** Each message behind gRPC's prefix, copied. */
  framed(): Buffer {
    const bytes = this.#frames.reduce((sum, { byteLength }) => sum + GRPC_PREFIX_BYTES + byteLength, 0);
    const buffer = Buffer.allocUnsafe(bytes);
    let at = 0;
    for (const frame of this.#frames) {
      at = buffer.writeUInt8(0, at); // Not compressed.
      at = buffer.writeUInt32BE(frame.byteLength, at);
      at += frame.copy(buffer, at);
    }
    return buffer;
  }
}

/** `part` is not one of Flight's. */
const FIELD = { descriptor: 1, header: 2, appMetadata: 3, body: 1000, part: 2001 } as const;
/** A schema, a batch, and how it ended. */
const PARTS_MAX = 3;
const NO_PARTS: readonly FlightDataMessage[] = [];
const EMPTY: Uint8Array = new Uint8Array(0);
const EMPTY_MESSAGE: FlightDataInit['message'] & {} = { header: EMPTY, body: EMPTY };
/** The gRPC frame puts one flag byte and four length bytes before a message. */
const GRPC_PREFIX_BYTES = 5;
/** A varint of 32 bits fits in five bytes. */
const LENGTH_BYTES_MAX = 5;

function encodeHead(
  descriptor: Uint8Array,
  header: Uint8Array,
  appMetadata: Uint8Array,
  bodyLength: number,
): Uint8Array {
  const others =
    optionalLength(FIELD.descriptor, descriptor) + optionalLength(FIELD.appMetadata, appMetadata);
  // Some clients take the length of the header for its padded length in an IPC stream. Zeros behind a flatbuffer
  // are no part of it: readers find its end from its start.
  const headerLength = (header.length + 7) & ~7;
  const headerLengthBytes = varintLength(headerLength);
  const bodyLengthBytes = varintLength(bodyLength);
  let length = others;
  if (headerLength > 0) length += fieldLength(FIELD.header, headerLength);
  if (bodyLength > 0) length += fieldPrefixLength(FIELD.body, bodyLength);
  const spare =
    headerLength > 0 && bodyLength > 0 ? spareBytes(length, headerLengthBytes, bodyLengthBytes) : 0;
  const headerSpare = Math.min(spare, LENGTH_BYTES_MAX - headerLengthBytes);

  const head = new Uint8Array(length + spare);
  let at = writeBytes(head, 0, FIELD.descriptor, descriptor);
  if (headerLength > 0) {
    at = writeFieldPrefix(head, at, FIELD.header, headerLength, headerLengthBytes + headerSpare);
    head.set(header, at);
    at += headerLength;
  }
  at = writeBytes(head, at, FIELD.appMetadata, appMetadata);
  if (bodyLength > 0)
    writeFieldPrefix(head, at, FIELD.body, bodyLength, bodyLengthBytes + spare - headerSpare);
  return head;
}

/**
 * Bytes by which the two lengths are written longer than they need to be, so that the body starts on 8 bytes once
 * gRPC has put its prefix before the message. A receiver that keeps frame and message in one buffer, as grpc-js
 * does, can then view 64-bit values in place instead of copying. Any protobuf reader takes such a length
 * (Protocol Buffers, "Encoding": a varint of a 32-bit number may have up to 10 bytes; 5 are never exceeded here).
 */
function spareBytes(headLength: number, headerLengthBytes: number, bodyLengthBytes: number): number {
  const wanted = (8 - ((GRPC_PREFIX_BYTES + headLength) % 8)) % 8;
  const room = 2 * LENGTH_BYTES_MAX - headerLengthBytes - bodyLengthBytes;
  return wanted <= room ? wanted : 0;
}

function optionalLength(fieldNumber: number, content: Uint8Array): number {
  return content.length === 0 ? 0 : fieldLength(fieldNumber, content.length);
}

function writeBytes(target: Uint8Array, at: number, fieldNumber: number, content: Uint8Array): number {
  if (content.length === 0) return at;
  const start = writeFieldPrefix(target, at, fieldNumber, content.length);
  target.set(content, start);
  return start + content.length;
}
