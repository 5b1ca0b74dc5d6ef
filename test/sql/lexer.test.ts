import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readToken, readTokens } from '../../src/sql/lexer.js';

describe('readToken', () => {
  const cases: readonly (readonly [text: string, kind: string, length: number, closed: boolean])[] = [
    [' \t\nx', 'space', 3, true],
    ['\u00a0\u2003\u3000x', 'space', 3, true],
    ["'it''s'x", 'string', 7, true],
    ["'open", 'string', 5, false],
    [String.raw`e'a\'b'x`, 'string', 7, true],
    ["e'a''b'x", 'string', 7, true],
    [String.raw`E'a\\'x`, 'string', 6, true],
    [String.raw`'a\'x`, 'string', 4, true],
    ["x'00;'y", 'string', 6, true],
    ['"a""b"x', 'quotedIdentifier', 6, true],
    ["$$a;'b$$x", 'string', 8, true],
    ['$t$ $$ ;$t$x', 'string', 11, true],
    ['$é$;$é$x', 'string', 7, true],
    ['$t$ open $$', 'string', 11, false],
    ['$1$$', 'parameter', 2, true],
    ['$name;', 'parameter', 5, true],
    ['$;', 'punctuation', 1, true],
    ['-- a;b\nx', 'comment', 6, true],
    ['-- a;b\rx', 'comment', 6, true],
    ['/* /* ; */ ; */x', 'comment', 15, true],
    ['/* /* */', 'comment', 8, false],
    ['a$$;', 'word', 3, true],
    ['été1 ', 'word', 4, true],
    ['1.5e-3;', 'number', 6, true],
    ['.5x', 'number', 2, true],
    ['0x1F;', 'number', 4, true],
    ['1_000,', 'number', 5, true],
    ['+--x', 'operator', 1, true],
    ['+/*x', 'operator', 1, true],
    ['->>x', 'operator', 3, true],
    ['(x', 'punctuation', 1, true],
    ['::x', 'punctuation', 1, true],
    [';;', 'semicolon', 1, true],
    ['\u000b', 'punctuation', 1, true],
  ];
  test.each(cases)('reads %j as %s of %i', (text, kind, length, closed) => {
    expect(readToken(text, 0)).toEqual({ kind, start: 0, end: length, closed });
  });

  test('is undefined at the end', () => {
    expect(readToken('a', 1)).toBeUndefined();
  });
});

describe('readTokens', () => {
  test('covers any text without gaps and ends', () => {
    const pieces = fc.array(
      fc.constantFrom(
        "'",
        '"',
        '$',
        '$a$',
        '$$',
        '--',
        '\n',
        '/*',
        '*/',
        ';',
        'e',
        'x',
        '\\',
        ' ',
        '1',
        'é',
        '.',
        '+',
      ),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          pieces.map((parts) => parts.join('')),
          fc.string({ unit: 'binary' }),
        ),
        (text) => {
          let at = 0;
          for (const token of readTokens(text)) {
            expect(token.start).toBe(at);
            expect(token.end).toBeGreaterThan(at);
            at = token.end;
          }
          expect(at).toBe(text.length);
        },
      ),
    );
  });
});
