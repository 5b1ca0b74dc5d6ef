import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { STREAM_END } from '../../../src/flight/ipc/framing.js';
import {
  decodeSchema,
  encapsulate,
  encodeSchema,
  schemasEqual,
  unwrapEncapsulated,
} from '../../../src/flight/ipc/schema.js';
import {
  type ArrowField,
  type ArrowSchema,
  type ArrowType,
  type DictionaryEncoding,
  field,
} from '../../../src/flight/ipc/types.js';
import { sampleBatch } from '../../support/arrow-arbitrary.js';

const item = [field('item', { kind: 'int', bits: 8, signed: true })];
const ENCODING: DictionaryEncoding = { id: -7n, index: { bits: 16, signed: false }, ordered: true };
const READ_ONLY: readonly ArrowField[] = [
  ...(['largeUtf8', 'utf8View', 'largeBinary', 'binaryView'] as const).map((kind) => field(kind, { kind })),
  ...(['largeList', 'listView', 'largeListView'] as const).map((kind) =>
    field(kind, { kind }, { children: item }),
  ),
  field('float16', { kind: 'float', bits: 16 }),
  field(
    'runs',
    { kind: 'runEndEncoded' },
    {
      children: [
        field('run_ends', { kind: 'int', bits: 32, signed: true }, { nullable: false }),
        field('values', { kind: 'utf8' }),
      ],
    },
  ),
  field('dictionary', { kind: 'utf8' }, { dictionary: ENCODING }),
];

describe('schemas', () => {
  test('any schema comes back as it was', () => {
    fc.assert(
      fc.property(
        sampleBatch(),
        metadata(),
        metadata(),
        fc.boolean(),
        (sample, ofSchema, ofField, nullable) => {
          const fields = sample.schema.fields.map((one) => ({ ...one, nullable, ...ofField }));
          const schema: ArrowSchema = { fields, ...ofSchema };
          expect(decodeSchema(encodeSchema(schema))).toEqual(schema);
        },
      ),
    );
  });

  test.each(READ_ONLY.map((one) => [one.name, one] as const))('%s comes back as it was', (_, one) => {
    expect(decodeSchema(encodeSchema({ fields: [one] }))).toEqual({ fields: [one] });
  });

  test('names keep every character', () => {
    const fields = ['', '"', 'naïve 🦆', '\ufeffmark', 'a\0b'].map((name) => field(name, { kind: 'bool' }));
    expect(decodeSchema(encodeSchema({ fields })).fields.map(({ name }) => name)).toEqual(
      fields.map(({ name }) => name),
    );
  });

  test('equal schemas are equal bytes', () => {
    const make = () => encodeSchema({ fields: READ_ONLY, metadata: new Map([['a', '1']]) });
    expect(make()).toEqual(make());
  });

  test('the encapsulated form starts with a marker, is padded to 8 bytes and is found again', () => {
    const header = encodeSchema({ fields: READ_ONLY });
    const bytes = encapsulate(header);
    expect(bytes.byteLength % 8).toBe(0);
    const forms = [bytes, bytes.subarray(4), Buffer.concat([bytes, STREAM_END])];
    for (const form of forms) expect(decodeSchema(unwrapEncapsulated(form))).toEqual({ fields: READ_ONLY });
  });

  test.each<[string, ArrowType, readonly ArrowField[]]>([
    ['a list without items', { kind: 'list' }, []],
    ['a map of single values', { kind: 'map', keysSorted: false }, item],
    ['a union without members', { kind: 'union', mode: 'sparse', typeIds: [] }, []],
    [
      'a map of dictionary-encoded entries',
      { kind: 'map', keysSorted: false },
      [field('entries', { kind: 'struct' }, { children: [...item, ...item], dictionary: ENCODING })],
    ],
    ['a union with more ids than members', { kind: 'union', mode: 'dense', typeIds: [0, 1] }, item],
    [
      'a union with two members of one id',
      { kind: 'union', mode: 'dense', typeIds: [1, 1] },
      [...item, ...item],
    ],
    ['runs that end at strings', { kind: 'runEndEncoded' }, [field('e', { kind: 'utf8' }), ...item]],
    ['a string with children', { kind: 'utf8' }, item],
    ['a decimal with too many digits', { kind: 'decimal', bits: 32, precision: 10, scale: 0 }, []],
    ['a negative width', { kind: 'fixedSizeBinary', byteWidth: -1 }, []],
  ])('%s is refused', (_, type, children) => {
    const header = encodeSchema({ fields: [field('f', type, { children })] });
    expect(() => decodeSchema(header)).toThrow(/^malformed Arrow data: /);
  });
});

describe('schemasEqual', () => {
  const utf8 = field('a', { kind: 'utf8' });

  test('metadata do not matter', () => {
    const other = { ...utf8, metadata: new Map([['a', 'b']]) };
    expect(schemasEqual({ fields: [utf8] }, { fields: [other], metadata: new Map([['c', 'd']]) })).toBe(true);
  });

  test.each<[string, ArrowSchema]>([
    ['a name', { fields: [{ ...utf8, name: 'b' }] }],
    ['a type', { fields: [{ ...utf8, type: { kind: 'binary' } }] }],
    ['nullability', { fields: [{ ...utf8, nullable: false }] }],
    [
      'a dictionary',
      { fields: [{ ...utf8, dictionary: { id: 0n, index: { bits: 8, signed: true }, ordered: false } }] },
    ],
    ['the number of fields', { fields: [utf8, utf8] }],
  ])('%s matters', (_, other) => {
    expect(schemasEqual({ fields: [utf8] }, other)).toBe(false);
  });

  test('the parameters of a type matter', () => {
    const of = (type: ArrowType, children: readonly ArrowField[] = []) => ({
      fields: [field('f', type, { children })],
    });
    const utc = of({ kind: 'timestamp', unit: 'us', timezone: 'UTC' });
    expect(schemasEqual(utc, of({ kind: 'timestamp', unit: 'us', timezone: 'UTC' }))).toBe(true);
    expect(schemasEqual(utc, of({ kind: 'timestamp', unit: 'us' }))).toBe(false);
    const union = (typeIds: number[]) => of({ kind: 'union', mode: 'dense', typeIds }, [...item, ...item]);
    expect(schemasEqual(union([1, 2]), union([1, 2]))).toBe(true);
    expect(schemasEqual(union([1, 2]), union([2, 1]))).toBe(false);
    expect(schemasEqual(of({ kind: 'list' }, item), of({ kind: 'list' }, [utf8]))).toBe(false);
  });
});

function metadata(): fc.Arbitrary<{ metadata?: ReadonlyMap<string, string> }> {
  return fc
    .array(fc.tuple(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })), { maxLength: 3 })
    .map((pairs) => (pairs.length === 0 ? {} : { metadata: new Map(pairs) }));
}
