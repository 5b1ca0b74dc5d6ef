/** What to answer to a flag that a command does not have. */
import { GizmoError } from '../errors.js';
import { nearest } from '../nearest.js';

/**
 * Names the flag that was meant, as far as that can be guessed.
 * @param given as it was typed, such as `--pot=1` or `-U`
 * @param flags those of the command, by name
 */
export function unknownFlag(
  given: string,
  flags: Readonly<Record<string, { readonly char?: string | undefined }>>,
  cause?: unknown,
): GizmoError {
  const isLetter = !given.startsWith('--');
  // Behind a short flag there may be its value, and that a secret.
  const shown = isLetter ? given.slice(0, 2) : given.replace(/=.*/s, '');
  const name = shown.replace(/^--?/, '');
  const guess = isLetter
    ? MEANINGS[name]?.find((meaning) => Object.hasOwn(flags, meaning))
    : nearest(name, [...Object.keys(flags), 'help']);
  const letter = guess === undefined || !isLetter ? undefined : flags[guess]?.char;
  const short = letter === undefined ? '' : ` (-${letter})`;
  const hint = guess === undefined ? 'See --help.' : `Did you mean --${guess}${short}?`;
  return new GizmoError('USAGE', `There is no flag ${shown}. ${hint}`, { cause });
}

/** The server's letters are GizmoSQL's, the client's those of psql; each is typed to the other, and mysql's to both. */
const MEANINGS: Readonly<Record<string, readonly string[]>> = {
  h: ['host', 'hostname'],
  H: ['host', 'hostname'],
  p: ['port'],
  R: ['port'],
  P: ['port'],
  u: ['username'],
  U: ['username'],
  W: ['password'],
  d: ['database'],
  T: ['tls'],
};
