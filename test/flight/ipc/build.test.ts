import { describe, expect, test } from 'vitest';
import { buildBatch } from '../../../src/flight/ipc/build.js';
import { decodeRecordBatch } from '../../../src/flight/ipc/record-batch.js';
import { type ArrowField, type ArrowType, field } from '../../../src/flight/ipc/types.js';
import { readValue } from '../../../src/flight/ipc/value.js';

describe('buildBatch', () => {
  test.each<[string, ArrowType, unknown]>([
    ['a string for a number', { kind: 'int', bits: 32, signed: true }, '1'],
    ['a fraction for a whole number', { kind: 'int', bits: 32, signed: true }, 1.5],
    ['a number beyond the width', { kind: 'int', bits: 8, signed: true }, 128],
    ['a negative number for an unsigned one', { kind: 'int', bits: 64, signed: false }, -1n],
    ['a number for a string', { kind: 'utf8' }, 1],
    ['a string for bytes', { kind: 'binary' }, 'x'],
    ['bytes of another width', { kind: 'fixedSizeBinary', byteWidth: 2 }, new Uint8Array(3)],
    [
      'a decimal of another scale',
      { kind: 'decimal', bits: 128, precision: 5, scale: 2 },
      { unscaled: 1n, scale: 1 },
    ],
    [
      'days for an interval of months',
      { kind: 'interval', unit: 'yearMonth' },
      { months: 0, days: 1, nanos: 0n },
    ],
    ['a number for a flag', { kind: 'bool' }, 1],
  ])('refuses %s and names the field', (_, type, value) => {
    expect(() => buildBatch({ fields: [field('price', type)] }, [[value]])).toThrow(
      /^Field "price" of type .* takes /,
    );
  });

  test('refuses lists of the wrong length and members that a union does not have', () => {
    const children: readonly ArrowField[] = [field('item', { kind: 'bool' })];
    const pair = field('f', { kind: 'fixedSizeList', listSize: 2 }, { children });
    expect(() => buildBatch({ fields: [pair] }, [[[true]]])).toThrow(/takes 2 items/);
    for (const mode of ['dense', 'sparse'] as const) {
      const union = field('f', { kind: 'union', mode, typeIds: [3] }, { children });
      expect(() => buildBatch({ fields: [union] }, [[{ typeId: 0, value: true }]])).toThrow(/type id 3/);
    }
  });

  test('refuses columns that do not match the fields', () => {
    const fields = [field('a', { kind: 'bool' }), field('b', { kind: 'bool' })];
    expect(() => buildBatch({ fields }, [[true]])).toThrow(/one column for each field/);
    expect(() => buildBatch({ fields }, [[true], []])).toThrow(/one column for each field/);
  });

  test('says which layouts it does not write', () => {
    const build = (one: ArrowField) => () => buildBatch({ fields: [one] }, [['x']]);
    expect(build(field('v', { kind: 'utf8View' }))).toThrow(/cannot be written/);
    const dictionary = { id: 0n, index: { bits: 8, signed: true }, ordered: false } as const;
    expect(build(field('d', { kind: 'utf8' }, { dictionary }))).toThrow(/dictionary-encoded/);
  });

  test('takes numbers and bigints for integers of any width, and undefined for null', () => {
    const schema = {
      fields: [
        field('a', { kind: 'int', bits: 64, signed: true }),
        field('b', { kind: 'date', unit: 'day' }),
      ],
    } as const;
    const batch = decodeRecordBatch(
      schema,
      buildBatch(schema, [
        [1, undefined],
        [2n, null],
      ]),
    );
    expect(batch.columns.map((column) => [readValue(column, 0), readValue(column, 1)])).toEqual([
      [1n, null],
      [2, null],
    ]);
  });

  test('a struct field named __proto__ is a field like any other', () => {
    const schema = {
      fields: [field('s', { kind: 'struct' }, { children: [field('__proto__', { kind: 'bool' })] })],
    };
    const [column] = decodeRecordBatch(
      schema,
      buildBatch(schema, [[JSON.parse('{"__proto__": true}')]]),
    ).columns;
    expect(JSON.stringify(readValue(column!, 0))).toBe('{"__proto__":true}');
  });

  test('a null of a union is a null of its first member', () => {
    const children = [field('n', { kind: 'bool' })];
    const schema = { fields: [field('u', { kind: 'union', mode: 'dense', typeIds: [5] }, { children })] };
    const [column] = decodeRecordBatch(schema, buildBatch(schema, [[null]])).columns;
    expect(readValue(column!, 0)).toEqual({ typeId: 5, value: null });
  });
});
