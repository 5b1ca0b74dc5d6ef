import { describe, expect, it } from 'vitest';
import { nestsCommentsDeeper } from '../../src/sql/comment-depth.js';

const nested = (depth: number) => `${'/*'.repeat(depth)}${'*/'.repeat(depth)}`;

describe('nestsCommentsDeeper', () => {
  it.each([
    ['no comment', 'select 1', false],
    ['the deepest that is allowed', `${nested(100)} select 1`, false],
    ['one deeper', `${nested(101)} select 1`, true],
    ['one deeper that never closes', `select 1 ${'/*'.repeat(101)}`, true],
    ['many beside each other', `${nested(2).repeat(200)} select 1`, false],
    ['marks in a string', `select '${'/*'.repeat(200)}'`, false],
    ['marks in a line comment', `-- ${'/*'.repeat(200)}`, false],
  ])('%s', (_, sql, expected) => {
    expect(nestsCommentsDeeper(sql, 100)).toBe(expected);
  });
});
