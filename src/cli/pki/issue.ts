/** `gizmo pki issue`. */
import { GizmoError } from '../../errors.js';
import type { IssueResult } from '../../pki/issue-files.js';
import { type FlagSpec, type ParsedLine, parseLine } from '../parse-line.js';
import { programCall, quote } from '../program-call.js';
import { alignRows, formatDate, showResult, showWarnings } from '../show-result.js';
import { COMMON_FLAGS, directoryOf, newPassphrase, passphraseAsker, SIGNING_FLAGS } from './common.js';

const group = 'CERTIFICATE';

/** In the order help shows them. */
export const ISSUE_FLAGS = {
  server: { kind: 'switch', summary: 'for a server (default)', group },
  client: { kind: 'switch', summary: 'for a client; the first NAME is its principal', group },
  both: { kind: 'switch', summary: 'for a server that is a client of others too', group },
  days: { kind: 'count', min: 1, max: 36_500, summary: 'how long it lives (default 90)', group },
  key: {
    kind: 'text',
    value: 'KIND',
    summary: 'p256 (default), p384, p521, rsa2048, rsa3072, rsa4096 or ed25519',
    group,
  },
  csr: {
    kind: 'text',
    value: 'FILE',
    summary: 'certify the key of this request; its names and extensions are not taken over',
    group,
  },
  out: {
    kind: 'text',
    value: 'PREFIX',
    summary: 'write PREFIX.crt and PREFIX.key (default the first NAME, in the directory of the CA)',
    group,
  },
  force: { kind: 'switch', summary: 'replace files that are there', group },
  pkcs12: { kind: 'switch', summary: 'write PREFIX.p12 too, for keychains, Java and browsers', group },
  'pkcs12-passphrase-file': {
    kind: 'text',
    value: 'FILE',
    summary: 'file with the passphrase for it (default: ask)',
    group,
  },
  ...SIGNING_FLAGS,
  ...COMMON_FLAGS,
} as const satisfies Record<string, FlagSpec>;

/** Answers the exit code. */
export async function runIssue(argv: readonly string[]): Promise<number> {
  const line = parseLine(argv, ISSUE_FLAGS);
  const role = chooseRole(line);
  const [{ issueToFiles }, { parseKeyKind }] = await Promise.all([
    import('../../pki/issue-files.js'),
    import('../../pki/key.js'),
  ]);
  const [csr, out, pkcs12File] = [line.text('csr'), line.text('out'), line.text('pkcs12-passphrase-file')];
  const wantsPkcs12 = line.isOn('pkcs12') === true || pkcs12File !== undefined;
  const result = await issueToFiles({
    directory: directoryOf(line),
    role,
    names: line.args,
    days: line.count('days') ?? 90,
    keyKind: parseKeyKind(line.text('key') ?? 'p256'),
    ...(csr === undefined ? {} : { csr }),
    ...(out === undefined ? {} : { out }),
    replace: line.isOn('force') === true,
    ...(wantsPkcs12
      ? { pkcs12Passphrase: () => newPassphrase('the .p12', pkcs12File, 'pkcs12-passphrase-file') }
      : {}),
    askPassphrase: passphraseAsker(line.text('passphrase-file')),
  });
  showWarnings(result.warnings);
  showResult(line, result, describe);
  return 0;
}

function chooseRole(line: ParsedLine<keyof typeof ISSUE_FLAGS>): 'server' | 'client' | 'both' {
  const chosen = (['server', 'client', 'both'] as const).filter((role) => line.isOn(role) === true);
  if (chosen.length > 1) throw new GizmoError('USAGE', `Choose one of --${chosen.join(' and --')}.`);
  return chosen[0] ?? 'server';
}

function describe(made: IssueResult): string {
  const rows: [string, string][] = [
    ['for', `${made.names.join(', ')} (${made.role === 'both' ? 'server and client' : made.role})`],
    ...(made.key === undefined ? [] : [['key', made.key] as [string, string]]),
    ...(made.pkcs12 === undefined ? [] : [['PKCS#12', made.pkcs12] as [string, string]]),
    ['signed by', made.ca],
    ['until', formatDate(made.notAfter)],
    ['serial', made.serial],
    ['pin', made.spki],
    ['', made.pin],
  ];
  return `${made.certificate}\n${alignRows(rows)}\n\n${nextStep(made)}`;
}

function nextStep({ role, names, certificate, key, ca, spki }: IssueResult): string {
  const program = programCall();
  const keyFile = quote(key ?? 'KEY');
  const name = names[0] ?? '';
  if (role === 'client')
    return `Let it in, by name or by key:
  ${program} server start … --mtls-ca-cert-filename ${quote(ca)} --mtls-principal ${quote(`${name}=cn:${name}`)}
  ${program} server start … --mtls-ca-cert-filename ${quote(ca)} --mtls-principal ${quote(`${name}=spki:${spki}`)}
Enter with it:
  ${program} client --tls … --mtls-cert ${quote(certificate)} --mtls-key ${keyFile}`;
  return `Use it:
  ${program} server start --tls ${quote(certificate)} ${keyFile}
  ${program} client --host ${quote(name.replace('*', 'www'))} --tls --tls-roots ${quote(ca)}`;
}
