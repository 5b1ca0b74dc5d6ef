import { expect, test } from 'vitest';
import { decodeKnownSchema, encodeKnownSchema } from '../../../src/flight/ipc/known-schemas.js';
import { encodeSchema } from '../../../src/flight/ipc/schema.js';
import { type ArrowSchema, field } from '../../../src/flight/ipc/types.js';

const schema = (name: string): ArrowSchema => ({ fields: [field(name, { kind: 'utf8' })] });

test('a schema that comes again is the same object, and another one is not', () => {
  const first = decodeKnownSchema(encodeSchema(schema('a')));
  expect(first.fields[0]?.name).toBe('a');
  expect(decodeKnownSchema(encodeSchema(schema('a')))).toBe(first);
  expect(decodeKnownSchema(encodeSchema(schema('b'))).fields[0]?.name).toBe('b');
});

test('is forgotten when many others have come', () => {
  const first = decodeKnownSchema(encodeSchema(schema('first')));
  for (let n = 0; n < 200; n++) decodeKnownSchema(encodeSchema(schema(`other ${n}`)));
  const again = decodeKnownSchema(encodeSchema(schema('first')));
  expect(again).not.toBe(first);
  expect(again).toEqual(first);
});

test('bytes that are no schema are refused each time', () => {
  for (let n = 0; n < 2; n++)
    expect(() => decodeKnownSchema(new Uint8Array(16))).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    );
});

test('is encoded once, to bytes that lie alone in their memory', () => {
  const one = schema('a');
  const bytes = encodeKnownSchema(one);
  expect(encodeKnownSchema(one)).toBe(bytes);
  expect(Buffer.from(bytes)).toEqual(Buffer.from(encodeSchema(one)));
  expect(bytes.buffer.byteLength).toBe(bytes.byteLength);
});
