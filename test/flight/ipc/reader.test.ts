import { expect, test } from 'vitest';
import { BatchReader } from '../../../src/flight/ipc/reader.js';
import { encodeSchema } from '../../../src/flight/ipc/schema.js';
import { field } from '../../../src/flight/ipc/types.js';

const NO_BODY = new Uint8Array(0);

test('each stream has the schema that it begins with, whatever streams came before', () => {
  const read = (name: string, memory?: Uint8Array) => {
    const reader = new BatchReader();
    const header = encodeSchema({ fields: [field(name, { kind: 'utf8' })] });
    // As a transport that uses its memory again.
    const place = memory?.subarray(0, header.length) ?? header;
    place.set(header);
    reader.push({ header: place, body: NO_BODY });
    return reader.schema?.fields.map((it) => it.name);
  };
  expect(['a', 'a', 'b', 'a'].map((name) => read(name))).toEqual([['a'], ['a'], ['b'], ['a']]);
  const memory = new Uint8Array(4096);
  expect(['a', 'b', 'b', 'a'].map((name) => read(name, memory))).toEqual([['a'], ['b'], ['b'], ['a']]);
});
