/** What the line editor knows between two keys, and the primitive changes that everything else is made of. */
export interface EditorState {
  /** The whole statement; lines are separated by `\n`. */
  readonly text: string;
  /** UTF-16 offset, always at a grapheme boundary. */
  readonly cursor: number;
  /** Cell that moving up and down aims for, kept over shorter lines. */
  readonly goalColumn: number | undefined;
  /** What C-k, C-u, C-w and M-d took and C-y gives back. */
  readonly killed: string;
  /** Kills in a row join; walking the history goes on past multi-line entries. */
  readonly lastAction: 'kill' | 'history' | 'typing' | 'other';
  readonly undo: readonly Snapshot[];
  /** Where in the history the text comes from; undefined for the user's own draft. */
  readonly walk: { readonly index: number; readonly draft: string } | undefined;
  readonly search: HistorySearch | undefined;
  readonly menu: CompletionMenu | undefined;
}

export interface Snapshot {
  readonly text: string;
  readonly cursor: number;
}

/** An incremental search through the history: what is looked for, where it was found, and the way back. */
export interface HistorySearch {
  readonly query: string;
  /** Index of the entry shown; the history's length while nothing is found. */
  readonly index: number;
  readonly failed: boolean;
  readonly origin: Snapshot;
}

/** What Tab offers, while it does. */
export interface CompletionMenu {
  /** The part of the text that a candidate replaces: `start` up to the cursor. */
  readonly start: number;
  readonly original: string;
  readonly candidates: readonly string[];
  /** Which candidate is in the text; -1 while it is only their common beginning. */
  readonly index: number;
}

export interface EditorContext {
  /** Oldest first. */
  readonly history: readonly string[];
  /** Whether Enter runs the text rather than adding a line to it. */
  isReady(text: string): boolean;
}

export interface EditorStep {
  readonly state: EditorState;
  readonly effect?: EditorEffect;
}

/** What the editor cannot do by itself. */
export type EditorEffect =
  | { readonly kind: 'submit'; readonly text: string }
  /** C-c. */
  | { readonly kind: 'interrupt' }
  /** C-d on an empty line. */
  | { readonly kind: 'end' }
  | { readonly kind: 'clear-screen' }
  | { readonly kind: 'complete' }
  /** C-z. */
  | { readonly kind: 'suspend' };

export const EMPTY_EDITOR: EditorState = {
  text: '',
  cursor: 0,
  goalColumn: undefined,
  killed: '',
  lastAction: 'other',
  undo: [],
  walk: undefined,
  search: undefined,
  menu: undefined,
};

/** Moves the cursor and forgets what only made sense at the old place. */
export function moveTo(state: EditorState, cursor: number): EditorState {
  return { ...state, cursor, goalColumn: undefined, lastAction: 'other' };
}

/** Replaces `start` to `end` with `insertion`, cursor behind it, undoable. */
export function replaceRange(
  state: EditorState,
  start: number,
  end: number,
  insertion: string,
  action: EditorState['lastAction'] = 'other',
): EditorState {
  if (start === end && insertion === '') return { ...state, lastAction: action };
  // Characters typed one after the other undo together.
  const joins = action === 'typing' && state.lastAction === 'typing';
  const undo = joins
    ? state.undo
    : [...state.undo.slice(-UNDO_MAX), { text: state.text, cursor: state.cursor }];
  return {
    ...state,
    text: state.text.slice(0, start) + insertion + state.text.slice(end),
    cursor: start + insertion.length,
    goalColumn: undefined,
    lastAction: action,
    undo,
  };
}

/** Shows another text as a whole, cursor at its end. */
export function showText(state: EditorState, text: string): EditorState {
  return { ...state, text, cursor: text.length, goalColumn: undefined, undo: [] };
}

const UNDO_MAX = 200;
