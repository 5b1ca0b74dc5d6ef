/** Reads one statement from the terminal: keys through the editor, the result onto the screen. */
import { cutText, displayWidth } from '../render/display-text.js';
import { applyCompletion, type Completion, menuLines } from './completion-menu.js';
import { edit } from './editor.js';
import { type EditorEffect, type EditorState, EMPTY_EDITOR } from './editor-state.js';
import { highlighter } from './highlight.js';
import { eraseResized, type Frame, type InputView, layOut, leave, paint } from './screen.js';
import type { Terminal, TerminalEvent } from './terminal.js';

export class StatementReader {
  readonly #terminal: Terminal;
  readonly #options: StatementReaderOptions;
  #state: EditorState = EMPTY_EDITOR;
  #prompt = '';
  #frame: Frame | undefined;
  #paintedColumns = 0;
  /** What helps with typing is no part of what stays on the screen. */
  #isAsking = false;

  constructor(terminal: Terminal, options: StatementReaderOptions) {
    this.#terminal = terminal;
    this.#options = options;
  }

  /** Shows the prompt and waits until there is something to do. What was killed before can still be yanked. */
  async read(prompt: string, history: readonly string[]): Promise<ReadOutcome> {
    this.#prompt = prompt;
    this.#isAsking = true;
    this.#state = { ...EMPTY_EDITOR, killed: this.#state.killed };
    this.#frame = undefined;
    for (;;) {
      if (!this.#terminal.hasEvent) this.#paint();
      const outcome = await this.#handle(await this.#terminal.next(), history);
      if (outcome === undefined) continue;
      this.#state = { ...this.#state, menu: undefined, search: undefined };
      this.#isAsking = false;
      this.#paint();
      if (this.#frame !== undefined) this.#terminal.write(leave(this.#frame));
      return outcome;
    }
  }

  async #handle(event: TerminalEvent, history: readonly string[]): Promise<ReadOutcome | undefined> {
    if (event.kind === 'closed') return { kind: 'end' };
    if (event.kind === 'resize') {
      this.#eraseAfterResize();
      return undefined;
    }
    const step = edit(this.#state, event.key, { history, isReady: this.#options.isReady });
    this.#state = step.state;
    return step.effect === undefined ? undefined : this.#perform(step.effect);
  }

  async #perform(effect: EditorEffect): Promise<ReadOutcome | undefined> {
    switch (effect.kind) {
      case 'submit':
        return { kind: 'statement', text: effect.text };
      case 'interrupt':
        return { kind: 'interrupt' };
      case 'end':
        return { kind: 'end' };
      case 'complete':
        await this.#complete();
        return undefined;
      case 'clear-screen':
        this.#terminal.write(CLEAR_SCREEN);
        this.#frame = undefined;
        return undefined;
      case 'suspend':
        if (this.#frame !== undefined) this.#terminal.write(leave(this.#frame));
        this.#terminal.suspend();
        this.#frame = undefined;
        return undefined;
    }
  }

  /** Candidates may have to come from the server: typing on gives them up. */
  async #complete(): Promise<void> {
    this.#paint();
    const given = new AbortController();
    const completing = this.#options.complete(this.#state.text, this.#state.cursor, given.signal);
    const completion = await Promise.race([completing, this.#terminal.eventWaiting()]);
    if (completion === undefined) given.abort();
    else this.#state = applyCompletion(this.#state, completion);
  }

  #paint(): void {
    const size = this.#terminal.size;
    if (this.#frame !== undefined && size.columns !== this.#paintedColumns) this.#eraseAfterResize();
    const next = layOut(this.#view(size.columns), size);
    this.#terminal.write(paint(this.#frame, next));
    this.#frame = next;
    this.#paintedColumns = size.columns;
  }

  #eraseAfterResize(): void {
    if (this.#frame !== undefined)
      this.#terminal.write(eraseResized(this.#frame, this.#terminal.size.columns));
    this.#frame = undefined;
  }

  #hint(columns: number): readonly string[] {
    const hint = this.#isAsking ? this.#options.hint(this.#state.text) : undefined;
    return hint === undefined ? [] : [cutText(hint, columns - 1)];
  }

  #view(columns: number): InputView {
    const { text, cursor, search, menu } = this.#state;
    const searching =
      search === undefined ? undefined : `${search.failed ? 'not found' : 'search'}: ${search.query} > `;
    const prompt = searching ?? this.#prompt;
    return {
      prompt,
      continuation: `${' '.repeat(Math.max(0, displayWidth(this.#prompt) - 3))}-> `,
      text,
      cursor,
      below: menu === undefined ? this.#hint(columns) : menuLines(menu, columns),
      color: this.#options.color,
      ...(this.#options.color ? { styleAt: highlighter(text) } : {}),
    };
  }
}

export interface StatementReaderOptions {
  /** A line to show below the text; undefined where there is nothing to say. */
  readonly hint: (text: string) => string | undefined;
  readonly color: boolean;
  /** Whether Enter runs the text. */
  readonly isReady: (text: string) => boolean;
  /** Never rejects. */
  readonly complete: (text: string, cursor: number, signal: AbortSignal) => Promise<Completion>;
}

export type ReadOutcome =
  | { readonly kind: 'statement'; readonly text: string }
  /** Ctrl-C. */
  | { readonly kind: 'interrupt' }
  /** Ctrl-D, or the terminal is gone. */
  | { readonly kind: 'end' };

const CLEAR_SCREEN = '\x1b[H\x1b[2J';
