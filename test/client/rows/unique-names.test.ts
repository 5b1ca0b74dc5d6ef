import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { uniqueNames } from '../../../src/client/rows/unique-names.js';

describe('uniqueNames', () => {
  test.each([
    [
      ['a', 'b'],
      ['a', 'b'],
    ],
    [
      ['a', 'a', 'a'],
      ['a', 'a_1', 'a_2'],
    ],
    [
      ['a', 'a', 'a_1'],
      ['a', 'a_2', 'a_1'],
    ],
    [
      ['', ''],
      ['', '_1'],
    ],
  ])('of %j is %j', (names, expected) => expect(uniqueNames(names)).toEqual(expected));

  test('are unique and keep first occurrences', () => {
    const names = fc.array(fc.constantFrom('a', 'a_1', 'a_1_1', 'b', ''), { maxLength: 12 });
    fc.assert(
      fc.property(names, (given) => {
        const unique = uniqueNames(given);
        expect(new Set(unique).size).toBe(given.length);
        for (const name of new Set(given)) expect(unique[given.indexOf(name)]).toBe(name);
      }),
    );
  });
});
