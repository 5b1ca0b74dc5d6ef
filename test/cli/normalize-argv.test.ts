import { describe, expect, test } from 'vitest';
import { type FlagShape, normalizeArgv } from '../../src/cli/normalize-argv.js';

const FLAGS: Record<string, FlagShape> = {
  quiet: { type: 'boolean', char: 'q' },
  tls: { type: 'boolean', allowNo: true },
  tuples: { type: 'boolean', char: 't' },
  command: { type: 'option', char: 'c' },
  'null-string': { type: 'option', aliases: ['null'] },
  certificate: { type: 'option', charAliases: ['T'] },
};
const normalize = (...argv: string[]) => normalizeArgv(argv, FLAGS, ['certificate'], ['query-tag']);

describe('normalizeArgv', () => {
  test.each([
    [['--quiet'], ['--quiet']],
    [
      ['--quiet=true', 'x'],
      ['--quiet', 'x'],
    ],
    [
      ['--quiet', 'TRUE', 'x'],
      ['--quiet', 'x'],
    ],
    [['--quiet', 'false'], []],
    [['--tls=false'], ['--no-tls']],
    [['--tls', 'false'], ['--no-tls']],
    [['--no-tls'], ['--no-tls']],
    [
      ['-q', 'true', 'x'],
      ['--quiet', 'x'],
    ],
    [['-qtcselect 1'], ['--quiet', '--tuples', '--command=select 1']],
    [
      ['-tc', '-1'],
      ['--tuples', '--command', '-1'],
    ],
    [['-c=x=y'], ['--command=x=y']],
    [
      ['--command', '--quiet'],
      ['--command', '--quiet'],
    ],
    [
      ['--null', ''],
      ['--null-string', ''],
    ],
    [['--null='], ['--null-string=']],
    [
      ['--certificate', 'a', 'b', 'c'],
      ['--certificate', 'a', '--certificate', 'b', 'c'],
    ],
    [
      ['-T', 'a', 'b'],
      ['--certificate', 'a', '--certificate', 'b'],
    ],
    [
      ['-', '--', '--quiet', 'false'],
      ['-', '--', '--quiet', 'false'],
    ],
    [
      ['--unknown', 'true'],
      ['--unknown', 'true'],
    ],
    [
      ['-c', '--query-tag'],
      ['--command', '--query-tag'],
    ],
  ])('turns %j into %j', (argv, expected) => {
    expect(normalize(...argv)).toEqual(expected);
  });

  test.each([
    [['--quiet=maybe'], /either on or off/],
    [['--certificate', 'a'], /two values/],
    [['--certificate', 'a', '--quiet'], /two values/],
    [['--query-tag=x'], /--query-tag is not in this version yet/],
    [['--query-tag', 'x'], /not in this version yet/],
  ])('refuses %j', (argv, message) => {
    expect(() => normalize(...argv)).toThrow(message);
  });
});
