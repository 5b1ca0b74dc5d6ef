import { describe, expect, test } from 'vitest';
import { isComplete, splitStatements } from '../../src/sql/split-statements.js';

const texts = (sql: string): string[] => splitStatements(sql).statements.map((piece) => piece.text);

describe('splitStatements', () => {
  test('leaves out empty pieces and comments between statements', () => {
    expect(texts(' ;; -- a;\n select 1 ; /* ; */ ; select 2')).toEqual(['select 1', 'select 2']);
  });

  test('keeps comments inside a statement and says where it stands', () => {
    const sql = '/* lead */ select /* in ; */ 1 -- tail\n;';
    const [piece] = splitStatements(sql).statements;
    expect(piece).toEqual({ text: 'select /* in ; */ 1', start: 11, end: 30, terminated: true });
    expect(sql.slice(11, 30)).toBe(piece?.text);
  });

  test('does not cut inside strings, names, dollar quotes and nested comments', () => {
    const sql = `select ';', e'\\';', ";", $$;$$, $a$;$$;$a$, x';' /* /* ; */ ; */`;
    expect(texts(`${sql}; select 2`)).toEqual([sql.slice(0, sql.indexOf(' /*')), 'select 2']);
  });

  test('marks what has no semicolon yet, and hands back the rest', () => {
    const split = splitStatements("select 1; select 'a");
    expect(split.statements.map(({ terminated }) => terminated)).toEqual([true, false]);
    expect(split.rest).toBe(" select 'a");
  });

  test.each(['select 1;\u00a0', 'select 1; é ;\u00a0', '\u00a0;select 1;'])(
    'leaves out what has no ASCII character in it, as DuckDB does: %j',
    (text) => {
      expect(splitStatements(text)).toMatchObject({ statements: [{ text: 'select 1' }], rest: '' });
    },
  );

  test('an unclosed comment is a rest, though not a statement', () => {
    expect(splitStatements('select 1; /* on')).toMatchObject({
      statements: [{ text: 'select 1' }],
      rest: ' /* on',
    });
  });
});

describe('isComplete', () => {
  test.each([
    ['select 1;', true],
    ['select 1; -- done', true],
    ['', true],
    ['-- nothing', true],
    ['select 1', false],
    ["select ';", false],
    ['select $$;', false],
    ['/* ;', false],
    ['select 1; select', false],
  ])('of %j is %s', (text, expected) => {
    expect(isComplete(text)).toBe(expected);
  });
});
