/** `gizmo pki revoke` and `gizmo pki crl`. */
import { GizmoError } from '../../errors.js';
import type { CrlResult } from '../../pki/revoke.js';
import { refuseSurplus } from '../arguments.js';
import { type FlagSpec, parseLine } from '../parse-line.js';
import { quote } from '../program-call.js';
import { formatDate, showResult } from '../show-result.js';
import { COMMON_FLAGS, directoryOf, passphraseAsker, SIGNING_FLAGS } from './common.js';

const group = 'LIST';

const LIST_FLAGS = {
  days: {
    kind: 'count',
    min: 1,
    max: 3650,
    summary: 'until the list is out of date and must be made anew (default 30)',
    group,
  },
  out: { kind: 'text', value: 'PREFIX', summary: 'write the list to PREFIX.crl too', group },
  ...SIGNING_FLAGS,
  ...COMMON_FLAGS,
} as const satisfies Record<string, FlagSpec>;

/** In the order help shows them. */
export const REVOKE_FLAGS = {
  reason: {
    kind: 'text',
    value: 'REASON',
    summary: 'keyCompromise, affiliationChanged, superseded, cessationOfOperation or privilegeWithdrawn',
    group,
  },
  ...LIST_FLAGS,
} as const satisfies Record<string, FlagSpec>;

/** In the order help shows them. */
export const CRL_FLAGS = {
  ca: { kind: 'text', value: 'CA', summary: 'server or client (default every CA of the directory)', group },
  ...LIST_FLAGS,
} as const satisfies Record<string, FlagSpec>;

/** Answers the exit code. */
export async function runRevoke(argv: readonly string[]): Promise<number> {
  const line = parseLine(argv, REVOKE_FLAGS);
  if (line.args.length === 0)
    throw new GizmoError(
      'USAGE',
      'Name the file, the name or the serial number of a certificate. See --help.',
    );
  const [{ revokeCertificates }, { REVOCATION_REASONS }] = await Promise.all([
    import('../../pki/revoke.js'),
    import('../../pki/crl.js'),
  ]);
  const word = line.text('reason');
  const reason = REVOCATION_REASONS.find(
    (each) => each.toLowerCase() === word?.toLowerCase().replaceAll('-', ''),
  );
  if (word !== undefined && reason === undefined)
    throw new GizmoError(
      'USAGE',
      `There is no reason "${word}". The reasons: ${REVOCATION_REASONS.join(', ')}.`,
    );
  const lists = await revokeCertificates(line.args, reason, targetOf(line));
  showResult(line, { lists }, () =>
    lists
      .map((list) => {
        const added = list.added.length === 0 ? 'Revoked already.' : `Revoked: ${list.added.join(', ')}.`;
        return `${added}\n${describe(list)}`;
      })
      .join('\n'),
  );
  return 0;
}

/** Answers the exit code. */
export async function runCrl(argv: readonly string[]): Promise<number> {
  const line = parseLine(argv, CRL_FLAGS);
  refuseSurplus(line.args, 0);
  const [{ refreshCrl }, { chooseAuthority, listAuthorities }] = await Promise.all([
    import('../../pki/revoke.js'),
    import('../../pki/directory.js'),
  ]);
  const [directory, ca] = [directoryOf(line), line.text('ca')];
  if (ca !== undefined && ca !== 'server' && ca !== 'client')
    throw new GizmoError('USAGE', `--ca is server or client, not "${ca}".`);
  const names =
    ca === undefined ? listAuthorities(directory).map(({ name }) => name) : [chooseAuthority(directory, ca)];
  if (names.length === 0)
    throw new GizmoError('USAGE', `There is no CA in ${directory}. Make one with gizmo pki init.`);
  if (names.length > 1 && line.text('out') !== undefined)
    throw new GizmoError('USAGE', '--out holds one list: name its CA with --ca server or --ca client.');
  const lists: CrlResult[] = [];
  for (const name of names) lists.push(await refreshCrl(name, targetOf(line)));
  showResult(line, { lists }, () => lists.map(describe).join('\n'));
  return 0;
}

function targetOf(line: ReturnType<typeof parseLine<keyof typeof LIST_FLAGS>>) {
  const out = line.text('out');
  return {
    directory: directoryOf(line),
    days: line.count('days') ?? 30,
    ...(out === undefined ? {} : { out: `${out}.crl` }),
    askPassphrase: passphraseAsker(line.text('passphrase-file')),
  };
}

function describe({ ca, crl, copy, number, nextUpdate, revoked }: CrlResult): string {
  const reader = ca === 'server-ca' ? '' : `\n  Servers read it by --mtls-crl-filename ${quote(crl)}`;
  return `${crl}${copy === undefined ? '' : `\n${copy}`}
  list ${number} with ${revoked} revoked, until ${formatDate(nextUpdate)}
  Make it anew before that: gizmo pki crl, or gizmo pki renew --all in a timer${reader}`;
}
