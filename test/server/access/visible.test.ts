import fc from 'fast-check';
import { expect, it } from 'vitest';
import { mayKnow, mayKnowColumn } from '../../../src/server/access/may-know.js';
import { visibleTo } from '../../../src/server/access/visible.js';
import { foldName } from '../../../src/server/model/fold-name.js';
import type { Rights } from '../../../src/server/model/rights.js';
import type { VisiblePart } from '../../../src/server/model/visible.js';

const name = fc.constantFrom('a', 'A', 'b', 'ab', 'K', '\u212a', 'temp', 'system');
const pattern = fc.constantFrom('a', 'A*', '?', '*', 'b');
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

const grant = fc
  .record({
    catalog: name,
    schema: optional(name),
    table: optional(name),
    columns: optional(fc.array(name, { minLength: 1 })),
  })
  .map(({ catalog, schema, table, columns }) => ({
    privilege: 'select' as const,
    catalog,
    ...(schema !== undefined && { schema }),
    ...(schema !== undefined && table !== undefined && { table, ...(columns !== undefined && { columns }) }),
  }));

const rights: fc.Arbitrary<Rights> = fc
  .record({
    rules: optional(
      fc.array(fc.record({ catalog: pattern, access: fc.constantFrom('none', 'read', 'write') })),
    ),
    levels: optional(
      fc.array(
        fc.record({
          database: fc.constantFrom('a', 'b', '*'),
          level: fc.constantFrom('none', 'read-only', 'read-write'),
        }),
      ),
    ),
    grants: optional(
      fc.record({ governs: fc.oneof(fc.constant('all' as const), fc.array(name)), granted: fc.array(grant) }),
    ),
  })
  .map(({ rules, levels, grants }) => ({
    role: 'user' as const,
    ...(rules !== undefined && { catalogRules: rules }),
    ...(levels !== undefined && { databaseLevels: levels }),
    ...(grants !== undefined && { grants }),
  }));

/** The same question of what is written out. */
function isVisible(
  parts: readonly VisiblePart[],
  catalog: string,
  schema?: string,
  table?: string,
  column?: string,
): boolean {
  return parts.some(
    (part) =>
      part.catalog === catalog &&
      (schema === undefined || part.schema === foldName(schema)) &&
      (table === undefined || part.table === undefined || part.table === foldName(table)) &&
      (column === undefined || part.columns === undefined || part.columns.includes(foldName(column))),
  );
}

it('writes out what may be known, no more and no less', () => {
  fc.assert(
    fc.property(rights, name, name, name, name, (all, catalog, schema, table, column) => {
      const { catalogs, parts } = visibleTo(all, [catalog]);
      const whole = catalogs.includes(catalog);
      const object = { catalog, schema, name: table };
      expect(whole || isVisible(parts, catalog)).toBe(mayKnow(all, { catalog }));
      expect(whole || isVisible(parts, catalog, schema)).toBe(mayKnow(all, { catalog, schema }));
      expect(whole || isVisible(parts, catalog, schema, table)).toBe(mayKnow(all, object));
      expect(whole || isVisible(parts, catalog, schema, table, column)).toBe(
        mayKnowColumn(all, object, column),
      );
    }),
    { numRuns: 2000 },
  );
});
