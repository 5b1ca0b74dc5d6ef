import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { batchesOf } from '../../../src/client/rows/batches-of.js';
import { inferField } from '../../../src/client/rows/infer-field.js';
import { inOrder, parameterField, toArrowValue } from '../../../src/client/rows/parameter.js';
import { batchRows } from '../../../src/client/rows/value.js';
import { type ArrowField, type ArrowType, field } from '../../../src/flight/ipc/types.js';

const INT64: ArrowType = { kind: 'int', bits: 64, signed: true };

/** The rows that come out of batches made of these. */
async function roundTrip(fields: readonly ArrowField[], rows: readonly (readonly unknown[])[]) {
  const out: unknown[] = [];
  for await (const batch of batchesOf({ fields }, rows, { batchRows: 3 })) out.push(...batchRows(batch));
  return out;
}

describe('rows in, rows out', () => {
  const cases: readonly (readonly [string, ArrowField, readonly unknown[]])[] = [
    ['bool', field('v', { kind: 'bool' }), [true, null, false]],
    ['int32', field('v', { kind: 'int', bits: 32, signed: true }), [-1, null, 2_147_483_647]],
    ['int64', field('v', INT64), [-(2n ** 63n), null, 2n ** 63n - 1n, 3n]],
    ['uint64', field('v', { kind: 'int', bits: 64, signed: false }), [2n ** 64n - 1n]],
    ['float64', field('v', { kind: 'float', bits: 64 }), [1.5, null, -0, Number.MAX_VALUE]],
    [
      'decimal',
      field('v', { kind: 'decimal', bits: 128, precision: 10, scale: 2 }),
      ['12.50', null, '-0.01'],
    ],
    ['utf8', field('v', { kind: 'utf8' }), ['', 'wörld', null]],
    ['binary', field('v', { kind: 'binary' }), [Uint8Array.of(1, 0, 255), null]],
    ['date', field('v', { kind: 'date', unit: 'day' }), ['2024-02-29', null, '-000001-12-31']],
    ['date in ms', field('v', { kind: 'date', unit: 'ms' }), ['2024-02-29', '1969-12-31']],
    ['time', field('v', { kind: 'time', unit: 'us' }), ['12:34:56.7', null]],
    ['time in s', field('v', { kind: 'time', unit: 's' }), ['12:34:56']],
    ['timestamp', field('v', { kind: 'timestamp', unit: 'us' }), ['2024-02-29T12:34:56.000001', null]],
    ['instant', field('v', { kind: 'timestamp', unit: 'ns', timezone: 'UTC' }), ['2024-02-29T12:34:56Z']],
    ['duration', field('v', { kind: 'duration', unit: 'ms' }), [90n, null]],
    [
      'interval',
      field('v', { kind: 'interval', unit: 'monthDayNano' }),
      [{ months: 1, days: -2, nanos: 3n }],
    ],
    ['list', field('v', { kind: 'list' }, { children: [field('item', INT64)] }), [[1n, null], [], null]],
    [
      'struct',
      field(
        'v',
        { kind: 'struct' },
        { children: [field('a', INT64), field('d', { kind: 'date', unit: 'day' })] },
      ),
      [{ a: 1n, d: '2024-02-29' }, null, { a: null, d: null }],
    ],
    [
      'map',
      field(
        'v',
        { kind: 'map', keysSorted: false },
        {
          children: [
            field(
              'entries',
              { kind: 'struct' },
              { nullable: false, children: [field('key', { kind: 'utf8' }), field('value', INT64)] },
            ),
          ],
        },
      ),
      [new Map([['a', 1n]]), new Map(), null],
    ],
    ['null', field('v', { kind: 'null' }), [null, null]],
  ];
  test.each(cases)('%s', async (_, of, values) => {
    const rows = values.map((value) => [value]);
    expect(await roundTrip([of], rows)).toEqual(values.map((v) => ({ v })));
  });

  test('columns of one name, and names that mean something to JavaScript', async () => {
    const fields = ['a', 'a', '__proto__', 'constructor'].map((name) => field(name, INT64));
    const [row] = await roundTrip(fields, [[1n, 2n, 3n, 4n]]);
    expect(Object.entries(row ?? {})).toEqual([
      ['a', 1n],
      ['a_1', 2n],
      ['__proto__', 3n],
      ['constructor', 4n],
    ]);
    expect(Object.getPrototypeOf(row)).toBe(Object.prototype);
  });

  test('objects are taken by name, and what is missing is null', async () => {
    const rows = [{ b: 'x', a: 1 }, { a: 2n }, Object.create({ a: 9 })];
    const out: unknown[] = [];
    const schema = { fields: [field('a', INT64), field('b', { kind: 'utf8' })] };
    for await (const batch of batchesOf(schema, rows)) out.push(...batchRows(batch));
    expect(out).toEqual([
      { a: 1n, b: 'x' },
      { a: 2n, b: null },
      { a: null, b: null },
    ]);
  });
});

