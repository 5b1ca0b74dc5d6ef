import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyCompletion } from '../../../src/client/repl/completion-menu.js';
import { edit } from '../../../src/client/repl/editor.js';
import { CHORDS } from '../../../src/client/repl/editor-commands.js';
import { type EditorEffect, type EditorState, EMPTY_EDITOR } from '../../../src/client/repl/editor-state.js';
import type { Key } from '../../../src/client/repl/key-decoder.js';
import { isComplete } from '../../../src/sql/split-statements.js';

const history = ['select 1;', 'select 2,\n  3;', 'from t;'];
const context = { history, isReady: isComplete };

/** Presses keys: words in <> are chords, everything else is typed. */
function press(
  keys: string,
  from: EditorState = EMPTY_EDITOR,
): { state: EditorState; effects: EditorEffect[] } {
  let state = from;
  const effects: EditorEffect[] = [];
  for (const [typed, chord] of keys.matchAll(/<(M-<|M->|[^<>]+)>|./gsu)) {
    const key: Key = chord === undefined ? { kind: 'text', text: typed } : { kind: 'chord', chord };
    const step = edit(state, key, context);
    state = step.state;
    if (step.effect !== undefined) effects.push(step.effect);
  }
  return { state, effects };
}

/** The text with `|` where the cursor is. */
function shown(keys: string, from?: EditorState): string {
  const { state } = press(keys, from);
  return `${state.text.slice(0, state.cursor)}|${state.text.slice(state.cursor)}`;
}

describe('Enter', () => {
  it('runs a statement that ends with a semicolon, wherever the cursor is', () => {
    expect(press('select 1;<C-a><enter>').effects).toEqual([{ kind: 'submit', text: 'select 1;' }]);
  });

  it('adds a line to one that does not, and to one with an open quote', () => {
    expect(shown('select 1<enter>')).toBe('select 1\n|');
    expect(shown("select ';<enter>")).toBe("select ';\n|");
  });

  it('adds a line with Alt even to a complete one', () => {
    expect(shown('select 1;<M-enter>')).toBe('select 1;\n|');
  });
});

describe('a paste', () => {
  it('never runs anything', () => {
    const step = edit(EMPTY_EDITOR, { kind: 'paste', text: 'select 1;\nselect 2;\n' }, context);
    expect(step.effect).toBeUndefined();
    expect(step.state.text).toBe('select 1;\nselect 2;\n');
  });
});

describe('emacs keys', () => {
  it.each([
    ['ab cd<C-a>', '|ab cd'],
    ['ab\ncd<C-a>', 'ab\n|cd'],
    ['ab\ncd<up><C-e>', 'ab|\ncd'],
    ['ab cd<M-b>', 'ab |cd'],
    ['ab cd<C-a><M-f>', 'ab| cd'],
    ['ab cd<C-w>', 'ab |'],
    ['a.b "c d"<C-w><C-w>', 'a.b |'],
    ['ab cd<M-backspace>', 'ab |'],
    ['ab cd<C-a><M-d>', '| cd'],
    ['ab\ncd<M-<><C-k>', '|\ncd'],
    ['ab\ncd<M-<><C-k><C-k>', '|cd'],
    ['ab\ncd<C-u>', 'ab\n|'],
    ['ab\ncd<C-u><C-u>', 'ab|'],
    ['one two<C-w><C-w><C-y>', 'one two|'],
    ['one two<C-w><C-a><C-y>', 'two|one '],
    ['ab<C-t>', 'ba|'],
    ['abc<left><C-t>', 'acb|'],
    ['a<C-t>', 'a|'],
    ['ab<left><C-d>', 'a|'],
    ['ab<C-a><delete>', '|b'],
    ['select<C-w>x<C-_><C-_>', 'select|'],
    ['a👩‍👩‍👧<backspace>', 'a|'],
    ['東京<left>', '東|京'],
  ])('%j gives %j', (keys, result) => {
    expect(shown(keys)).toBe(result);
  });

  it('leave with C-d on an empty line only', () => {
    expect(press('<C-d>').effects).toEqual([{ kind: 'end' }]);
    expect(press('a<C-d>').effects).toEqual([]);
  });
});

