import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readTokens } from '../../src/sql/lexer.js';

describe('the first token', () => {
  const cases: readonly (readonly [text: string, kind: string, length: number, closed: boolean])[] = [
    [' \t\nx', 'space', 3, true],
    ['\u00a0\u2003\u3000x', 'space', 3, true],
    ["'it''s'x", 'string', 7, true],
    ["'open", 'string', 5, false],
    [String.raw`e'a\'b'x`, 'string', 7, true],
    ["e'a''b'x", 'string', 7, true],
    [String.raw`E'a\\'x`, 'string', 6, true],
    [String.raw`'a\'x`, 'string', 4, true],
    ["e'a' -- '\n -- y\r 'b\\';' x", 'string', 23, true],
    ["e'a' /* */\n'b'", 'string', 4, true],
    ["e'a' --'b'", 'string', 4, true],
    ["'a'\n'b'x", 'string', 7, true],
    ["'a' -- '\n -- y\r 'b;';x", 'string', 20, true],
    ["x'00'\n'01'x", 'string', 10, true],
    ["'a' /* */\n'b'", 'string', 3, true],
    ["'a' 'b'", 'string', 3, true],
    ["'a'\n'b", 'string', 6, false],
    ['"a"\n"b"', 'quotedIdentifier', 3, true],
    ["x'00;'y", 'string', 6, true],
    ['"a""b"x', 'quotedIdentifier', 6, true],
    ["$$a;'b$$x", 'string', 8, true],
    ['$t$ $$ ;$t$x', 'string', 11, true],
    ['$é$;$é$x', 'string', 7, true],
    ['$t$ open $$', 'string', 11, false],
    ['$1$$', 'parameter', 2, true],
    ['$name;', 'parameter', 5, true],
    ['$1_0$$', 'parameter', 4, true],
    ['?;', 'parameter', 1, true],
    ['?1e5$$;', 'parameter', 2, true],
    ['??', 'parameter', 1, true],
    ['=?', 'operator', 1, true],
    ['$;', 'punctuation', 1, true],
    [String.raw`$e'\';'`, 'punctuation', 1, true],
    ['-- a;b\nx', 'comment', 6, true],
    ['-- a;b\rx', 'comment', 6, true],
    ['/* /* ; */ ; */x', 'comment', 15, true],
    ['/* /* */', 'comment', 8, false],
    ['a$$;', 'word', 3, true],
    ['été1 ', 'word', 4, true],
    ['1.5e-3;', 'number', 6, true],
    ['.5x', 'number', 2, true],
    ['1_000,', 'number', 5, true],
    ['1_$$;', 'number', 1, true],
    ['1__0', 'number', 1, true],
    ['1e_5$$;', 'number', 1, true],
    ['1..2', 'number', 1, true],
    ['0x1$$;', 'number', 1, true],
    ['+--x', 'operator', 1, true],
    ['+/*x', 'operator', 1, true],
    ['->>x', 'operator', 3, true],
    ['(x', 'punctuation', 1, true],
    ['::x', 'punctuation', 1, true],
    [';;', 'semicolon', 1, true],
    ['\u000b', 'punctuation', 1, true],
  ];
  test.each(cases)('reads %j as %s of %i', (text, kind, length, closed) => {
    expect(readTokens(text).next().value).toEqual({ kind, start: 0, end: length, closed });
  });

  test('is missing at the end', () => {
    expect([...readTokens('a', 1)]).toEqual([]);
  });
});

describe('a Unicode space', () => {
  const isPartOfName = (text: string) =>
    [...readTokens(text)].some(
      ({ kind, start, end }) =>
        kind === 'word' && /[\xa0\u180e\u2000-\u3000\ufeff]/.test(text.slice(start, end)),
    );
  test.each([
    'a\u00a0b',
    '\ufeffselect 1',
    'a\u200bb',
    'select 1\u3000',
    "'it''s'\u3000b",
    '$t$ $a$ $t$ \u3000',
    'a$1 \u3000b',
    '-- it\u2019s\n\u2003b',
    'a\u00a0;',
  ])('is a blank in %j', (text) => {
    expect(isPartOfName(text)).toBe(false);
  });
  test.each([
    ['at the very end of the text', 'select 1\u00a0'],
    ["behind a dollar tag in a name, which to DuckDB's first pass opens a string", 'a$$b\u3000c'],
    ['right behind a dollar-quoted string, whose last $ opens the next', '$$a$$\u3000b'],
    ['between what is no quotes but looks like them', "/* don't */ a\u3000b"],
    ['behind an escaped quote', "e'\\'' a\u3000b"],
    ['within a tag', 'a$b\u3000c'],
    ['of another width', 'a\u200cb\u180e'],
  ])('is part of a name %s', (_where, text) => {
    expect(isPartOfName(text)).toBe(true);
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
