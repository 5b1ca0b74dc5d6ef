/** Values of dot commands. */
import { GizmoError } from '../../errors.js';

/** `on` or `off` in the usual spellings; without a word the other of what is. */
export function parseSwitch(word: string | undefined, current: boolean): boolean {
  if (word === undefined) return !current;
  const known = SWITCHES[word.toLowerCase()];
  if (known === undefined) throw new GizmoError('USAGE', `Say on or off, not "${word}".`);
  return known;
}

/** A whole number from 0 on. */
export function parseCount(word: string): number {
  const count = Number(word);
  if (!/^\d+$/.test(word) || !Number.isSafeInteger(count))
    throw new GizmoError('USAGE', `Expected a whole number, not "${word}".`);
  return count;
}

const SWITCHES: Readonly<Record<string, boolean>> = {
  on: true,
  yes: true,
  true: true,
  1: true,
  off: false,
  no: false,
  false: false,
  0: false,
};
