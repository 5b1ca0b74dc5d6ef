import { expect, it } from 'vitest';
import { columnCutsOf } from '../../../src/server/access/column-cuts.js';
import type { Grant, Rights } from '../../../src/server/model/rights.js';

const PEOPLE = { catalog: 'shop', schema: 'main', table: 'people' };
const rightsOf = (...granted: readonly Grant[]): Rights => ({
  role: 'user',
  grants: { governs: ['shop'], granted },
});

it('has the columns of all grants on a table, however they spell it', () => {
  const rights = rightsOf(
    { ...PEOPLE, privilege: 'select', columns: ['id'] },
    { ...PEOPLE, table: 'PEOPLE', privilege: 'all', columns: ['ID', 'name'] },
    { ...PEOPLE, table: 'other', privilege: 'update', columns: ['id'] },
  );
  expect(columnCutsOf(rights)).toEqual([
    { catalog: 'shop', schema: 'main', name: 'people', columns: ['id', 'name'], isKnown: false },
    { catalog: 'shop', schema: 'main', name: 'other', columns: [], isKnown: false },
  ]);
});

it.each<[string, Grant, boolean]>([
  ['SELECT on its schema', { catalog: 'shop', schema: 'main', privilege: 'select' }, false],
  ['INSERT on it, by which its columns are known', { ...PEOPLE, privilege: 'insert' }, true],
  ['SELECT on another catalog', { catalog: 'hr', privilege: 'select' }, true],
])('goes by whole grants too: %s', (_, grant, isCut) => {
  const [cut] = columnCutsOf(rightsOf({ ...PEOPLE, privilege: 'select', columns: ['id'] }, grant));
  expect(cut !== undefined).toBe(isCut);
  expect(cut?.isKnown ?? false).toBe(grant.privilege === 'insert');
});

it('is nothing in a catalog that no grants decide about', () => {
  const grant: Grant = { ...PEOPLE, privilege: 'select', columns: ['id'] };
  expect(columnCutsOf({ role: 'user', grants: { governs: [], granted: [grant] } })).toEqual([]);
});

it('is found once for the same rights: every statement asks', () => {
  const rights = rightsOf({ ...PEOPLE, privilege: 'select', columns: ['id'] });
  expect(columnCutsOf(rights)).toBe(columnCutsOf(rights));
});
