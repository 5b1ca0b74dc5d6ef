import fc from 'fast-check';
import { expect, it } from 'vitest';
import { exactName, likePattern } from '../../../../src/server/rpc/metadata/filters.js';

it('keeps wildcards and their escapes, and takes other backslashes for themselves', () => {
  expect(likePattern('a%b_c')).toBe('a%b_c');
  expect(likePattern('a\\_b\\%c\\\\d')).toBe('a\\_b\\%c\\\\d');
  expect(likePattern('a\\b')).toBe('a\\\\b');
  expect(likePattern('ends\\')).toBe('ends\\\\');
  expect(likePattern('')).toBe('');
  expect(likePattern(undefined)).toBeNull();
  expect(exactName(undefined)).toBeNull();
  expect(exactName('')).toBe('');
});

it('makes a pattern whose backslashes all escape something, once and for all', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('\\', '%', '_', 'a') }), (pattern) => {
      const made = likePattern(pattern);
      expect(made).toMatch(/^([^\\]|\\[%_\\])*$/);
      expect(likePattern(made ?? undefined)).toBe(made);
    }),
  );
});
