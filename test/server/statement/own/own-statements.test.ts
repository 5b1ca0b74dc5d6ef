import { describe, expect, it } from 'vitest';
import { GizmoError } from '../../../../src/errors.js';
import type { OwnCommand, OwnFamily } from '../../../../src/server/statement/own/own-statement.js';
import { createOwnStatements } from '../../../../src/server/statement/own/own-statements.js';
import type { Words } from '../../../../src/server/statement/own/words.js';

/** Reads `PAINT name [IN color] [TIMES n] [SAYING 'text']`, and says what it has read. */
class Paint implements OwnFamily {
  readonly begins = [
    ['PAINT', 'WALL'],
    ['SET', 'GLOBAL', /^gizmo_/i],
  ];
  readonly usage = "PAINT WALL name [IN color] [TIMES n] [SAYING 'text']";
  read: unknown[] = [];

  parse(words: Words): OwnCommand {
    if (!words.take('PAINT', 'WALL')) {
      words.take('SET', 'GLOBAL');
      this.read = ['set', words.name('a setting'), words.mark('='), words.integer('a number')];
    } else {
      this.read = [words.name('a name')];
      if (words.take('IN')) this.read.push(words.choose('the color', ['red', 'blue']));
      if (words.take('TIMES')) this.read.push(words.integer('a number'));
      if (words.take('SAYING')) this.read.push(words.string('a text'));
    }
    words.end();
    return {
      what: 'paint',
      mayRun: () => true,
      inTransaction: 'apart',
      schema: { fields: [] },
      run: async () => [],
    };
  }
}

describe('own statements', () => {
  const paint = new Paint();
  const own = createOwnStatements([paint]);

  it.each([
    ['PAINT WALL north', ['north']],
    [' -- first\n paint /* a /* b */ c */ Wall North in RED;', ['North', 'red']],
    ['; paint wall "no ""rth" times 12 ;;', ['no "rth', 12]],
    ["paint wall 'it''s' saying $$'$$", ["it's", "'"]],
    ['paint wall w saying $a$ $$ $a$', ['w', ' $$ ']],
    ['set global gizmo_x = 5', ['set', 'gizmo_x', true, 5]],
    ['SET GLOBAL "GIZMO_x" = 5', ['set', 'GIZMO_x', true, 5]],
  ])('reads %s', (text, read) => {
    expect(own.has(text)).toBe(true);
    expect(own.read(text)).toBeDefined();
    expect(paint.read).toEqual(read);
  });

  it.each([
    'select 1',
    'paint floor north',
    '"paint" wall north',
    'explain paint wall north',
    '(paint wall north)',
    'set global threads = 2',
    "set global 'gizmo_x' = 5",
    'paint',
    '',
    '-- paint wall north',
  ])('leaves to the engine: %s', (text) => {
    expect(own.has(text)).toBe(false);
    expect(own.read(text)).toBeUndefined();
  });

  it.each([
    ['paint wall', 'Syntax error at the end: a name is expected'],
    ['paint wall n in green', 'Syntax error at word 5, line 1: the color is one of red, blue'],
    ['paint wall n\ntimes -1', 'Syntax error at word 5, line 2: a number is expected, a whole number'],
    [
      "paint wall n saying 'secret",
      'Syntax error at word 5, line 1: a text is expected, between single quotes',
    ],
    ["paint wall n saying e'secret'", 'a text is expected, between single quotes'],
    ['paint wall n; select 1', 'Syntax error at word 4, line 1: this is not expected'],
    ['paint wall ann@example.com', 'a name with such a character goes between double quotes'],
    ['paint wall ann-marie', 'a name with such a character goes between double quotes'],
    ['paint wall n - 1', 'this is not expected'],
    ['paint wall ""', 'a name has 1 to 256 characters and no control characters'],
    [`paint wall ${'x'.repeat(257)}`, 'a name has 1 to 256 characters'],
  ])('refuses %s with the usage', (text, reason) => {
    expect(() => own.read(text)).toThrowError(GizmoError);
    expect(() => own.read(text)).toThrowError(reason);
    expect(() => own.read(text)).toThrowError(`Usage: ${paint.usage}`);
    expect(() => own.read(text)).not.toThrowError(/secret/);
  });
});
