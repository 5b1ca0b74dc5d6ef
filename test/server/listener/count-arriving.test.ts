import { StreamDecoder } from '@grpc/grpc-js/build/src/stream-decoder.js';
import { expect, it } from 'vitest';
import { countArriving } from '../../../src/server/listener/count-arriving.js';

function framed(bytes: number): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(bytes, 1);
  return Buffer.concat([head, Buffer.alloc(bytes)]);
}

it('what has come of a message counts until the next one begins, and ends the call where there is no room', () => {
  const sizes: number[] = [];
  const decoder = new StreamDecoder(1_000_000);
  countArriving(
    { decoder },
    {
      set(bytes) {
        if (bytes > 900) throw new Error('no room');
        sizes.push(bytes);
      },
    },
  );
  const message = framed(800);
  expect(decoder.write(message.subarray(0, 105))).toEqual([]);
  expect(decoder.write(message.subarray(105, 405))).toEqual([]);
  expect(decoder.write(message.subarray(405))).toEqual([message]);
  expect(decoder.write(framed(10).subarray(0, 3))).toEqual([]);
  expect(sizes).toEqual([100, 400, 800, 0]);
  decoder.write(framed(10).subarray(3));
  expect(() => decoder.write(framed(2000).subarray(0, 1500))).toThrow('no room');
});

it('a call that grpc-js decodes in another way is left alone', () => {
  const held = { set: () => expect.unreachable() };
  countArriving({}, held);
  countArriving({ decoder: { write: () => [] } }, held);
});
