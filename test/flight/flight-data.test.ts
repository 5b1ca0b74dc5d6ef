import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GizmoError } from '../../src/errors.js';
import { decodeFlightData, encodeFlightData, packFlightData } from '../../src/flight/flight-data.js';
import { FlightDataSchema, FlightDescriptor_DescriptorType } from '../../src/flight/gen/flight_pb.js';

const bytes = (maxLength: number) => fc.uint8Array({ maxLength });
const parts = fc.record({
  cmd: fc.option(bytes(200), { nil: undefined }),
  header: fc.oneof(
    bytes(300),
    fc.integer({ min: 16370, max: 16390 }).map((n) => new Uint8Array(n).fill(7)),
  ),
  appMetadata: bytes(20),
  body: fc.oneof(
    bytes(64),
    fc.integer({ min: 0, max: 70_000 }).map((n) => new Uint8Array(n).fill(n)),
  ),
});

const initOf = ({ cmd, header, appMetadata, body }: Parts) => ({
  ...(cmd === undefined ? {} : { descriptor: { type: FlightDescriptor_DescriptorType.CMD, cmd } }),
  message: { header, body },
  appMetadata,
});
interface Parts {
  cmd: Uint8Array | undefined;
  header: Uint8Array;
  appMetadata: Uint8Array;
  body: Uint8Array;
}

const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;
const sameOrAbsent = (a: Uint8Array | undefined, b: Uint8Array | undefined) =>
  a === undefined || b === undefined ? a === b : same(a, b);
const startsWithThenZeros = (padded: Uint8Array, header: Uint8Array) =>
  same(padded.subarray(0, header.length), header) &&
  padded.length - header.length < 8 &&
  padded.subarray(header.length).every((byte) => byte === 0);

