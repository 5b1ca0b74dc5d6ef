/** What Tab offers: the common beginning at once, then each candidate in turn. */
import { cutText, displayWidth } from '../render/display-text.js';
import { type CompletionMenu, type EditorState, replaceRange } from './editor-state.js';

/** Candidates for the text between `start` and the cursor, best first. */
export interface Completion {
  readonly start: number;
  readonly candidates: readonly string[];
}

/** Puts in what is certain and opens a menu where more than one candidate is left. */
export function applyCompletion(state: EditorState, { start, candidates }: Completion): EditorState {
  const [first] = candidates;
  if (first === undefined) return state;
  const original = state.text.slice(start, state.cursor);
  if (candidates.length === 1) return replaceRange(state, start, state.cursor, first);
  const common = commonStart(candidates);
  const longer = common.length > original.length ? replaceRange(state, start, state.cursor, common) : state;
  return {
    ...longer,
    menu: { start, original: longer.text.slice(start, longer.cursor), candidates, index: -1 },
  };
}

/** The next or previous candidate, or back to what the user typed. */
export function cycleMenu(state: EditorState, menu: CompletionMenu, step: 1 | -1 | 'original'): EditorState {
  const count = menu.candidates.length;
  const index =
    step === 'original' ? -1 : menu.index < 0 && step < 0 ? count - 1 : (menu.index + step) % count;
  const wrapped = step !== 'original' && index < 0 ? count - 1 : index;
  const insertion = menu.candidates[wrapped] ?? menu.original;
  return { ...replaceRange(state, menu.start, state.cursor, insertion), menu: { ...menu, index: wrapped } };
}

/** The candidates under the input, in columns, the chosen one in brackets; rows that do not fit are counted. */
export function menuLines(menu: CompletionMenu, columns: number): string[] {
  const shown = menu.candidates.map((candidate, index) =>
    index === menu.index ? `[${candidate.trim()}]` : ` ${candidate.trim()} `,
  );
  const width = Math.min(Math.max(...shown.map(displayWidth)) + 1, Math.max(columns, 1));
  const across = Math.max(1, Math.floor(columns / width));
  const rows = Array.from({ length: Math.ceil(shown.length / across) }, (_, row) =>
    shown
      .slice(row * across, (row + 1) * across)
      .map((text) => padTo(cutText(text, width), width))
      .join('')
      .trimEnd(),
  );
  const current = Math.max(0, Math.floor(menu.index / across));
  const start = Math.max(0, Math.min(current - MENU_ROWS_MAX + 1, rows.length - MENU_ROWS_MAX));
  const hidden = rows.length - Math.min(rows.length, MENU_ROWS_MAX);
  const visible = rows.slice(start, start + MENU_ROWS_MAX);
  return hidden === 0 ? visible : [...visible, ` … ${menu.candidates.length} in all`];
}

const MENU_ROWS_MAX = 5;

function padTo(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}

/** Longest beginning that all share, in the case of the first. */
function commonStart(candidates: readonly string[]): string {
  let [common = ''] = candidates;
  for (const candidate of candidates) {
    let length = 0;
    while (length < common.length && common[length]?.toLowerCase() === candidate[length]?.toLowerCase())
      length++;
    common = common.slice(0, length);
  }
  return common;
}
