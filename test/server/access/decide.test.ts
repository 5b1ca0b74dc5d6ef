/** The intersection of everything that limits a principal, as a truth table and against an oracle of its own. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAccess } from '../../../src/server/access/access.js';
import { columnsNotGranted, decide } from '../../../src/server/access/decide.js';
import { mayKnow, mayKnowColumn } from '../../../src/server/access/may-know.js';
import { makePrincipal } from '../../../src/server/auth/make-principal.js';
import type { CatalogAccess } from '../../../src/server/model/catalog-rule.js';
import type { ObjectWrite, PlanFacts } from '../../../src/server/model/plan-facts.js';
import type { Role } from '../../../src/server/model/principal.js';
import type { DatabaseGrantLevel, Grant, GrantedRights, Rights } from '../../../src/server/model/rights.js';
import { BESIDE_FILES, BESIDE_LENT, EXPLAINED } from '../../../src/server/model/row-filter.js';

const NOTHING: PlanFacts = {
  opaque: undefined,
  reads: [],
  writes: [],
  functions: [],
  settings: [],
  effects: [],
};
const read = (catalog: string, columns: readonly string[] | 'unknown' = ['a']): PlanFacts => ({
  ...NOTHING,
  reads: [{ catalog, schema: 'main', name: 't', columns: columns === 'unknown' ? undefined : columns }],
});
const write = (catalog: string, change: Partial<ObjectWrite> = {}): PlanFacts => ({
  ...NOTHING,
  writes: [
    {
      action: 'insert',
      objectKind: 'table',
      catalog,
      schema: 'main',
      name: 't',
      shadowsBuiltIn: false,
      ...change,
    },
  ],
});
const NO_POLICIES = { version: 0, list: () => [] };
const may = (rights: Rights, facts: PlanFacts) => decide(rights, facts)?.by ?? 'yes';

it.each([
  [BESIDE_FILES, /Make a temporary table of the one first/],
  [BESIDE_LENT, /Make a temporary table of the one first/],
  [EXPLAINED, /Run the query itself/],
  ['the statement is no plain query', /Name the table in the FROM of a query/],
])('says what helps where a table under row policies cannot be filtered: %s', (unfiltered, remedy) => {
  const rowFilters = [{ catalog: 'c', schema: 'main', name: 't', conditions: ['a'], policies: ['p'] }];
  const denial = decide({ role: 'user', rowFilters }, { ...read('c'), unfiltered });
  expect(denial).toMatchObject({
    by: 'policy',
    what: expect.stringContaining(unfiltered),
    remedy: expect.stringMatching(remedy),
  });
});

it('says of a table that may be read in part which columns may be', () => {
  const granted = [
    { privilege: 'select', catalog: 'c', schema: 'main', table: 't', columns: ['a', 'b'] },
  ] as const;
  const denial = decide({ role: 'user', grants: { governs: 'all', granted } }, read('c', ['a', 'd']));
  const columns = denial === undefined || denial.by === 'hidden' ? undefined : denial.columns;
  expect(denial).toMatchObject({ what: 'read d of c.main.t' });
  expect(columns && columnsNotGranted({ ...columns, names: [] }).what).toBe(
    'read all columns of c.main.t, only a, b',
  );
});

describe('the rules of catalog_access', () => {
  const rules = (...given: (readonly [string, CatalogAccess])[]): Rights => ({
    role: 'user',
    catalogRules: given.map(([catalog, access]) => ({ catalog, access })),
  });

  it.each([
    [[['sales', 'read']], 'sales', 'yes', 'catalog_access'],
    [[['sales', 'write']], 'sales', 'yes', 'yes'],
    [[['sales', 'write']], 'SALES', 'yes', 'yes'],
    [[['SALES', 'write']], 'sales', 'yes', 'yes'],
    [[['sales', 'none']], 'sales', 'hidden', 'hidden'],
    [[['sales', 'write']], 'other', 'hidden', 'hidden'],
    [[], 'sales', 'hidden', 'hidden'],
    // The first that matches, not the one that fits best.
    [
      [
        ['*', 'none'],
        ['sales', 'write'],
      ],
      'sales',
      'hidden',
      'hidden',
    ],
    [
      [
        ['sales', 'read'],
        ['sales', 'write'],
      ],
      'sales',
      'yes',
      'catalog_access',
    ],
    [[['s*', 'write']], 'sales', 'yes', 'yes'],
    [[['s?les', 'write']], 'sales', 'yes', 'yes'],
    [[['s?', 'write']], 'sales', 'hidden', 'hidden'],
    [[['sal', 'write']], 'sales', 'hidden', 'hidden'],
    // Kelvin sign and dotless i are letters of their own to DuckDB.
    [[['k*', 'write']], '\u212Aelvin', 'hidden', 'hidden'],
    [[['?', 'write']], '😀', 'yes', 'yes'],
    // The session's own objects and DuckDB's stand outside; who may write to system is the role's affair.
    [[['*', 'none']], 'temp', 'yes', 'yes'],
    [[['*', 'none']], 'system', 'yes', 'role'],
  ] as const)('%j: %s may be read: %s, written: %s', (given, catalog, reading, writing) => {
    const rights = rules(...given);
    expect(may(rights, read(catalog))).toBe(reading);
    expect(may(rights, write(catalog))).toBe(writing);
    expect(mayKnow(rights, { catalog })).toBe(reading === 'yes');
  });

  it('hide what is only reached through it, and what cannot be told to be elsewhere', () => {
    const rights = rules(['sales', 'write']);
    expect(may(rights, { ...read('sales'), reads: [...read('sales').reads, ...read('other').reads] })).toBe(
      'hidden',
    );
    expect(may(rights, write('', { objectKind: 'schema', action: 'drop' }))).toBe('unresolved');
    expect(may(rights, write('other', { objectKind: 'schema', action: 'create', name: 'x' }))).toBe('hidden');
    const use = { name: 'schema', scope: 'automatic', places: [{ catalog: 'other' }] };
    expect(may(rights, { ...NOTHING, settings: [use] })).toBe('hidden');
  });

  it('tell nobody of a hidden catalog, whatever else there is to refuse', () => {
    const rights: Rights = { ...rules(['sales', 'write']), role: 'readonly' };
    const facts: PlanFacts = { ...write('other'), opaque: 'its plan', effects: ['COPY'] };
    expect(decide(rights, facts)).toMatchObject({ by: 'hidden', place: { catalog: 'other' } });
  });
});

describe('SQL grants', () => {
  const holding = (...granted: Grant[]): Rights => ({
    role: 'user',
    grants: { governs: ['c'], granted },
  });
  const table = { catalog: 'c', schema: 'main', table: 't' } as const;

  it.each<[string, Grant[], PlanFacts, string]>([
    ['nothing is granted', [], read('c'), 'hidden'],
    ['another catalog', [], read('d'), 'yes'],
    ['SELECT', [{ privilege: 'select', ...table }], read('c'), 'yes'],
    ['SELECT on the schema', [{ privilege: 'select', catalog: 'c', schema: 'main' }], read('c'), 'yes'],
    ['SELECT on the catalog', [{ privilege: 'select', catalog: 'C' }], read('c'), 'yes'],
    ['SELECT on another schema', [{ privilege: 'select', catalog: 'c', schema: 's' }], read('c'), 'hidden'],
    ['SELECT for a write', [{ privilege: 'select', ...table }], write('c'), 'grant'],
    ['INSERT', [{ privilege: 'insert', ...table }], write('c'), 'yes'],
    ['INSERT for a read', [{ privilege: 'insert', ...table }], read('c'), 'grant'],
    ['ALL', [{ privilege: 'all', ...table }], write('c', { action: 'drop' }), 'yes'],
    ['INSERT for a DROP', [{ privilege: 'insert', ...table }], write('c', { action: 'drop' }), 'grant'],
    ['INSERT for a MERGE', [{ privilege: 'insert', ...table }], write('c', { action: 'merge' }), 'grant'],
    [
      'ALL on the table for a new one',
      [{ privilege: 'all', ...table }],
      write('c', { action: 'create' }),
      'grant',
    ],
    [
      'ALL on the schema for a new table',
      [{ privilege: 'all', catalog: 'c', schema: 'main' }],
      write('c', { action: 'create' }),
      'yes',
    ],
    ['a column', [{ privilege: 'select', ...table, columns: ['A'] }], read('c', ['a']), 'yes'],
    ['no column', [{ privilege: 'select', ...table, columns: ['a'] }], read('c', []), 'yes'],
    ['another column', [{ privilege: 'select', ...table, columns: ['a'] }], read('c', ['a', 'b']), 'grant'],
    ['unknown columns', [{ privilege: 'select', ...table, columns: ['a'] }], read('c', 'unknown'), 'grant'],
    [
      'columns of two grants',
      [
        { privilege: 'select', ...table, columns: ['a'] },
        { privilege: 'select', ...table, columns: ['b'] },
      ],
      read('c', ['a', 'b']),
      'yes',
    ],
    ['a column for a write', [{ privilege: 'all', ...table, columns: ['a'] }], write('c'), 'grant'],
  ])('%s', (_, granted, facts, expected) => {
    expect(may(holding(...granted), facts)).toBe(expected);
  });

  it('show the columns that they are on, and all of them where they are on the table', () => {
    const t = { catalog: 'c', schema: 'main', name: 't' };
    const some = holding({ privilege: 'select', ...table, columns: ['a'] });
    expect([mayKnowColumn(some, t, 'A'), mayKnowColumn(some, t, 'b')]).toEqual([true, false]);
    expect(mayKnowColumn(holding({ privilege: 'insert', ...table }), t, 'b')).toBe(true);
    expect(mayKnowColumn(holding(), t, 'a')).toBe(false);
    expect(mayKnow(some, { catalog: 'c' })).toBe(true);
    expect(mayKnow(some, { catalog: 'c', schema: 'main' })).toBe(true);
    expect(mayKnow(some, { catalog: 'c', schema: 's' })).toBe(false);
    expect(mayKnow(some, { ...t, name: 'u' })).toBe(false);
  });
});

describe('rights by intersection', () => {
  const ROLES: readonly Role[] = ['admin', 'user', 'readonly'];
  const CLAIMS: readonly (CatalogAccess | undefined)[] = [undefined, 'none', 'read', 'write'];
  const LEVELS: readonly (DatabaseGrantLevel | undefined)[] = [
    undefined,
    'none',
    'read-only',
    'read-write',
    'admin',
  ];
  const GRANTS: readonly (readonly Grant['privilege'][] | undefined)[] = [
    undefined,
    [],
    ['select'],
    ['insert'],
    ['select', 'insert'],
    ['all'],
  ];

  /** 0 nothing, 1 reading, 2 reading and writing: the least of the parts, worked out without the code under test. */
  const rank = { none: 0, read: 1, write: 2, 'read-only': 1, 'read-write': 2, admin: 2 };

  it('every part narrows and none widens', () => {
    for (const role of ROLES)
      for (const claim of CLAIMS)
        for (const level of LEVELS)
          for (const privileges of GRANTS) {
            const rules = claim && [{ catalog: 'c', access: claim }];
            const { rightsOf } = createAccess({
              defaultAccess: 'all',
              grants: { version: 0, governed: [], list: () => [] },
              policies: NO_POLICIES,
              databaseGrants: level && [{ database: 'c', principal: 'ann', level }],
            });
            const rights = rightsOf(makePrincipal('ann', role, 'token', rules));
            const grants: GrantedRights | undefined = privileges && {
              governs: 'all',
              granted: privileges.map((privilege) => ({ privilege, catalog: 'c' })),
            };
            const all = rights.role === 'admin' ? rights : { ...rights, ...(grants && { grants }) };
            const unlimited = role === 'admin' && claim === undefined;
            const ceiling = Math.min(claim ? rank[claim] : 2, level ? rank[level] : 2);
            const has = (one: string) =>
              privileges === undefined || privileges.some((it) => it === one || it === 'all');
            const expected = {
              read: unlimited || (ceiling >= 1 && has('select')),
              write: unlimited || (role !== 'readonly' && ceiling === 2 && has('insert')),
            };
            const found = {
              read: decide(all, read('c')) === undefined,
              write: decide(all, write('c')) === undefined,
            };
            expect({ role, claim, level, privileges, ...found }).toEqual({
              role,
              claim,
              level,
              privileges,
              ...expected,
            });
          }
  });

  it('what is given to a name is not for whom a function admitted under that name', () => {
    const given = { privilege: 'select', catalog: 'c', grantor: 'ann', sinceMs: 0 } as const;
    const { rightsOf } = createAccess({
      defaultAccess: 'none',
      databaseGrants: [{ database: 'c', principal: 'bob', level: 'read-write' }],
      grants: {
        version: 0,
        governed: ['c'],
        list: () => [{ ...given, grantee: { kind: 'user', name: 'bob' } }],
      },
      policies: NO_POLICIES,
    });
    const hook = { kind: 'hook', sessionId: 'x' } as const;
    expect(may(rightsOf(makePrincipal('bob', 'user', 'token')), read('c'))).toBe('yes');
    expect(may(rightsOf(makePrincipal('bob', 'user', 'hook', undefined, hook)), read('c'))).toBe('hidden');
  });

  it('a part more never allows what was refused without it', () => {
    const name = fc.constantFrom('a', 'b', 'A', 'main', '*');
    const rights = fc.record(
      {
        catalogRules: fc.array(
          fc.record({ catalog: name, access: fc.constantFrom<CatalogAccess>('none', 'read', 'write') }),
          { maxLength: 3 },
        ),
        databaseLevels: fc.array(
          fc.record({
            database: name,
            level: fc.constantFrom<DatabaseGrantLevel>('none', 'read-only', 'admin'),
          }),
          { maxLength: 3 },
        ),
        grants: fc.record({
          governs: fc.constantFrom<'all' | string[]>('all', ['a'], []),
          granted: fc.array(
            fc.record(
              {
                privilege: fc.constantFrom<Grant['privilege']>('select', 'insert', 'all'),
                catalog: name,
                schema: name,
                table: name,
              },
              { requiredKeys: ['privilege', 'catalog'] },
            ),
            { maxLength: 3 },
          ),
        }),
      },
      { requiredKeys: [] },
    );
    const facts = fc
      .tuple(name, fc.boolean())
      .map(([catalog, writes]) => (writes ? write(catalog) : read(catalog)));
    fc.assert(
      fc.property(rights, facts, fc.constantFrom<Role>('user', 'readonly'), (parts, asked, role) => {
        const whole = decide({ role, ...parts }, asked) === undefined;
        const each = Object.entries(parts).map(
          ([key, value]) => decide({ role, [key]: value }, asked) === undefined,
        );
        return whole === (decide({ role }, asked) === undefined && each.every(Boolean));
      }),
    );
  });
});

