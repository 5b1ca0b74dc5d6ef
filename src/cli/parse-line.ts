/** Reads a command line by a table of flags, without loading oclif: `gizmo client -c` must answer at once. */
import type { AlphabetLowercase, AlphabetUppercase } from '@oclif/core/interfaces';
import { GizmoError } from '../errors.js';
import { normalizeArgv } from './normalize-argv.js';
import { unknownFlag } from './unknown-flag.js';

/**
 * @param flags the table; `later` as for normalizeArgv
 * @throws GizmoError USAGE for an unknown flag (naming the nearest), a missing value, a number out of range
 */
export function parseLine<Name extends string>(
  argv: readonly string[],
  flags: Readonly<Record<Name, FlagSpec>>,
  later: readonly string[] = [],
): ParsedLine<Name> {
  const specs = new Map<string, FlagSpec>(Object.entries(flags));
  const shapes = Object.fromEntries([...specs].map(([name, spec]) => [name, shapeOf(spec)]));
  const words = normalizeArgv(argv, shapes, [], later);
  const occurrences: { name: string; value: string }[] = [];
  const args: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (word === '--') {
      args.push(...words.slice(i + 1));
      break;
    }
    if (!word.startsWith('-') || word === '-') {
      args.push(word);
      continue;
    }
    const { name, value } = splitWord(word, specs);
    const spec = specs.get(name);
    if (spec === undefined) throw unknownFlag(word, flags);
    if (spec.kind === 'switch') {
      occurrences.push({
        name,
        value: word.startsWith('--no-') && name !== word.slice(2) ? 'false' : 'true',
      });
      continue;
    }
    const given = value ?? words[++i];
    if (given === undefined) throw new GizmoError('USAGE', `--${name} needs a value.`);
    if (spec.kind === 'count') checkCount(name, given, spec);
    occurrences.push({ name, value: given });
  }
  return new ParsedLine(occurrences, args);
}

/** What one flag takes, and what help says about it. */
export interface FlagSpec {
  readonly kind: 'switch' | 'text' | 'texts' | 'count';
  readonly char?: AlphabetLowercase | AlphabetUppercase;
  readonly aliases?: readonly string[];
  /** Switches that `--no-x` turns off. */
  readonly negatable?: boolean;
  /** Bounds of a count. */
  readonly min?: number;
  readonly max?: number;
  /** Name of the value in the help. */
  readonly value?: string;
  readonly summary: string;
  readonly group: string;
}

/** What a command line said; of a flag given twice the last counts. */
export class ParsedLine<Name extends string> {
  /** Every flag in the order it was given. */
  readonly occurrences: readonly { readonly name: string; readonly value: string }[];
  readonly args: readonly string[];

  constructor(
    occurrences: readonly { readonly name: string; readonly value: string }[],
    args: readonly string[],
  ) {
    this.occurrences = occurrences;
    this.args = args;
  }

  text(name: Name): string | undefined {
    return this.occurrences.findLast((each) => each.name === name)?.value;
  }

  count(name: Name): number | undefined {
    const value = this.text(name);
    return value === undefined ? undefined : Number(value);
  }

  /** Undefined where neither the switch nor its opposite was given. */
  isOn(name: Name): boolean | undefined {
    const value = this.text(name);
    return value === undefined ? undefined : value === 'true';
  }
}

function shapeOf(spec: FlagSpec) {
  return {
    type: spec.kind === 'switch' ? ('boolean' as const) : ('option' as const),
    char: spec.char,
    aliases: spec.aliases,
    allowNo: spec.negatable,
  };
}

/** `--no-x` names x, unless there is a flag that is called so. */
function splitWord(word: string, specs: ReadonlyMap<string, FlagSpec>): { name: string; value?: string } {
  const equals = word.indexOf('=');
  const name = word.slice(2, equals < 0 ? undefined : equals);
  if (equals >= 0) return { name, value: word.slice(equals + 1) };
  const positive = name.startsWith('no-') ? name.slice(3) : name;
  return { name: !specs.has(name) && specs.get(positive)?.negatable === true ? positive : name };
}

function checkCount(name: string, value: string, { min = 0, max = Number.MAX_SAFE_INTEGER }: FlagSpec): void {
  const count = Number(value);
  if (/^\d+$/.test(value) && count >= min && count <= max) return;
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  throw new GizmoError('USAGE', `--${name} is a whole number ${range}, not "${value}".`);
}
