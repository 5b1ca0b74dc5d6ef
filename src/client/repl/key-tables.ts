/** Names of the keys that terminals send as escape sequences. Source: xterm ctlseqs, "PC-Style Function Keys". */

/** Final letter of `CSI … letter`. */
export const CSI_LETTERS: Readonly<Record<string, string>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  F: 'end',
  H: 'home',
  Z: 'S-tab',
  P: 'f1',
  Q: 'f2',
  R: 'f3',
  S: 'f4',
};

/** Letter of `SS3 letter` (application cursor keys, keypad Enter). */
export const SS3_LETTERS: Readonly<Record<string, string>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  F: 'end',
  H: 'home',
  M: 'enter',
  P: 'f1',
  Q: 'f2',
  R: 'f3',
  S: 'f4',
};

/** Number of `CSI number ~`. */
export const CSI_NUMBERS: Readonly<Record<string, string>> = {
  1: 'home',
  2: 'insert',
  3: 'delete',
  4: 'end',
  5: 'page-up',
  6: 'page-down',
  7: 'home',
  8: 'end',
  11: 'f1',
  12: 'f2',
  13: 'f3',
  14: 'f4',
  15: 'f5',
  17: 'f6',
  18: 'f7',
  19: 'f8',
  20: 'f9',
  21: 'f10',
  23: 'f11',
  24: 'f12',
};

/** Code point of `CSI number u` where it is a key and not a character. */
export const CSI_U_NAMES: Readonly<Record<string, string>> = {
  9: 'tab',
  13: 'enter',
  27: 'escape',
  32: 'space',
  127: 'backspace',
};

/** Prefixes for xterm's modifier number: 1 + shift 1, alt 2, control 4; 0 stands for none. */
export function modifierPrefix(modifier: number): string {
  const bits = modifier - 1;
  if (!(bits > 0)) return '';
  return (bits & 4 ? 'C-' : '') + (bits & 2 ? 'M-' : '') + (bits & 1 ? 'S-' : '');
}