describe('row policies', () => {
  const rowFilters = [
    { catalog: 'c', schema: 'main', name: 't', policies: ['p'], conditions: ["owner = 'ann'"] },
  ];
  const rows = (of: 'none' | 'filtered' | undefined, name = 'T'): PlanFacts => ({
    ...NOTHING,
    reads: [{ catalog: 'C', schema: 'main', name, columns: ['a'], ...(of && { rows: of }) }],
  });

  it('let a table be read only where it is filtered, or no row of it is read', () => {
    for (const role of ['user', 'readonly'] as const) {
      expect(may({ role, rowFilters }, rows('filtered'))).toBe('yes');
      expect(may({ role, rowFilters }, rows('none'))).toBe('yes');
      expect(may({ role, rowFilters }, rows(undefined))).toBe('policy');
      expect(may({ role, rowFilters }, rows(undefined, 'other'))).toBe('yes');
    }
    expect(may({ role: 'admin', rowFilters }, rows(undefined))).toBe('yes');
  });

  it.each(['insert', 'update', 'delete', 'merge', 'create', 'drop', 'alter'] as const)(
    'let nobody but administrators %s it',
    (action) => {
      expect(may({ role: 'user', rowFilters }, write('c', { action, name: 'T' }))).toBe('policy');
      expect(may({ role: 'user', rowFilters }, write('c', { action, name: 'other' }))).toBe('yes');
      expect(may({ role: 'admin', rowFilters }, write('c', { action }))).toBe('yes');
    },
  );

  it('let nobody but administrators drop its schema, and not even them rename it', () => {
    const schema = { objectKind: 'schema', schema: '', name: 'MAIN', action: 'drop' as const };
    expect(may({ role: 'user', rowFilters }, write('c', schema))).toBe('policy');
    const renaming = ['alter', 'create'] as const;
    const writes = renaming.flatMap(
      (action) => write('c', { action, name: action === 'alter' ? 't' : 'x' }).writes,
    );
    expect(may({ role: 'admin', rowFilters }, { ...NOTHING, writes })).toBe('policy');
  });
});
