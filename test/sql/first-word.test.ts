import { describe, expect, it } from 'vitest';
import { firstWord } from '../../src/sql/first-word.js';

describe('firstWord', () => {
  it.each([
    ['begin', 'begin'],
    [' \n-- select\n /* x /* y */ */ BEGIN transaction', 'begin'],
    ['; /**/; rollback', 'rollback'],
    ['beginning', 'beginning'],
    ['(select 1)', undefined],
    ["'begin'", undefined],
    ['"begin"', undefined],
    ['/* begin', undefined],
    ['', undefined],
  ])('of %j is %j', (text, word) => {
    expect(firstWord(text)).toBe(word);
  });

  it('is found in time behind any number of comments', () => {
    expect(firstWord(`${'/**/'.repeat(50_000)}(select 1)`)).toBeUndefined();
    expect(firstWord(`${'/**/'.repeat(50_000)};begin`)).toBe('begin');
  });
});
