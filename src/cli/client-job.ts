/** What `gizmo client` is to do, from its flags. */
import { GizmoError } from '../errors.js';

/** The steps of `-c` and `-f` in the order they stand on the command line; `-` is standard input. */
export function collectSteps(raw: readonly RawToken[]): Step[] {
  return raw.flatMap((token): Step[] => {
    if (token.type !== 'flag') return [];
    if (token.flag === 'command') return [textStep(token.input)];
    if (token.flag === 'file')
      return [token.input === '-' ? { kind: 'stdin' } : { kind: 'file', path: token.input }];
    return [];
  });
}

/** The format that is asked for by name, by shorthand, by `-A`, or by the ending of the output file; else box. */
export function chooseFormat(flags: FormatFlags): string {
  const named = [flags.format, ...SHORTHANDS.filter((name) => flags[name] === true)].filter(
    (name) => name !== undefined,
  );
  const [first, second] = named;
  if (second !== undefined)
    throw new GizmoError('USAGE', `There can be one format, not both ${first} and ${second}.`);
  if (first !== undefined) return first;
  if (flags['no-align'] === true) return 'list';
  const ending = /\.([a-z]+)$/i.exec(flags.output ?? '')?.[1]?.toLowerCase();
  return ENDINGS[ending ?? ''] ?? 'box';
}

export interface FormatFlags {
  readonly format?: string | undefined;
  readonly csv?: boolean;
  readonly json?: boolean;
  readonly table?: boolean;
  readonly box?: boolean;
  readonly markdown?: boolean;
  readonly 'no-align'?: boolean;
  readonly output?: string | undefined;
}

type Step =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'stdin' };

/** As oclif's parser reports what it read, in order. */
export type RawToken =
  | { readonly type: 'flag'; readonly flag: string; readonly input: string }
  | { readonly type: 'arg'; readonly input: string };

const SHORTHANDS = ['csv', 'json', 'table', 'box', 'markdown'] as const;

const ENDINGS: Readonly<Record<string, string>> = {
  csv: 'csv',
  tsv: 'tsv',
  json: 'json',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  md: 'markdown',
  arrow: 'arrow',
  arrows: 'arrow',
};

function textStep(text: string): Step {
  return text === '-' ? { kind: 'stdin' } : { kind: 'text', text };
}
