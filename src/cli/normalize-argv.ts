/**
 * Brings a command line into the one form oclif's parser takes: clusters of short flags apart, booleans bare,
 * pairs as two occurrences. So `--tls true`, `--tls=true` and `--tls` are the same.
 */
import { GizmoError } from '../errors.js';

/**
 * @param flags the command's flags by name, as oclif knows them
 * @param pairs names of flags whose one occurrence takes two values (`--tls CERT KEY`), or the word `auto`
 * @param later names of flags that are known and not in this version
 * @throws GizmoError USAGE for a flag of `later`, a boolean with another value, half a pair
 */
export function normalizeArgv(
  argv: readonly string[],
  flags: Readonly<Record<string, FlagShape>>,
  pairs: readonly string[] = [],
  later: readonly string[] = [],
): string[] {
  const byName = indexFlags(flags);
  const input = [...argv];
  const out: string[] = [];
  for (let word = input.shift(); word !== undefined; word = input.shift()) {
    if (word === '--') return [...out, word, ...input];
    if (!word.startsWith('-') || word === '-') {
      out.push(word);
      continue;
    }
    const { name, value, cluster } = readFlag(word, byName);
    if (cluster !== undefined) input.unshift(cluster);
    if (word.startsWith('--') && later.includes(name)) throw notYet(name);
    const flag = byName.get(name);
    if (flag === undefined) out.push(word);
    else if (flag.type === 'boolean') out.push(...booleanFlag(flag, value, input));
    else if (pairs.includes(flag.name)) out.push(...pair(flag.name, value, input));
    else if (value !== undefined) out.push(`--${flag.name}=${value}`);
    else out.push(`--${flag.name}`, ...input.splice(0, 1));
  }
  return out;
}

/** What this needs to know of an oclif flag. */
export interface FlagShape {
  readonly type: 'boolean' | 'option';
  readonly char?: string | undefined;
  readonly aliases?: readonly string[] | undefined;
  readonly charAliases?: readonly string[] | undefined;
  readonly allowNo?: boolean | undefined;
}

type NamedFlag = FlagShape & { readonly name: string };

/** Short names are told from long ones by their dash. */
function indexFlags(flags: Readonly<Record<string, FlagShape>>): Map<string, NamedFlag> {
  const index = new Map<string, NamedFlag>();
  for (const [name, flag] of Object.entries(flags)) {
    const named = { ...flag, name };
    for (const long of [name, ...(flag.aliases ?? [])]) index.set(long, named);
    for (const short of [flag.char, ...(flag.charAliases ?? [])])
      if (short !== undefined) index.set(`-${short}`, named);
  }
  return index;
}

/** `cluster` is what remains of `-tAc` after `-t`, to be read as a word of its own. */
function readFlag(
  word: string,
  byName: ReadonlyMap<string, NamedFlag>,
): { name: string; value?: string; cluster?: string } {
  const equals = word.indexOf('=');
  if (word.startsWith('--'))
    return equals < 0
      ? { name: word.slice(2) }
      : { name: word.slice(2, equals), value: word.slice(equals + 1) };
  const name = word.slice(0, 2);
  const rest = word.slice(2);
  const flag = byName.get(name);
  if (rest === '' || flag === undefined) return { name };
  if (rest.startsWith('=')) return { name, value: rest.slice(1) };
  return flag.type === 'boolean' ? { name, cluster: `-${rest}` } : { name, value: rest };
}

/** A boolean that is off and cannot be said so (`--no-x`) is simply left out. */
function booleanFlag(flag: NamedFlag, given: string | undefined, input: string[]): string[] {
  const following = input[0]?.toLowerCase();
  const value = given ?? (following === 'true' || following === 'false' ? input.shift() : 'true');
  switch (value?.toLowerCase()) {
    case 'true':
      return [`--${flag.name}`];
    case 'false':
      return flag.allowNo === true ? [`--no-${flag.name}`] : [];
    default:
      if (flag.name === 'password') throw passwordArgument();
      throw new GizmoError(
        'USAGE',
        `--${flag.name} is either on or off and takes no other value: write --${flag.name}=true or =false.`,
      );
  }
}

/** Never repeats the word, which is a password where somebody took -W for a flag with a value. */
export function passwordArgument(): GizmoError {
  return new GizmoError(
    'USAGE',
    '-W (--password) takes no value: it asks for the password. One that is known goes into GIZMO_PASSWORD or --password-file.',
  );
}

function pair(name: string, first: string | undefined, input: string[]): string[] {
  if ((first ?? input[0]) === 'auto') {
    if (first === undefined) input.shift();
    return [`--${name}`, 'auto'];
  }
  const values = first === undefined ? input.splice(0, 2) : [first, ...input.splice(0, 1)];
  if (values.length < 2 || values.some((value) => value.startsWith('--')))
    throw new GizmoError('USAGE', `--${name} takes two values separated by a space, or auto.`);
  return values.flatMap((value) => [`--${name}`, value]);
}

function notYet(name: string): GizmoError {
  return new GizmoError('USAGE', `--${name} is not in this version yet.`);
}
