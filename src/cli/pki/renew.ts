/** `gizmo pki renew`. */
import { EXIT, GizmoError } from '../../errors.js';
import type { RenewResult } from '../../pki/renew.js';
import { refuseSurplus } from '../arguments.js';
import { type FlagSpec, parseLine } from '../parse-line.js';
import { alignRows, formatDate, showResult, showWarnings } from '../show-result.js';
import { COMMON_FLAGS, directoryOf, passphraseAsker, SIGNING_FLAGS } from './common.js';

const group = 'RENEWAL';

/** In the order help shows them. */
export const RENEW_FLAGS = {
  all: {
    kind: 'switch',
    summary: 'every certificate issued here that is due, and revocation lists that are',
    group,
  },
  before: {
    kind: 'text',
    value: 'PART|TIME',
    summary: 'with --all: due when this much is left (default 33%; 7d, 12h, 30m)',
    group,
  },
  days: {
    kind: 'count',
    min: 1,
    max: 36_500,
    summary: 'how long it lives (default as long as before)',
    group,
  },
  rekey: { kind: 'switch', summary: 'make a new key too: pins change', group },
  key: { kind: 'text', value: 'KIND', summary: 'kind of the new key (default as before)', group },
  out: { kind: 'text', value: 'PREFIX', summary: 'write PREFIX.crt instead of replacing the file', group },
  ...SIGNING_FLAGS,
  ...COMMON_FLAGS,
} as const satisfies Record<string, FlagSpec>;

/** Answers the exit code; with --all 1 where one could not be renewed. */
export async function runRenew(argv: readonly string[]): Promise<number> {
  const line = parseLine(argv, RENEW_FLAGS);
  const isAll = line.isOn('all') === true;
  const [before, kind, out, days] = [
    line.text('before'),
    line.text('key'),
    line.text('out'),
    line.count('days'),
  ];
  if (isAll === line.args.length > 0)
    throw new GizmoError('USAGE', 'Name the file of a certificate, or say --all for those that are due.');
  if (before !== undefined && !isAll) throw new GizmoError('USAGE', '--before goes with --all.');
  if (out !== undefined && isAll) throw new GizmoError('USAGE', '--out goes with a single certificate.');
  if (kind !== undefined && line.isOn('rekey') !== true)
    throw new GizmoError('USAGE', '--key goes with --rekey.');
  refuseSurplus(line.args, 1);
  const [
    { renewAll, renewFile },
    { findCertificateFile, parseBefore },
    { parseKeyKind },
    { refreshDueCrls },
  ] = await Promise.all([
    import('../../pki/renew.js'),
    import('../../pki/renewal.js'),
    import('../../pki/key.js'),
    import('../../pki/revoke.js'),
  ]);
  const directory = directoryOf(line);
  const askPassphrase = remember(passphraseAsker(line.text('passphrase-file')));
  const options = {
    directory,
    rekey: line.isOn('rekey') === true,
    ...(kind === undefined ? {} : { keyKind: parseKeyKind(kind) }),
    ...(out === undefined ? {} : { out }),
    ...(days === undefined ? {} : { days }),
    askPassphrase,
  };
  if (!isAll) {
    const path = findCertificateFile(directory, line.args[0]!) ?? line.args[0]!;
    const result = await renewFile(path, options);
    showWarnings(result.warnings);
    showResult(line, result, describe);
    return EXIT.ok;
  }
  const result = await renewAll(parseBefore(before ?? '33%'), options);
  const lists = await refreshDueCrls({ directory, askPassphrase });
  showWarnings(result.failed.map(({ certificate, reason }) => `${certificate} was not renewed: ${reason}`));
  showResult(line, { ...result, lists }, ({ renewed, kept }) =>
    [
      ...renewed.map(describe),
      ...lists.map(({ crl, nextUpdate }) => `${crl} is made anew, until ${formatDate(nextUpdate)}.`),
      `${renewed.length} renewed, ${kept.length} not due yet, ${result.failed.length} failed.`,
    ].join('\n'),
  );
  return result.failed.length === 0 ? EXIT.ok : EXIT.sqlError;
}

/** One question for several signatures. */
function remember(ask: (prompt: string) => Promise<string>): (prompt: string) => Promise<string> {
  const answers = new Map<string, Promise<string>>();
  return (prompt) => {
    const answer = answers.get(prompt) ?? ask(prompt);
    answers.set(prompt, answer);
    return answer;
  };
}

function describe({ certificate, key, names, notAfter, serial, previousSerial, spki }: RenewResult): string {
  return `${certificate}\n${alignRows([
    ['for', names.join(', ')],
    ['until', formatDate(notAfter)],
    ['serial', `${serial} (was ${previousSerial})`],
    ['pin', spki],
    ...(key === undefined ? [] : [['key', key] as [string, string]]),
  ])}`;
}
