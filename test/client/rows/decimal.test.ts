import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDecimal, parseDecimal } from '../../../src/client/rows/decimal.js';

describe('decimals', () => {
  test('come back digit by digit', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 76n), max: 10n ** 76n }),
        fc.integer({ min: 0, max: 76 }),
        (unscaled, scale) => {
          expect(parseDecimal(formatDecimal({ unscaled, scale }), scale)).toBe(unscaled);
        },
      ),
    );
  });
  test.each([
    [1250n, 2, '12.50'],
    [-5n, 3, '-0.005'],
    [0n, 2, '0.00'],
    [7n, 0, '7'],
    [7n, -2, '700'],
  ])('%s with scale %d is %s', (unscaled, scale, text) => {
    expect(formatDecimal({ unscaled, scale })).toBe(text);
  });
  test.each([
    ['12.5', 2, 1250n],
    ['.5', 1, 5n],
    ['5.', 1, 50n],
    ['1e3', 0, 1000n],
    ['1.25e1', 1, 125n],
    ['12.500', 1, 125n],
  ])('%s is read with scale %d', (text, scale, unscaled) => expect(parseDecimal(text, scale)).toBe(unscaled));
  test.each(['', '.', '1.2.3', 'NaN', 'Infinity', '0x10', '1e', ' 1', '1e9999', '9'.repeat(101)])(
    '%s is none',
    (text) => expect(parseDecimal(text, 2)).toBeUndefined(),
  );
  test('nothing is rounded', () => expect(parseDecimal('1.005', 2)).toBeUndefined());
});
