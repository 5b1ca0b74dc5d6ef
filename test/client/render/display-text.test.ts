import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cutText,
  displayWidth,
  escapeControls,
  graphemes,
  nextGrapheme,
  previousGrapheme,
} from '../../../src/client/render/display-text.js';

describe('displayWidth', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['é', 1],
    ['e\u0301', 1],
    ['東京', 4],
    ['한국', 4],
    ['ｱ', 1],
    ['👍', 2],
    ['👍🏽', 2],
    ['👩‍👩‍👧', 2],
    ['🇩🇪', 2],
    ['❤️', 2],
    ['❤', 1],
    ['1️⃣', 2],
    ['\u200b', 0],
    ['\u0301', 0],
    ['a\u00adb', 2],
    ['…', 1],
    ['─', 1],
  ])('%j takes %i cells', (text, cells) => {
    expect(displayWidth(text)).toBe(cells);
  });

  it('is the sum of the widths of the graphemes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const parts = graphemes(text);
        expect(parts.map((part) => part.text).join('')).toBe(text);
        expect(parts.reduce((sum, part) => sum + part.width, 0)).toBe(displayWidth(text));
      }),
    );
  });
});

describe('cutText', () => {
  it('leaves alone what fits', () => {
    expect(cutText('東京', 4)).toBe('東京');
  });

  it('never splits a wide character', () => {
    expect(cutText('東京都', 4)).toBe('東…');
    expect(cutText('東京都', 5)).toBe('東京…');
  });

  it('never exceeds the width', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(20), (text, width) => {
        expect(displayWidth(cutText(text, width))).toBeLessThanOrEqual(width);
      }),
    );
  });
});

describe('escapeControls', () => {
  it.each([
    ['plain 東京 text', 'plain 東京 text'],
    ['a\nb\r\nc', 'a⏎b⏎c'],
    ['\x1b[31mred', '\\x1b[31mred'],
    ['\x9b31m', '\\x9b31m'],
    ['a\tb\rc\0', 'a\\tb\\rc\\x00'],
    ['abc\u202edef', 'abc\\u202edef'],
  ])('shows %j as %j', (text, shown) => {
    expect(escapeControls(text)).toBe(shown);
  });
});

describe('grapheme boundaries', () => {
  it('step over a family as over one character', () => {
    const text = 'a👩‍👩‍👧b';
    const after = text.length - 1;
    expect(nextGrapheme(text, 1)).toBe(after);
    expect(previousGrapheme(text, after)).toBe(1);
    expect(nextGrapheme(text, text.length)).toBe(text.length);
    expect(previousGrapheme(text, 0)).toBe(0);
  });
});

describe('graphemes', () => {
  it('are those of Intl.Segmenter, however long the text', () => {
    const piece = fc.constantFrom(
      'abc',
      ' ',
      '\n',
      '\r\n',
      'e\u0301',
      '東京',
      '👩‍👩‍👧',
      '🇩🇪',
      'é',
      '\u0301',
      '\ud83d',
    );
    const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 400, size: 'max' }), (pieces) => {
        const text = pieces.join('');
        const expected = Array.from(segmenter.segment(text), ({ segment }) => segment);
        expect(graphemes(text).map((part) => part.text)).toEqual(expected);
      }),
    );
  });

  it('of tens of megabytes are measured', () => {
    expect(displayWidth('x'.repeat(20_000_000))).toBe(20_000_000);
    expect(displayWidth(`${'x'.repeat(5_000_000)}é東`)).toBe(5_000_003);
    expect(displayWidth('東'.repeat(300_000))).toBe(600_000);
  });
});