describe('FlightData', () => {
  it('decodes what it encoded', () => {
    fc.assert(
      fc.property(parts, (given) => {
        const decoded = decodeFlightData(encodeFlightData(initOf(given)).toBuffer());
        expect(startsWithThenZeros(decoded.header, given.header)).toBe(true);
        expect(same(decoded.appMetadata, given.appMetadata)).toBe(true);
        expect(same(decoded.body, given.body)).toBe(true);
        expect(sameOrAbsent(decoded.descriptor?.cmd, given.cmd)).toBe(true);
      }),
    );
  });

  it('is read by the generated decoder, and reads what the generated encoder writes', () => {
    fc.assert(
      fc.property(parts, (given) => {
        const theirs = fromBinary(FlightDataSchema, encodeFlightData(initOf(given)).toBuffer());
        expect(startsWithThenZeros(theirs.dataHeader, given.header)).toBe(true);
        expect(same(theirs.dataBody, given.body)).toBe(true);
        expect(sameOrAbsent(theirs.flightDescriptor?.cmd, given.cmd)).toBe(true);
        const { cmd, header, appMetadata, body } = given;
        const written = toBinary(
          FlightDataSchema,
          create(FlightDataSchema, {
            ...(cmd === undefined ? {} : { flightDescriptor: { cmd } }),
            dataHeader: header,
            appMetadata,
            dataBody: body,
          }),
        );
        const ours = decodeFlightData(written);
        expect(same(ours.header, header)).toBe(true);
        expect(same(ours.appMetadata, appMetadata)).toBe(true);
        expect(same(ours.body, body)).toBe(true);
        expect(sameOrAbsent(ours.descriptor?.cmd, cmd)).toBe(true);
      }),
    );
  });

  it('starts the body on 8 bytes inside the gRPC frame', () => {
    for (let length = 1; length < 100; length++) {
      const frame = encodeFlightData({
        message: { header: new Uint8Array(length), body: new Uint8Array(64) },
      });
      const grpcFrame = Buffer.from(new ArrayBuffer(frame.byteLength + 5));
      frame.copy(grpcFrame, 5);
      expect(decodeFlightData(grpcFrame.subarray(5)).body.byteOffset % 8).toBe(0);
    }
  });

  it('sends a header whose length is a multiple of 8, whatever length it had', () => {
    for (let length = 1; length < 300; length++) {
      const message = { header: new Uint8Array(length).fill(7), body: new Uint8Array(length * 1000) };
      const { header, body } = decodeFlightData(encodeFlightData({ message }).toBuffer());
      expect(header.length).toBe(Math.ceil(length / 8) * 8);
      expect(header.subarray(length).every((byte) => byte === 0)).toBe(true);
      expect(body.length).toBe(length * 1000);
    }
  });

  it('hands out views, not copies', () => {
    const buffer = encodeFlightData({
      message: { header: Buffer.from('h'), body: Buffer.from('b') },
    }).toBuffer();
    expect(decodeFlightData(buffer).body.buffer).toBe(buffer.buffer);
  });

  it('encodes nothing as no bytes and decodes no bytes as nothing', () => {
    expect(encodeFlightData({}).byteLength).toBe(0);
    expect(decodeFlightData(Buffer.alloc(0))).toEqual({
      descriptor: undefined,
      header: new Uint8Array(0),
      appMetadata: new Uint8Array(0),
      body: new Uint8Array(0),
      parts: [],
    });
  });

  it('holds up to three messages, framed in place or copied', () => {
    const frames = ['a', 'b', 'c'].map((text) =>
      encodeFlightData({
        message: { header: new Uint8Array(8), body: Buffer.from(text) },
        appMetadata: Buffer.from(text),
      }),
    );
    const packed = packFlightData(frames);
    expect(packed.inPlace()?.subarray(5)).toEqual(packed.toBuffer());
    const { parts, header, body } = decodeFlightData(packed.toBuffer());
    expect(parts.map((part) => Buffer.from(part.body).toString())).toEqual(['a', 'b', 'c']);
    expect(parts.map((part) => Buffer.from(part.appMetadata).toString())).toEqual(['a', 'b', 'c']);
    expect([header.length, body.length]).toEqual([0, 0]);
    const four = packFlightData([...frames, encodeFlightData({})]).toBuffer();
    expect(() => decodeFlightData(four)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });

  it('holds nothing that holds something', () => {
    const inner = packFlightData([encodeFlightData({ appMetadata: Buffer.from('x') })]);
    const { parts } = decodeFlightData(packFlightData([inner]).toBuffer());
    expect(parts.map((part) => part.parts)).toEqual([[]]);
  });

  it('skips fields it does not know', () => {
    // field 9 varint, field 10 fixed64, field 11 fixed32, field 12 bytes, then data_body
    const unknown = [0x48, 0x96, 0x01, 0x51, 1, 2, 3, 4, 5, 6, 7, 8, 0x5d, 1, 2, 3, 4, 0x62, 1, 9];
    expect(decodeFlightData(Buffer.from([...unknown, 0xc2, 0x3e, 1, 42])).body).toEqual(Buffer.from([42]));
  });

  it.each([
    ['a length beyond the end', [0x12, 5, 1]],
    ['a length of 2^63', [0x12, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1]],
    ['a varint that never ends', new Array(30).fill(0xff)],
    ['a cut varint', [0x80]],
    ['field number 0', [0x02, 0]],
    ['a group', [0x0b, 0x0c]],
    ['a descriptor that is no message', [0x0a, 1, 0xff]],
    ['a cut fixed64', [0x51, 1]],
  ])('refuses %s', (_, raw) => {
    expect(() => decodeFlightData(Buffer.from(raw))).toThrow(GizmoError);
    expect(() => decodeFlightData(Buffer.from(raw))).toThrow(/malformed/);
  });

  it('answers any bytes with a message or a GizmoError', () => {
    fc.assert(
      fc.property(bytes(60), (raw) => {
        try {
          decodeFlightData(raw);
        } catch (error) {
          expect(error).toBeInstanceOf(GizmoError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('is framed around a body that has room before it, and touches nothing else of that memory', () => {
    fc.assert(
      fc.property(bytes(300), bytes(300), fc.integer({ min: 0, max: 400 }), (header, content, spare) => {
        const memory = new Uint8Array(800 + content.length + 8).fill(0xa5);
        const body = memory.subarray(800, 800 + content.length);
        body.set(content);
        const headroom = header.length + 64 + spare;
        const frame = encodeFlightData({ message: { header, body, headroom } });
        const plain = frame.toBuffer();
        const framed = frame.inPlace();
        expect(framed?.buffer).toBe(memory.buffer);
        const prefix = Buffer.alloc(5);
        prefix.writeUInt32BE(plain.length, 1);
        expect(same(framed!, Buffer.concat([prefix, plain]))).toBe(true);
        const untouched = memory.subarray(0, framed!.byteOffset);
        expect(untouched.every((byte) => byte === 0xa5) && untouched.length >= 800 - headroom).toBe(true);
        expect(memory.subarray(800 + content.length).every((byte) => byte === 0xa5)).toBe(true);
      }),
    );
    const message = { header: new Uint8Array(64), body: new Uint8Array(new ArrayBuffer(128), 64) };
    expect(encodeFlightData({ message }).inPlace()).toBeUndefined();
    expect(encodeFlightData({ message: { ...message, headroom: 64 } }).inPlace()).toBeUndefined();
  });
});
