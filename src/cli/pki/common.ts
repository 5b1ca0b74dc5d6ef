/** What the commands of `gizmo pki` share: flags, where the certificates are, passphrases, how results are shown. */
import { GizmoError } from '../../errors.js';
import type { FlagSpec, ParsedLine } from '../parse-line.js';
import { readSecret } from '../read-secret.js';
import { harmless, writeWarning } from '../report-error.js';
import { readSecretFile } from '../secret-file.js';
import { pkiDirectory } from '../user-paths.js';

const group = 'COMMON';

/** Of every command. */
export const COMMON_FLAGS = {
  dir: {
    kind: 'text',
    value: 'DIR',
    summary: 'where the CAs are (default GIZMO_PKI_DIR, else ~/.local/share/gizmo/pki)',
    group,
  },
  json: { kind: 'switch', summary: 'print the result as JSON', group },
} as const satisfies Record<string, FlagSpec>;

/** Of commands that sign. */
export const SIGNING_FLAGS = {
  'passphrase-file': {
    kind: 'text',
    value: 'FILE',
    summary: 'file with the passphrase of the CA key (default: ask)',
    group,
  },
} as const satisfies Record<string, FlagSpec>;

type Line<Name extends string> = Pick<ParsedLine<Name | 'dir' | 'json'>, 'text' | 'isOn'>;

/** The PKI directory that is meant. */
export function directoryOf(line: Line<never>): string {
  return line.text('dir') ?? pkiDirectory(process.env);
}

/** Prints a result on standard output: JSON, or what `text` makes of it. Names in certificates command no terminal. */
export function showResult<Result extends object>(
  line: Line<never>,
  result: Result,
  text: (result: Result) => string,
): void {
  const output = line.isOn('json') === true ? toJson(result) : harmless(text(result));
  process.stdout.write(`${output.trimEnd()}\n`);
}

/** JSON leaves C1 controls and marks of direction as they are. */
function toJson(result: object): string {
  return JSON.stringify(result, undefined, 2).replace(
    /[\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** On standard error, so that standard output holds the result only. */
export function showWarnings(warnings: readonly string[]): void {
  for (const warning of warnings) writeWarning(warning);
}

/** The passphrase of a key that is there: from the file, else from the terminal. */
export function passphraseAsker(path: string | undefined, flag = 'passphrase-file') {
  return async (prompt: string): Promise<string> =>
    path === undefined ? readSecret(prompt, `Use --${flag} FILE.`) : readSecretFile(path);
}

/**
 * A passphrase for something new: from the file, or asked twice.
 * @throws GizmoError USAGE for one that is too short, or typed differently the second time
 */
export async function newPassphrase(
  what: string,
  path: string | undefined,
  flag = 'passphrase-file',
): Promise<string> {
  const ask = passphraseAsker(path, flag);
  const passphrase = await ask(`New passphrase for ${what}: `);
  if (passphrase.length < PASSPHRASE_MIN)
    throw new GizmoError('USAGE', `A passphrase has at least ${PASSPHRASE_MIN} characters.`);
  if (path === undefined && (await ask('The same again: ')) !== passphrase)
    throw new GizmoError('USAGE', 'The two passphrases differ.');
  return passphrase;
}

const PASSPHRASE_MIN = 8;

/** @throws GizmoError USAGE for words beyond the first `most` */
export function refuseSurplus(args: readonly string[], most: number): void {
  const surplus = args[most];
  if (surplus !== undefined) throw new GizmoError('USAGE', `Unexpected argument: ${surplus}. See --help.`);
}

/** One word that is needed. */
export function requireArgument(args: readonly string[], what: string): string {
  const [first] = args;
  if (first === undefined || first === '') throw new GizmoError('USAGE', `Name ${what}. See --help.`);
  refuseSurplus(args, 1);
  return first;
}

/** A file, the name of a certificate in the directory, `host:port`, or `-`; as `readSource` takes it. */
export async function placeOf(line: Line<never>, args: readonly string[]): Promise<string> {
  const word = requireArgument(args, 'a file, a host:port, or - for standard input');
  if (word === '-') return word;
  const { findCertificateFile } = await import('../../pki/renewal.js');
  return findCertificateFile(directoryOf(line), word) ?? word;
}

/** Rows of `label  value`, the values below each other. */
export function alignRows(rows: readonly (readonly [string, string])[], indent = '  '): string {
  const width = Math.max(...rows.map(([label]) => label.length));
  return rows.map(([label, value]) => `${indent}${label.padEnd(width)}  ${value}`).join('\n');
}

/** A date for people. */
export function formatDate(iso: string): string {
  return iso.slice(0, 16).replace('T', ' ').concat(' UTC');
}
