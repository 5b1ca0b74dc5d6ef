/** What each chord does: one table, readable as the list of keys of the shell. */
import { nextGrapheme, previousGrapheme } from '../render/display-text.js';
import {
  type EditorContext,
  type EditorState,
  type EditorStep,
  moveTo,
  replaceRange,
  showText,
} from './editor-state.js';
import { startSearch } from './history-search.js';
import {
  blankLeft,
  columnOf,
  lineAbove,
  lineBelow,
  lineEnd,
  lineStart,
  wordLeft,
  wordRight,
} from './motions.js';

type Command = (state: EditorState, context: EditorContext) => EditorStep;
/** From the text and the cursor to another offset. */
type Motion = (text: string, cursor: number) => number;

export const CHORDS: Readonly<Record<string, Command>> = {
  enter,
  'C-j': enter,
  'M-enter': newLine,
  'S-enter': newLine,
  tab: (state) => ({ state, effect: { kind: 'complete' } }),

  left: move(previousGrapheme),
  'C-b': move(previousGrapheme),
  right: move(nextGrapheme),
  'C-f': move(nextGrapheme),
  home: move(lineStart),
  'C-a': move(lineStart),
  end: move(lineEnd),
  'C-e': move(lineEnd),
  'M-b': move(wordLeft),
  'C-left': move(wordLeft),
  'M-left': move(wordLeft),
  'M-f': move(wordRight),
  'C-right': move(wordRight),
  'M-right': move(wordRight),
  'M-<': move(() => 0),
  'C-home': move(() => 0),
  'M->': move((text) => text.length),
  'C-end': move((text) => text.length),

  up: vertical(lineAbove, -1),
  down: vertical(lineBelow, 1),
  'C-p': (state, context) => ({ state: walkHistory(state, context, -1) }),
  'C-n': (state, context) => ({ state: walkHistory(state, context, 1) }),
  'C-r': (state, context) => ({ state: startSearch(state, context) }),

  backspace: erase(previousGrapheme),
  delete: erase(nextGrapheme),
  'C-d': (state) =>
    state.text === ''
      ? { state, effect: { kind: 'end' } }
      : { state: eraseTo(state, nextGrapheme(state.text, state.cursor)) },
  'C-k': kill((text, cursor) => Math.max(lineEnd(text, cursor), Math.min(cursor + 1, text.length))),
  'C-u': kill((text, cursor) => Math.min(lineStart(text, cursor), Math.max(cursor - 1, 0))),
  'C-w': kill(blankLeft),
  'M-backspace': kill(wordLeft),
  'M-d': kill(wordRight),
  'C-y': (state) => ({ state: replaceRange(state, state.cursor, state.cursor, state.killed) }),
  'C-t': (state) => ({ state: transpose(state) }),
  'C-_': (state) => ({ state: undo(state) }),

  'C-c': (state) => ({ state, effect: { kind: 'interrupt' } }),
  'C-l': (state) => ({ state, effect: { kind: 'clear-screen' } }),
  'C-z': (state) => ({ state, effect: { kind: 'suspend' } }),
};

function enter(state: EditorState, context: EditorContext): EditorStep {
  return context.isReady(state.text)
    ? { state: moveTo(state, state.text.length), effect: { kind: 'submit', text: state.text } }
    : newLine(state);
}

function newLine(state: EditorState): EditorStep {
  return { state: replaceRange(state, state.cursor, state.cursor, '\n') };
}

function move(motion: Motion): Command {
  return (state) => ({ state: moveTo(state, motion(state.text, state.cursor)) });
}

/** Up and down: inside the statement first, through the history from its edge. */
function vertical(
  line: (text: string, cursor: number, column: number) => number | undefined,
  step: 1 | -1,
): Command {
  return (state, context) => {
    const column = state.goalColumn ?? columnOf(state.text, state.cursor);
    const target = state.lastAction === 'history' ? undefined : line(state.text, state.cursor, column);
    return {
      state:
        target === undefined
          ? walkHistory(state, context, step)
          : { ...moveTo(state, target), goalColumn: column },
    };
  };
}

function walkHistory(state: EditorState, { history }: EditorContext, step: 1 | -1): EditorState {
  const from = state.walk?.index ?? history.length;
  const index = from + step;
  if (index < 0 || index > history.length) return state;
  const draft = state.walk?.draft ?? state.text;
  const shown = showText(state, history[index] ?? draft);
  return { ...shown, lastAction: 'history', walk: index === history.length ? undefined : { index, draft } };
}

function erase(motion: Motion): Command {
  return (state) => ({ state: eraseTo(state, motion(state.text, state.cursor)) });
}

function eraseTo(state: EditorState, target: number): EditorState {
  return replaceRange(state, Math.min(target, state.cursor), Math.max(target, state.cursor), '');
}

/** Erases into the kill buffer; kills in a row add up in reading order. */
function kill(motion: Motion): Command {
  return (state) => {
    const target = motion(state.text, state.cursor);
    if (target === state.cursor) return { state };
    const start = Math.min(target, state.cursor);
    const end = Math.max(target, state.cursor);
    const taken = state.text.slice(start, end);
    const joined =
      state.lastAction !== 'kill'
        ? taken
        : target < state.cursor
          ? taken + state.killed
          : state.killed + taken;
    return { state: { ...replaceRange(state, start, end, '', 'kill'), killed: joined } };
  };
}

/** Swaps the characters around the cursor; at the end of a line the two before it. */
function transpose(state: EditorState): EditorState {
  const { text, cursor } = state;
  const second = cursor === lineEnd(text, cursor) ? previousGrapheme(text, cursor) : cursor;
  const first = previousGrapheme(text, second);
  if (second <= lineStart(text, cursor)) return state;
  const end = nextGrapheme(text, second);
  return replaceRange(state, first, end, text.slice(second, end) + text.slice(first, second));
}

function undo(state: EditorState): EditorState {
  const last = state.undo.at(-1);
  if (last === undefined) return state;
  return { ...moveTo(state, last.cursor), text: last.text, undo: state.undo.slice(0, -1) };
}