describe('up and down', () => {
  it('move inside the statement first and keep the column over shorter lines', () => {
    expect(shown('abcdef\nx\nabcdef<left><up><up>')).toBe('abcde|f\nx\nabcdef');
    expect(shown('東京都\nabcdef<left><left><up>')).toBe('東京|都\nabcdef');
  });

  it('recall whole statements and give the draft back', () => {
    expect(shown('draft<up>')).toBe('from t;|');
    expect(shown('draft<up><up>')).toBe('select 2,\n  3;|');
    expect(shown('draft<up><up><up><up>')).toBe('select 1;|');
    expect(shown('draft<up><up><down><down>')).toBe('draft|');
  });

  it('move inside a recalled statement once the cursor was moved', () => {
    expect(shown('<up><up><left><up>')).toBe('sel|ect 2,\n  3;');
  });
});

describe('history search', () => {
  it('finds the newest match as it is typed, older ones with C-r', () => {
    expect(press('<C-r>select').state.text).toBe('select 2,\n  3;');
    expect(press('<C-r>select<C-r>').state.text).toBe('select 1;');
    expect(press('<C-r>select<C-r><C-s>').state.text).toBe('select 2,\n  3;');
    expect(press('<C-r>FROM').state.text).toBe('from t;');
  });

  it('says when nothing matches and keeps the last match', () => {
    const { state } = press('<C-r>fromz');
    expect(state.search?.failed).toBe(true);
    expect(state.text).toBe('from t;');
  });

  it('runs what it found with Enter, edits it with an arrow, forgets it with C-g', () => {
    expect(press('<C-r>from<enter>').effects).toEqual([{ kind: 'submit', text: 'from t;' }]);
    expect(press('<C-r>from<right>').state).toMatchObject({ text: 'from t;', search: undefined });
    expect(press('old<C-r>from<C-g>').state).toMatchObject({ text: 'old', search: undefined });
  });

  it('goes back as the search text is erased', () => {
    expect(press('<C-r>select 1<backspace>').state.text).toBe('select 2,\n  3;');
    expect(press('old<C-r>f<backspace>').state.text).toBe('old');
  });
});

describe('completion', () => {
  const offered = (typed: string, candidates: string[]) =>
    applyCompletion(press(typed).state, { start: 0, candidates });

  it('puts in the only candidate', () => {
    expect(offered('sel', ['select '])).toMatchObject({ text: 'select ', menu: undefined });
  });

  it('puts in what all candidates share, then each in turn, then what was typed', () => {
    const state = offered('t', ['tab_a', 'tab_b']);
    expect(state.text).toBe('tab_');
    expect(shown('<tab>', state)).toBe('tab_a|');
    expect(shown('<tab><tab>', state)).toBe('tab_b|');
    expect(shown('<S-tab>', state)).toBe('tab_b|');
    expect(shown('<tab><tab><tab>', state)).toBe('tab_a|');
    expect(shown('<tab><escape>', state)).toBe('tab_|');
    expect(press('<tab>x', state).state).toMatchObject({ text: 'tab_ax', menu: undefined });
  });
});

describe('any keys', () => {
  it('leave the cursor inside the text and never submit what is not complete', () => {
    const key = fc.oneof(
      fc
        .string({ unit: 'grapheme', minLength: 1, maxLength: 5 })
        .map((text): Key => ({ kind: 'text', text })),
      fc.constantFrom('a;\nb', "'", '$$').map((text): Key => ({ kind: 'paste', text })),
      fc
        .constantFrom(...Object.keys(CHORDS), 'C-g', 'C-s', 'escape')
        .map((chord): Key => ({ kind: 'chord', chord })),
    );
    fc.assert(
      fc.property(fc.array(key, { maxLength: 60 }), (keys) => {
        let state = EMPTY_EDITOR;
        for (const each of keys) {
          const step = edit(state, each, context);
          state = step.state;
          expect(state.cursor).toBeGreaterThanOrEqual(0);
          expect(state.cursor).toBeLessThanOrEqual(state.text.length);
          if (step.effect?.kind === 'submit') expect(isComplete(step.effect.text)).toBe(true);
        }
      }),
    );
  });
});
