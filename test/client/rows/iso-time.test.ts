import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  formatDate,
  formatTime,
  formatTimestamp,
  parseDate,
  parseTime,
  parseTimestamp,
} from '../../../src/client/rows/iso-time.js';

const DAY_MS = 86_400_000;
const UNITS = fc.constantFrom('s', 'ms', 'us', 'ns');
const INT64 = fc.bigInt({ min: -(2n ** 63n) + 2n, max: 2n ** 63n - 2n });

describe('dates', () => {
  test('read as Date reads them, and back', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e8, max: 1e8 }), (days) => {
        const text = formatDate(days);
        expect(new Date(text).getTime()).toBe(days * DAY_MS);
        expect(parseDate(text)).toBe(days);
      }),
    );
  });
  test.each([
    [0, '1970-01-01'],
    [19_782, '2024-02-29'],
    [-719_528, '0000-01-01'],
    [-719_529, '-000001-12-31'],
    [2_932_897, '+010000-01-01'],
    [2_147_483_646, '+5881580-07-10'],
    [2_147_483_647, 'infinity'],
    [-2_147_483_647, '-infinity'],
  ])('%d is %s', (days, text) => {
    expect(formatDate(days)).toBe(text);
    expect(parseDate(text)).toBe(days);
  });
  test.each(['2023-02-29', '2024-13-01', '2024-00-10', '2024-1-1', '24-01-01', '2024-01-01 ', ''])(
    '%s is none',
    (text) => {
      expect(parseDate(text)).toBeUndefined();
    },
  );
});

describe('times', () => {
  test('come back', () => {
    fc.assert(
      fc.property(
        UNITS,
        fc.bigInt({ min: 0n, max: 86_399n }),
        fc.bigInt({ min: 0n }),
        (unit, second, part) => {
          const per = { s: 1n, ms: 1000n, us: 1_000_000n, ns: 1_000_000_000n }[unit];
          const value = second * per + (part % per);
          expect(parseTime(formatTime(value, unit), unit)).toBe(value);
        },
      ),
    );
  });
  test.each([
    [0n, 'us', '00:00:00'],
    [45_296_700_000n, 'us', '12:34:56.7'],
    [45_296_000_001n, 'us', '12:34:56.000001'],
    [86_400_000_000n, 'us', '24:00:00'],
  ] as const)('%s %s is %s', (value, unit, text) => expect(formatTime(value, unit)).toBe(text));
  test.each([
    ['12:34:56.0001', 'ms'],
    ['25:00', 'us'],
    ['12:60', 'us'],
    ['12', 'us'],
  ] as const)('%s in %s is none', (text, unit) => expect(parseTime(text, unit)).toBeUndefined());
  test('zeros beyond the unit are not precision', () =>
    expect(parseTime('12:34:56.7000', 'ms')).toBe(45_296_700n));
});

describe('timestamps', () => {
  test('come back, whatever the unit', () => {
    fc.assert(
      fc.property(UNITS, INT64, fc.boolean(), (unit, value, isInstant) => {
        fc.pre(unit !== 's' || (value < 10n ** 13n && value > -(10n ** 13n)));
        fc.pre(unit !== 'ms' || (value < 10n ** 16n && value > -(10n ** 16n)));
        expect(parseTimestamp(formatTimestamp(value, unit, isInstant), unit)).toBe(value);
      }),
    );
  });
  test('are what Date says', () => {
    fc.assert(
      fc.property(fc.integer({ min: -8.64e15, max: 8.64e15 }), (ms) => {
        expect(new Date(formatTimestamp(BigInt(ms), 'ms', true)).getTime()).toBe(ms);
        expect(parseTimestamp(new Date(ms).toISOString(), 'us')).toBe(BigInt(ms) * 1000n);
      }),
    );
  });
  test.each([
    ['2024-02-29 12:34:56', 1_709_210_096_000n],
    ['2024-02-29T12:34', 1_709_210_040_000n],
    ['2024-02-29', 1_709_164_800_000n],
    ['2024-02-29T12:34:56+02:00', 1_709_202_896_000n],
    ['2024-02-29T12:34:56-0330', 1_709_222_696_000n],
    ['2024-02-29T12:34:56+02', 1_709_202_896_000n],
  ])('%s is read', (text, value) => expect(parseTimestamp(text, 'ms')).toBe(value));
  test('infinity is itself', () => {
    expect(formatTimestamp(2n ** 63n - 1n, 'us', true)).toBe('infinity');
    expect(parseTimestamp('-infinity', 'us')).toBe(-(2n ** 63n) + 1n);
  });
  test.each([
    '2024-02-29T',
    '2024-02-30T10:00',
    'now',
    '2024-02-29T10:00+25:00',
    '2024-02-29T10:00:00.0000000001',
  ])('%s is none', (text) => expect(parseTimestamp(text, 'ns')).toBeUndefined());
});
