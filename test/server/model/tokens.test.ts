import { describe, expect, it } from 'vitest';
import { rememberingLong, tokensOf } from '../../../src/server/model/tokens.js';
import { readTokens } from '../../../src/sql/lexer.js';

describe('the tokens of a text', () => {
  it('are those that the lexer reads, whether the text is long or not', () => {
    for (const text of ["select 'a', b", `select ${'a+'.repeat(5000)}1`])
      expect(tokensOf(text)).toEqual([...readTokens(text)]);
  });
});

describe('what is made of a text', () => {
  it('is made once of a long one that is asked for again, and of few at a time', () => {
    let made = 0;
    const read = rememberingLong((text) => {
      made += 1;
      return { text };
    });
    const long = (letter: string) => letter.repeat(10_000);
    expect(read(long('a'))).toBe(read(long('a')));
    expect(made).toBe(1);
    expect(read('a')).not.toBe(read('a'));
    for (const letter of 'bcdef') expect(read(long(letter)).text).toBe(long(letter));
    read(long('a'));
    expect(made).toBe(9);
  });
});
