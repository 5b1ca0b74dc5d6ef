/**
 * Terminal bytes to keys. Pure: bytes may arrive cut anywhere, inside a UTF-8 character or an escape sequence,
 * and what is not complete yet is kept until it is.
 * Source: ECMA-48 (CSI, SS3), xterm ctlseqs (modifiers, bracketed paste, focus).
 */
import { StringDecoder } from 'node:string_decoder';
import { CSI_LETTERS, CSI_NUMBERS, CSI_U_NAMES, modifierPrefix, SS3_LETTERS } from './key-tables.js';

export class KeyDecoder {
  readonly #utf8 = new StringDecoder('utf8');
  #rest = '';
  /** Text of a paste whose end has not come yet. */
  #paste: string | undefined;

  /** True while a lone ESC or a part of a sequence waits for more: the terminal then sets a short timer. */
  get pending(): boolean {
    return this.#rest !== '';
  }

  /** Keys that are complete now. */
  push(bytes: Uint8Array): Key[] {
    this.#rest += this.#utf8.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    const keys: Key[] = [];
    while (this.#rest !== '') {
      const used = this.#paste === undefined ? this.#takeKey(keys) : this.#takePaste(keys);
      if (used === 0) break;
      this.#rest = this.#rest.slice(used);
    }
    return keys;
  }

  /** Nothing more came in time: a lone ESC is the Escape key, a broken sequence is dropped. A paste goes on. */
  flush(): Key[] {
    if (this.#paste !== undefined) return [];
    const rest = this.#rest;
    this.#rest = '';
    return rest === '\x1b' ? [{ kind: 'chord', chord: 'escape' }] : [];
  }

  #takeKey(keys: Key[]): number {
    const rest = this.#rest;
    const text = TEXT.exec(rest)?.[0];
    if (text !== undefined) {
      keys.push({ kind: 'text', text });
      return text.length;
    }
    if (rest[0] !== '\x1b') {
      keys.push({ kind: 'chord', chord: controlChord(rest.charCodeAt(0)) });
      return 1;
    }
    const sequence = takeSequence(rest);
    if (sequence === undefined) return 0;
    if (sequence === PASTE_START) this.#paste = '';
    else {
      const chord = chordOf(sequence);
      if (chord !== undefined) keys.push({ kind: 'chord', chord });
    }
    return sequence.length;
  }

  /** Everything up to the end marker is text, escape sequences in it too: a paste must not press keys. */
  #takePaste(keys: Key[]): number {
    const end = this.#rest.indexOf(PASTE_END);
    // The end marker may itself be cut by the read: keep as much of the tail as could begin it.
    const stop = end >= 0 ? end : this.#rest.length - markerStart(this.#rest);
    this.#paste = ((this.#paste ?? '') + this.#rest.slice(0, stop)).slice(0, PASTE_CHARACTERS_MAX);
    if (end < 0) return stop;
    keys.push({ kind: 'paste', text: this.#paste.replace(/\r\n?/g, '\n') });
    this.#paste = undefined;
    return end + PASTE_END.length;
  }
}

/**
 * Typed text (one or more characters), a paste, or a chord: `enter`, `tab`, `backspace`, `escape`, `up`, `f1`, …
 * with prefixes `C-` (control), `M-` (alt), `S-` (shift) in this order, such as `C-a`, `M-b`, `S-tab`, `C-M-left`.
 */
export type Key =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'paste'; readonly text: string }
  | { readonly kind: 'chord'; readonly chord: string };

const TEXT = /^[^\x00-\x1f\x7f]+/;
const PASTE_START = '\x1b[200~';
const PASTE_END = '\x1b[201~';
/** A statement of more than 16 Mi characters belongs in a file; what is over is cut. */
const PASTE_CHARACTERS_MAX = 1 << 24;
/** No key sends a sequence this long: something else is talking, and its bytes are dropped. */
const SEQUENCE_MAX = 64;

function markerStart(text: string): number {
  for (let length = Math.min(text.length, PASTE_END.length - 1); length > 0; length--)
    if (text.endsWith(PASTE_END.slice(0, length))) return length;
  return 0;
}

/** The escape sequence at the start of `text`, or undefined where more is needed to tell its end. */
function takeSequence(text: string): string | undefined {
  if (text.length < 2) return undefined;
  // ESC ESC [ A is Alt with an arrow on some terminals.
  const start = text[1] === '\x1b' && (text[2] === '[' || text[2] === 'O') ? 1 : 0;
  const introducer = text[start + 1];
  if (introducer === '[') {
    const match = /^[\x30-\x3f]*[\x20-\x2f]*([\x40-\x7e]|[^\x20-\x7e])/.exec(text.slice(start + 2));
    if (match !== null) {
      // A control or foreign character ends a broken sequence without being part of it.
      const length =
        match[1] !== undefined && /[\x40-\x7e]/.test(match[1]) ? match[0].length : match[0].length - 1;
      return text.slice(0, start + 2 + length);
    }
    return text.length > SEQUENCE_MAX ? text : undefined;
  }
  if (introducer === 'O') return text.length < start + 3 ? undefined : text.slice(0, start + 3);
  if (introducer === '\x1b') return text.length < 3 ? undefined : '\x1b';
  return text.slice(0, 1 + String.fromCodePoint(text.codePointAt(1) ?? 0).length);
}

/** Name of a complete sequence, or undefined for one that no key sends (focus reports, mouse, answers). */
function chordOf(sequence: string): string | undefined {
  if (sequence === '\x1b') return 'escape';
  const alt = sequence.startsWith('\x1b\x1b') ? 'M-' : '';
  const body = alt === '' ? sequence.slice(1) : sequence.slice(2);
  if (body[0] === 'O' && body.length === 2) return prefixed(alt, SS3_LETTERS[body[1] ?? '']);
  if (body[0] !== '[' || body === '[') return altChord(body);
  const match = /^\[(\d*)(?:;(\d+))?(?::\d+)?([A-Za-z~^$@])$/.exec(body);
  if (match === null) return undefined;
  const [, number = '', modifier = '1', final = ''] = match;
  const name =
    final === '~'
      ? CSI_NUMBERS[number]
      : final === 'u'
        ? (CSI_U_NAMES[number] ?? characterOf(number))
        : CSI_LETTERS[final];
  return prefixed(alt || modifierPrefix(Number(modifier)), name);
}

function prefixed(prefix: string, name: string | undefined): string | undefined {
  return name === undefined ? undefined : prefix + name;
}

function altChord(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20 || code === 0x7f) {
    const chord = controlChord(code);
    return chord.startsWith('C-') ? `C-M-${chord.slice(2)}` : `M-${chord}`;
  }
  return `M-${character}`;
}

/** C0 controls as the keys that send them. */
function controlChord(code: number): string {
  if (code === 0x0d) return 'enter';
  if (code === 0x09) return 'tab';
  if (code === 0x7f || code === 0x08) return 'backspace';
  if (code === 0x1b) return 'escape';
  if (code === 0) return 'C-space';
  return `C-${String.fromCharCode(code + 0x40).toLowerCase()}`;
}

function characterOf(number: string): string | undefined {
  const code = Number(number);
  return code > 0x20 && code < 0x11_0000 ? String.fromCodePoint(code) : undefined;
}
