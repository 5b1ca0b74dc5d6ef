import { describe, expect, test } from 'vitest';
import { chooseFormat, collectSteps } from '../../src/cli/client-job.js';
import { colorsOn } from '../../src/cli/color.js';
import { editSecret } from '../../src/cli/read-secret.js';

describe('collectSteps', () => {
  test('keeps the order of -c and -f, and - is standard input', () => {
    expect(
      collectSteps([
        { type: 'flag', flag: 'file', input: 'a.sql' },
        { type: 'arg', input: 'gizmo://h' },
        { type: 'flag', flag: 'command', input: 'select 1' },
        { type: 'flag', flag: 'quiet', input: '--quiet' },
        { type: 'flag', flag: 'file', input: '-' },
      ]),
    ).toEqual([{ kind: 'file', path: 'a.sql' }, { kind: 'text', text: 'select 1' }, { kind: 'stdin' }]);
  });
});

describe('chooseFormat', () => {
  test.each([
    [{}, 'box'],
    [{ format: 'jsonl' }, 'jsonl'],
    [{ csv: true, output: 'x.json' }, 'csv'],
    [{ 'no-align': true }, 'list'],
    [{ output: 'x.CSV' }, 'csv'],
    [{ output: 'dir.csv/x' }, 'box'],
    [{ output: 'x.arrow' }, 'arrow'],
  ])('of %j is %s', (flags, expected) => expect(chooseFormat(flags)).toBe(expected));

  test('two at once are refused', () => {
    expect(() => chooseFormat({ csv: true, json: true })).toThrow(/not both csv and json/);
  });
});

describe('editSecret', () => {
  test.each([
    ['', 'abc', { line: 'abc' }],
    ['ab', 'c\r', { line: 'abc', done: 'enter' }],
    ['abc', '\u007f\u007fx', { line: 'ax' }],
    ['é🎉', '\u007f', { line: 'é' }],
    ['abc', '\u0015d', { line: 'd' }],
    ['abc', '\u0003', { line: 'abc', done: 'interrupt' }],
    ['', '\u001b[200~pasted\u001b[201~', { line: 'pasted' }],
  ])('%j and %j give %j', (line, keys, expected) => expect(editSecret(line, keys)).toEqual(expected));

  test('takes what no line of a terminal would', () => {
    expect(editSecret('', 'x'.repeat(10_000)).line).toHaveLength(10_000);
  });
});

describe('colorsOn', () => {
  test.each([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [false, { FORCE_COLOR: '1' }, true],
    [true, { TERM: 'dumb' }, false],
  ])('terminal %s with %j: %s', (isTTY, env, expected) => expect(colorsOn({ isTTY }, env)).toBe(expected));
});
