/** The answer to CommandGetSqlInfo: what the server and its SQL can do, each fact under a number. */
import { buildBatch } from '../ipc/build.js';
import { type ArrowField, type ArrowSchema, type EncodedBatch, field } from '../ipc/types.js';
import type { UnionValue } from '../ipc/value.js';
import { SQL_INFO, type SqlInfoName, type SqlInfoValues } from './sql-info-codes.js';

/** Source: FlightSql.proto, CommandGetSqlInfo; names and nullability of the children as the C++ library writes them. */
export const SQL_INFO_SCHEMA: ArrowSchema = {
  fields: [
    field('info_name', { kind: 'int', bits: 32, signed: false }, { nullable: false }),
    field(
      'value',
      { kind: 'union', mode: 'dense', typeIds: [0, 1, 2, 3, 4, 5] },
      { nullable: false, children: unionMembers() },
    ),
  ],
};

/**
 * One batch of {@link SQL_INFO_SCHEMA}, ordered by code.
 * @param requested codes asked for; none means all. Codes that do not exist are left out without a word, and
 *   nothing is ever answered that was not asked for: some drivers fail on codes they do not know
 */
export function buildSqlInfo(values: SqlInfoValues, requested: readonly number[] = []): EncodedBatch {
  const wanted = new Set(requested);
  const rows = toEntries(values)
    .filter(({ code }) => wanted.size === 0 || wanted.has(code))
    .sort((a, b) => a.code - b.code);
  return buildBatch(SQL_INFO_SCHEMA, [rows.map(({ code }) => code), rows.map(({ value }) => value)]);
}

/** Type ids of the union's members, in the order of its children. */
const TYPE_IDS = { string: 0, bool: 1, bigint: 2, int32: 3, stringList: 4, int32ToInt32ListMap: 5 } as const;

function unionMembers(): ArrowField[] {
  const int32 = { kind: 'int', bits: 32, signed: true } as const;
  const int32List = field('value', { kind: 'list' }, { children: [field('item', int32)] });
  const entries = field(
    'entries',
    { kind: 'struct' },
    { nullable: false, children: [field('key', int32, { nullable: false }), int32List] },
  );
  return [
    field('string_value', { kind: 'utf8' }, { nullable: false }),
    field('bool_value', { kind: 'bool' }, { nullable: false }),
    field('bigint_value', { kind: 'int', bits: 64, signed: true }, { nullable: false }),
    field('int32_bitmask', int32, { nullable: false }),
    field('string_list', { kind: 'list' }, { nullable: false, children: [field('item', { kind: 'utf8' })] }),
    field(
      'int32_to_int32_list_map',
      { kind: 'map', keysSorted: false },
      { nullable: false, children: [entries] },
    ),
  ];
}

function toEntries(values: SqlInfoValues): { readonly code: number; readonly value: UnionValue }[] {
  const names = Object.keys(SQL_INFO).filter((name): name is SqlInfoName => name in SQL_INFO);
  return names.map((name) => {
    const { code, member } = SQL_INFO[name];
    return { code, value: { typeId: TYPE_IDS[member], value: values[name] } };
  });
}
