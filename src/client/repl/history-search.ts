/** C-r: incremental search through the history, newest first, case-insensitive. */
import {
  type EditorContext,
  type EditorState,
  type EditorStep,
  type HistorySearch,
  moveTo,
} from './editor-state.js';
import type { Key } from './key-decoder.js';

/** Opens the search; nothing changes on the screen but the prompt. */
export function startSearch(state: EditorState, { history }: EditorContext): EditorState {
  const origin = { text: state.text, cursor: state.cursor };
  return { ...state, search: { query: '', index: history.length, failed: false, origin } };
}

/** One key while searching. `replay` says that the key ended the search and still has its usual meaning. */
export function searchKey(
  state: EditorState,
  search: HistorySearch,
  key: Key,
  context: EditorContext,
): EditorStep & { readonly replay?: boolean } {
  if (key.kind !== 'chord')
    return { state: find(state, search, search.query + key.text, search.index, -1, context) };
  switch (key.chord) {
    case 'C-r':
      return { state: find(state, search, search.query, search.index - 1, -1, context) };
    case 'C-s':
      return { state: find(state, search, search.query, search.index + 1, 1, context) };
    case 'backspace': {
      const query = Array.from(search.query).slice(0, -1).join('');
      return { state: find(state, search, query, context.history.length, -1, context) };
    }
    case 'C-g':
    case 'C-c':
      return {
        state: { ...moveTo(state, search.origin.cursor), text: search.origin.text, search: undefined },
      };
    case 'escape':
      return { state: accept(state, search, context) };
    default:
      return { state: accept(state, search, context), replay: true };
  }
}

function accept(state: EditorState, search: HistorySearch, { history }: EditorContext): EditorState {
  const found = search.index < history.length && search.query !== '';
  const walk = found ? { index: search.index, draft: search.origin.text } : state.walk;
  return { ...state, search: undefined, walk, undo: [] };
}

/** Shows the nearest entry from `from` on, in direction `step`, that holds `query`. */
function find(
  state: EditorState,
  search: HistorySearch,
  query: string,
  from: number,
  step: 1 | -1,
  { history }: EditorContext,
): EditorState {
  if (query === '')
    return { ...state, ...search.origin, search: { ...search, query, index: history.length, failed: false } };
  const wanted = query.toLowerCase();
  for (let index = Math.min(from, history.length - 1); index >= 0 && index < history.length; index += step) {
    const entry = history[index] ?? '';
    const at = entry.toLowerCase().lastIndexOf(wanted);
    // The same statement twice in a row of finds is no progress for who presses C-r again.
    if (at < 0 || (from !== search.index && entry === state.text)) continue;
    return {
      ...moveTo(state, Math.min(at, entry.length)),
      text: entry,
      search: { ...search, query, index, failed: false },
    };
  }
  return { ...state, search: { ...search, query, failed: true } };
}