describe('values that a type cannot hold exactly are refused', () => {
  const cases: readonly (readonly [ArrowType, unknown])[] = [
    [{ kind: 'int', bits: 8, signed: true }, 128],
    [{ kind: 'int', bits: 64, signed: true }, 1.5],
    [{ kind: 'int', bits: 64, signed: true }, '1'],
    [{ kind: 'decimal', bits: 128, precision: 5, scale: 2 }, '1.005'],
    [{ kind: 'decimal', bits: 128, precision: 5, scale: 2 }, '1000'],
    [{ kind: 'decimal', bits: 128, precision: 5, scale: 2 }, Number.NaN],
    [{ kind: 'date', unit: 'day' }, '2023-02-29'],
    [{ kind: 'date', unit: 'day' }, new Date(Number.NaN)],
    [{ kind: 'date', unit: 'day' }, 19_000],
    [{ kind: 'timestamp', unit: 'us' }, '2024-02-29T12:00:00.0000001'],
    [{ kind: 'timestamp', unit: 'us' }, new Date(Number.NaN)],
    [{ kind: 'time', unit: 'us' }, 5],
    [{ kind: 'utf8' }, 5],
    [{ kind: 'bool' }, 1],
  ];
  test.each(cases)('%o does not take %s', async (type, value) => {
    await expect(roundTrip([field('v', type)], [[value]])).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/^Row 1: Column "v" of type /),
    });
  });
});

test('a value that does not fit is named with its row, counted over all batches', async () => {
  const rows = Array.from({ length: 10 }, (_, i) => [i === 7 ? 'x' : i]);
  await expect(roundTrip([field('n', { kind: 'int', bits: 32, signed: true })], rows)).rejects.toMatchObject({
    message: 'Row 8: Column "n" of type int takes a whole number.',
  });
});

test('a Date is taken in UTC', () => {
  const at = new Date('2024-02-29T23:59:59.999Z');
  expect(toArrowValue(field('v', { kind: 'date', unit: 'day' }), at)).toBe(19_782);
  expect(toArrowValue(field('v', { kind: 'timestamp', unit: 'us' }), at)).toBe(1_709_251_199_999_000n);
  expect(toArrowValue(field('v', { kind: 'date', unit: 'day' }), new Date(-1))).toBe(-1);
});

describe('the field a parameter travels in', () => {
  const type = (named: ArrowType | undefined, ...values: unknown[]) =>
    parameterField(named === undefined ? undefined : field('p', named), values, '1').type;
  test('is the one that the server names', () => {
    expect(type({ kind: 'int', bits: 32, signed: true }, 1)).toEqual({ kind: 'int', bits: 32, signed: true });
    expect(type({ kind: 'utf8' }, 'x', null)).toEqual({ kind: 'utf8' });
    expect(type({ kind: 'utf8' }, null)).toEqual({ kind: 'utf8' });
  });
  test('has microseconds, whatever the server names for the sake of others', () => {
    expect(type({ kind: 'timestamp', unit: 'ms' }, '2024-01-01')).toEqual({ kind: 'timestamp', unit: 'us' });
    expect(type({ kind: 'timestamp', unit: 'ns' }, '2024-01-01')).toEqual({ kind: 'timestamp', unit: 'ns' });
  });
  test('follows the values where the server does not know', () => {
    expect(type(undefined, 1, 2n)).toEqual(INT64);
    expect(type({ kind: 'utf8' }, 1)).toEqual(INT64);
    expect(type({ kind: 'null' }, 'x')).toEqual({ kind: 'utf8' });
    expect(type(undefined, null)).toEqual({ kind: 'null' });
    expect(type(undefined, 1, 1.5)).toEqual({ kind: 'float', bits: 64 });
    expect(type(undefined, 2n ** 64n)).toMatchObject({ kind: 'decimal', precision: 38 });
    expect(type(undefined, new Date(0))).toMatchObject({ kind: 'timestamp', timezone: 'UTC' });
    expect(type(undefined, { months: 1, days: 0, nanos: 0n })).toMatchObject({ kind: 'interval' });
  });
  test('is an error where they have no type in common', () => {
    expect(() => type(undefined, 1, 'x')).toThrow(/"1" are of several types/);
    expect(() => type(undefined, Symbol('x'))).toThrow(/symbol/);
  });
  test('takes nested values', () => {
    const nested = { list: [[1], [2n, null]], map: new Map([['a', true]]), bytes: Uint8Array.of(1) };
    const of = inferField('v', [nested]);
    const { children } = of;
    expect(children.map(({ name, type: { kind } }) => [name, kind])).toEqual([
      ['list', 'list'],
      ['map', 'map'],
      ['bytes', 'binary'],
    ]);
  });
  test('holds any JSON there is, or says why not', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ maxDepth: 3 }), async (value) => {
        let of: ArrowField;
        try {
          of = inferField('v', value === null ? [] : [value]);
        } catch (error) {
          expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' });
          return;
        }
        await roundTrip([of], [[value]]);
      }),
    );
  });
});

describe('named parameters', () => {
  test('are put in order', () => expect(inOrder({ b: 2, a: 1 }, ['a', 'b'])).toEqual([1, 2]));
  test('that do not exist are named', () =>
    expect(() => inOrder({ a: 1, c: 3 }, ['a'])).toThrow(/no parameter "c"/));
  test('that are missing are named', () =>
    expect(() => inOrder({ a: 1 }, ['a', 'b'])).toThrow(/"b" is missing/));
});
