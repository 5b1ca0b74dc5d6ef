import { expect, test } from 'vitest';
import { discard } from '../../../src/client/render/thread/discard.js';

test('memory that is discarded is gone at once', () => {
  const memory = [new ArrayBuffer(1024 * 1024), new ArrayBuffer(8)];
  const before = process.memoryUsage().arrayBuffers;
  discard(memory);
  expect(memory.map(({ byteLength }) => byteLength)).toEqual([0, 0]);
  expect(process.memoryUsage().arrayBuffers).toBeLessThan(before);
});
