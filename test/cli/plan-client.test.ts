import { describe, expect, test } from 'vitest';
import { CLIENT_FLAGS, LATER_CLIENT_FLAGS } from '../../src/cli/client-flags.js';
import { colorsOn } from '../../src/cli/color.js';
import { parseLine } from '../../src/cli/parse-line.js';
import { chooseFormat, collectSteps } from '../../src/cli/plan-client.js';
import { editSecret } from '../../src/cli/read-secret.js';

const parse = (...argv: string[]) => parseLine(argv, CLIENT_FLAGS, LATER_CLIENT_FLAGS);

describe('parseLine', () => {
  test('reads switches, texts, counts and arguments', () => {
    const line = parse(
      'gizmo://h',
      '-p',
      '5',
      '--tls=false',
      '-qt',
      '--null=',
      '--host',
      '-x',
      '--',
      '--csv',
    );
    expect(line.args).toEqual(['gizmo://h', '--csv']);
    expect([line.count('port'), line.isOn('tls'), line.isOn('quiet'), line.isOn('tuples-only')]).toEqual([
      5,
      false,
      true,
      true,
    ]);
    expect([line.text('null-string'), line.text('host'), line.isOn('csv')]).toEqual(['', '-x', undefined]);
  });

  test('--no-x turns a switch off where that is allowed, and is a flag of its own elsewhere', () => {
    const line = parse('--no-tls', '--no-header', '--no-bail');
    expect([line.isOn('tls'), line.isOn('no-header'), line.isOn('bail')]).toEqual([false, true, false]);
    expect(() => parse('--no-quiet')).toThrow(/There is no flag --no-quiet/);
  });

  test('the last of two counts', () => {
    expect(parse('-h', 'a', '--host=b').text('host')).toBe('b');
    expect(parse('--tls', '--no-tls').isOn('tls')).toBe(false);
  });

  test.each([
    [['--hots', 'x'], /no flag --hots. Did you mean --host\?/],
    [['--zzzzzzzzz=secret'], /no flag --zzzzzzzzz. See --help/],
    [['-z'], /no flag -z/],
    [['--host'], /--host needs a value/],
    [['-p', '0'], /--port is a whole number from 1 to 65535, not "0"/],
    [['-p', '1e3'], /not "1e3"/],
    [['--connect-timeout', '-1'], /whole number/],
    [['--query-tag=x'], /not in this version yet/],
  ])('refuses %j', (argv, message) => expect(() => parse(...argv)).toThrow(message));
});

describe('collectSteps', () => {
  test('keeps the order of -c and -f, and - is standard input', () => {
    expect(collectSteps(parse('-f', 'a.sql', 'gizmo://h', '-c', 'select 1', '-q', '-f', '-'))).toEqual([
      { kind: 'file', path: 'a.sql' },
      { kind: 'text', text: 'select 1' },
      { kind: 'stdin' },
    ]);
  });
});

describe('chooseFormat', () => {
  test.each([
    [[], 'box'],
    [['--format', 'jsonl'], 'jsonl'],
    [['--csv', '-o', 'x.json'], 'csv'],
    [['-A'], 'list'],
    [['-o', 'x.CSV'], 'csv'],
    [['-o', 'dir.csv/x'], 'box'],
    [['-o', 'x.arrow'], 'arrow'],
    [['-o', 'x.txt'], 'box'],
    [['-o', 'x.2026'], 'box'],
    [['-o', '.results'], 'box'],
    [['-o', 'x.parquet', '--format', 'arrow'], 'arrow'],
  ])('of %j is %s', (argv, expected) => expect(chooseFormat(parse(...argv))).toBe(expected));

  test.each(['x.parquet', 'dir/x.xlsx', 'x.constructor'])('a file %s must not hold a box', (path) => {
    expect(() => chooseFormat(parse('-o', path))).toThrow(
      /^--output .*: nothing here is written as .*\.csv, .*--format/,
    );
  });

  test('two at once are refused', () => {
    expect(() => chooseFormat(parse('--csv', '--json'))).toThrow(/not both csv and json/);
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
