/** What the commands of `gizmo pki` share: flags, where the certificates are, passphrases. */
import { GizmoError } from '../../errors.js';
import { requireArgument } from '../arguments.js';
import type { FlagSpec, ParsedLine } from '../parse-line.js';
import { readSecret } from '../read-secret.js';
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

/** A file, the name of a certificate in the directory, `host:port`, or `-`; as `readSource` takes it. */
export async function placeOf(line: Line<never>, args: readonly string[]): Promise<string> {
  const word = requireArgument(args, 'a file, a host:port, or - for standard input');
  if (word === '-') return word;
  const { findCertificateFile } = await import('../../pki/renewal.js');
  return findCertificateFile(directoryOf(line), word) ?? word;
}
