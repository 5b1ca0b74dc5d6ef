import { describe, expect, it } from 'vitest';
import { normalizeSerial } from '../../src/pki/crl.js';

describe('a serial number', () => {
  it.each([
    ['0a:1b', '0A1B'],
    ['a1b', '0A1B'],
    ['000a1b', '0A1B'],
    ['00ff', 'FF'],
    ['0', '00'],
  ])('%s is written as openssl does: %s', (given, expected) => {
    expect(normalizeSerial(given)).toBe(expected);
  });
});
