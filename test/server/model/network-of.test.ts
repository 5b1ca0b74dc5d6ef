import { describe, expect, it } from 'vitest';
import { networkOf } from '../../../src/server/model/network-of.js';

describe('where somebody calls from', () => {
  it.each([
    ['127.0.0.1:5000', '127.0.0.1'],
    ['::ffff:10.0.0.7:5000', '10.0.0.7'],
    ['2001:db8:1:2:3:4:5:6:5000', '2001:db8:1:2'],
    ['[2001:db8:1:2:3:4:5:6]:5000', '2001:db8:1:2'],
    ['2001:db8::a:b:c:d:5000', '2001:db8:0:0'],
    ['2001:db8::f:b:c:d:5000', '2001:db8:0:0'],
    ['2001:db8::1:5000', '2001:db8:0:0'],
    ['::1:5000', '0:0:0:0'],
  ])('%s', (peer, network) => {
    expect(networkOf(peer)).toBe(network);
  });
});
