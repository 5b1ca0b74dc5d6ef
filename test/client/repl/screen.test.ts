import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type InputView, layOut, leave, paint } from '../../../src/client/repl/screen.js';
import { VirtualScreen } from '../../support/virtual-screen.js';

function view(text: string, cursor = text.length, below: string[] = []): InputView {
  return { prompt: 'memory.main> ', continuation: '         -> ', text, cursor, below, color: false };
}

describe('layOut', () => {
  it('puts a prompt before each line', () => {
    const frame = layOut(view('select\n1;'), { columns: 40, rows: 10 });
    expect(frame.rows.map((row) => row.text)).toEqual(['memory.main> select', '         -> 1;']);
    expect(frame.cursor).toEqual({ row: 1, column: 14 });
  });

  it('folds a long line and never splits a wide character', () => {
    const frame = layOut(view('ab東京'), { columns: 16, rows: 10 });
    expect(frame.rows.map((row) => row.text)).toEqual(['memory.main> ab', '東京']);
  });

  it('puts the cursor on a fresh row behind a full one', () => {
    expect(layOut(view('abc'), { columns: 16, rows: 10 }).cursor).toEqual({ row: 1, column: 0 });
  });

  it('shows the rows around the cursor of a text longer than the screen', () => {
    const text = Array.from({ length: 50 }, (_, index) => `line${index}`).join('\n');
    const frame = layOut(view(text, text.indexOf('line25')), { columns: 40, rows: 5 });
    expect(frame.rows).toHaveLength(5);
    expect(frame.rows[frame.cursor.row]?.text).toContain('line25');
  });

  it('shows control characters and sends none of them', () => {
    const frame = layOut(view('a\x1b[31m\tb'), { columns: 60, rows: 5 });
    expect(frame.rows[0]?.text).toBe('memory.main> a\\x1b[31m    b');
  });
});

describe('what a server or a paste says', () => {
  it('is shown in prompt and candidates, and not obeyed', () => {
    const evil = { ...view('', 0, ['\x1b[2Jname']), prompt: 'db\x1b]0;x\x07> ' };
    const frame = layOut(evil, { columns: 60, rows: 5 });
    expect(frame.rows.map((row) => row.text)).toEqual(['db\\x1b]0;x\\x07> ', '\\x1b[2Jname']);
  });

  it('leaves the cursor in its place when half of a character is before it', () => {
    expect(layOut(view('a\u0301b', 1), { columns: 60, rows: 5 }).cursor).toEqual({ row: 0, column: 14 });
  });
});

describe('paint', () => {
  it('leaves the screen as if painted afresh, whatever was there before', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'b', ' ', '東', '\n', '👍', 'é', '\t'),
      maxLength: 60,
    });
    const views = fc.array(
      fc.record({
        text,
        at: fc.nat(60),
        below: fc.array(fc.constantFrom('one', 'two  three'), { maxLength: 3 }),
      }),
      { minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(views, fc.integer({ min: 14, max: 40 }), (steps, columns) => {
        const size = { columns, rows: 12 };
        const screen = new VirtualScreen(columns, 24);
        let before: ReturnType<typeof layOut> | undefined;
        for (const step of steps) {
          const parts = Array.from(step.text);
          const cursor = parts.slice(0, step.at % (parts.length + 1)).join('').length;
          const after = layOut(view(step.text, cursor, step.below), size);
          screen.write(paint(before, after));
          before = after;
          const fresh = new VirtualScreen(columns, 24);
          fresh.write(paint(undefined, after));
          expect(screen.lines()).toEqual(fresh.lines());
          expect(screen.cursor).toEqual(fresh.cursor);
          expect(screen.cursor).toEqual(after.cursor);
        }
      }),
    );
  });

  it('moves only the cursor where only the cursor moved', () => {
    const before = layOut(view('abc', 3), { columns: 40, rows: 10 });
    const after = layOut(view('abc', 1), { columns: 40, rows: 10 });
    expect(paint(before, after)).toBe('\r\x1b[14C');
  });

  it('goes below the whole input when it leaves', () => {
    const screen = new VirtualScreen(40, 10);
    const frame = layOut(view('a\nb\nc', 1), { columns: 40, rows: 10 });
    screen.write(paint(undefined, frame) + leave(frame));
    expect(screen.cursor).toEqual({ row: 3, column: 0 });
  });
});
