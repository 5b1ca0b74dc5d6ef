import { expect, it } from 'vitest';
import { cutPrefixes } from '../../../../../src/server/engine/duckdb/row-filters/cut-prefixes.js';

const columnsOf = (names: readonly string[], times: number) =>
  Array.from({ length: times }, () => ({ class: 'COLUMN_REF', column_names: [...names] }));

it.each([
  [
    ['Shop', 'main', 'people', 'id'],
    ['people', 'id'],
  ],
  [
    ['main', 'people', 'id', 'field'],
    ['people', 'id', 'field'],
  ],
  [
    ['shop', 'people', 'id'],
    ['people', 'id'],
  ],
  [
    ['people', 'id'],
    ['people', 'id'],
  ],
  [
    ['main', 'people'],
    ['main', 'people'],
  ],
  [
    ['shop', 'main', 'other', 'id'],
    ['shop', 'main', 'other', 'id'],
  ],
])('of a column that is called %j, %j is left', (names, expected) => {
  const [column] = columnsOf(names, 1);
  cutPrefixes(column, [{ catalog: 'shop', schema: 'main', name: 'people' }]);
  expect(column?.column_names).toEqual(expected);
});

it('looks at each table once, however many columns there are', () => {
  let looks = 0;
  const table = {
    catalog: 'shop',
    schema: 'main',
    get name() {
      looks++;
      return 'people';
    },
  };
  cutPrefixes(columnsOf(['other', 'id'], 100), [table]);
  expect(looks).toBe(1);
});
