import { describe, expect, it } from 'vitest';
import { DOT_COMMANDS } from '../../../src/client/meta/dot-commands.js';
import { toLike } from '../../../src/client/meta/like-pattern.js';
import { findDotCommand } from '../../../src/client/meta/run-dot-command.js';
import { isCommandLine, splitScript } from '../../../src/client/meta/split-script.js';
import { splitWords } from '../../../src/client/meta/split-words.js';
import { GizmoError } from '../../../src/errors.js';

describe('splitWords', () => {
  it.each([
    ['.mode csv', ['.mode', 'csv']],
    ["  .read  'my file.sql' ", ['.read', 'my file.sql']],
    ['.print "a \\"b\\" \\\\ c" d\'e f\'', ['.print', 'a "b" \\ c', 'de f']],
    ['.read C:\\data\\x.sql', ['.read', 'C:\\data\\x.sql']],
    [".nullvalue ''", ['.nullvalue', '']],
    ['\\dt people;', ['\\dt', 'people']],
    ['', []],
  ])('%j has the words %j', (line, words) => {
    expect(splitWords(line)).toEqual(words);
  });

  it('names a quote that stays open', () => {
    expect(() => splitWords('.read "a b')).toThrow(
      new GizmoError('USAGE', 'The quote at ""a b" is not closed.'),
    );
  });
});

describe('findDotCommand', () => {
  it.each([
    ['.tables', 'tables'],
    ['.TABLES', 'tables'],
    ['.ta', 'tables'],
    ['.q', 'quit'],
    ['.exit', 'quit'],
    ['\\q', 'quit'],
    ['\\dt', 'tables'],
    ['\\d', 'describe'],
    ['\\l', 'catalogs'],
    ['\\dn', 'schemas'],
    ['\\i', 'read'],
    ['\\o', 'output'],
    ['\\timing', 'timer'],
    ['\\?', 'help'],
    ['\\x', 'expanded'],
  ])('takes %s for .%s', (typed, name) => {
    expect(findDotCommand(typed).name).toBe(name);
  });

  it('names all that an ambiguous beginning may mean', () => {
    expect(() => findDotCommand('.ex')).toThrow('.ex may mean .exit, .expanded.');
  });

  it('suggests the nearest name for one it does not know', () => {
    expect(() => findDotCommand('.tabels')).toThrow('Unknown command .tabels. Did you mean .tables?');
    expect(() => findDotCommand('.xyzzy')).toThrow('Unknown command .xyzzy. .help lists the commands.');
    expect(() => findDotCommand('\\zz')).toThrow('Unknown command \\zz. \\? lists the commands.');
  });

  it('has each name once', () => {
    const names = DOT_COMMANDS.flatMap((command) => [command.name, ...command.aliases]);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('splitScript', () => {
  const parts = (text: string) => Array.from(splitScript(text), (part) => part.text);

  it('tells statements and commands apart', () => {
    expect([...splitScript('select 1; -- one\n.mode csv\n  .timer on\nselect\n2')]).toEqual([
      { kind: 'statement', text: 'select 1' },
      { kind: 'command', text: '.mode csv' },
      { kind: 'command', text: '.timer on' },
      { kind: 'statement', text: 'select\n2' },
    ]);
  });

  it('takes a line with a dot inside a statement or a string for SQL', () => {
    expect(parts("select\n.5;select '\n.mode csv\n';")).toEqual(['select\n.5', "select '\n.mode csv\n'"]);
  });

  it('takes a command only at the start of a line', () => {
    expect(parts('select 1; .mode csv')).toEqual(['select 1', '.mode csv']);
    expect(Array.from(splitScript('select 1; .mode csv'), (part) => part.kind)).toEqual([
      'statement',
      'statement',
    ]);
  });

  it('leaves out empty statements', () => {
    expect(parts(';; -- nothing\n;')).toEqual([]);
  });

  it('leaves out a no-break space behind the last semicolon', () => {
    expect(parts('select 1;\u00a0')).toEqual(['select 1']);
  });

  it('reads each statement on its own, as the server gets it', () => {
    expect(parts("select a$$b;\nselect 1\u3000;\n.print it's\n\u3000select 2\u3000;")).toEqual([
      'select a$$b',
      'select 1',
      ".print it's",
      'select 2',
    ]);
  });

  it('ends a command at a carriage return too', () => {
    expect(parts('.mode csv\r\nselect 1;\r\n')).toEqual(['.mode csv', 'select 1']);
  });
});

describe('isCommandLine', () => {
  it.each([
    ['.tables', true],
    ['  .mode csv', true],
    ['\\d people', true],
    ['.5', false],
    ['select 1', false],
    ['.read x\nselect', false],
  ])('%j: %j', (text, is) => {
    expect(isCommandLine(text)).toBe(is);
  });
});

describe('toLike', () => {
  it.each([
    ['people', 'people'],
    ['my_table', 'my\\_table'],
    ['p*', 'p%'],
    ['p?', 'p_'],
    ['p%', 'p%'],
  ])('%j becomes %j', (pattern, like) => {
    expect(toLike(pattern)).toBe(like);
  });
});
