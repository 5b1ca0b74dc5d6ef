/**
 * The line editor as a pure function: state and key in, state and effect out. It knows no terminal, so every
 * behaviour of the shell's input is testable without one.
 */
import { cycleMenu } from './completion-menu.js';
import { CHORDS } from './editor-commands.js';
import { type EditorContext, type EditorState, type EditorStep, replaceRange } from './editor-state.js';
import { searchKey } from './history-search.js';
import type { Key } from './key-decoder.js';

/** One key. Keys that mean nothing change nothing. */
export function edit(state: EditorState, key: Key, context: EditorContext): EditorStep {
  if (state.search !== undefined) {
    const step = searchKey(state, state.search, key, context);
    // A key that ends the search also does what it always does; C-g and C-c only end it.
    return step.replay ? edit(step.state, key, context) : step;
  }
  if (key.kind === 'chord' && state.menu !== undefined) {
    if (key.chord === 'tab') return { state: cycleMenu(state, state.menu, 1) };
    if (key.chord === 'S-tab') return { state: cycleMenu(state, state.menu, -1) };
    if (key.chord === 'escape') return { state: closeMenu(cycleMenu(state, state.menu, 'original')) };
  }
  const before = state.menu === undefined ? state : closeMenu(state);
  if (key.kind === 'chord') return CHORDS[key.chord]?.(before, context) ?? { state: before };
  const action = key.kind === 'text' ? 'typing' : 'other';
  return { state: replaceRange(before, before.cursor, before.cursor, key.text, action) };
}

function closeMenu(state: EditorState): EditorState {
  return { ...state, menu: undefined };
}
