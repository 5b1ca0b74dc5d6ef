/** `gizmo pki inspect`. */
import type { CertificateDescription } from '../../pki/describe.js';
import { type FlagSpec, parseLine } from '../parse-line.js';
import { alignRows, formatDate, showResult } from '../show-result.js';
import { COMMON_FLAGS, directoryOf, passphraseAsker, placeOf } from './common.js';

/** In the order help shows them. */
export const INSPECT_FLAGS = {
  out: {
    kind: 'text',
    value: 'PREFIX',
    summary: 'save the certificates as PREFIX.crt, such as those of a live host',
    group: 'OUTPUT',
  },
  'passphrase-file': {
    kind: 'text',
    value: 'FILE',
    summary: 'file with the passphrase of a key (default: ask)',
    group: 'INPUT',
  },
  ...COMMON_FLAGS,
} as const satisfies Record<string, FlagSpec>;

/** Answers the exit code. */
export async function runInspect(argv: readonly string[]): Promise<number> {
  const line = parseLine(argv, INSPECT_FLAGS);
  const place = await placeOf(line, line.args);
  const { readSource } = await import('../../pki/source.js');
  const source = await readSource(place, passphraseAsker(line.text('passphrase-file')));
  switch (source.kind) {
    case 'certificates': {
      const [{ describeCertificate }, { findRevocationIn }] = await Promise.all([
        import('../../pki/describe.js'),
        import('../../pki/revoke.js'),
      ]);
      const directory = directoryOf(line);
      const out = line.text('out');
      if (out !== undefined) {
        const { publishFiles } = await import('../../pki/store.js');
        const content = source.chain.map(String).join('');
        await publishFiles([{ path: `${out}.crt`, content, secret: false }], false);
      }
      const certificates = source.chain.map((each) =>
        describeCertificate(each, findRevocationIn(directory, each)),
      );
      showResult(line, { certificates }, () => certificates.map(describe).join('\n\n'));
      return 0;
    }
    case 'key': {
      const [{ describeKey }, { formatPin, spkiPin }] = await Promise.all([
        import('../../pki/key.js'),
        import('../../pki/pin.js'),
      ]);
      const pin = spkiPin(source.key);
      const key = { key: describeKey(source.key), spki: formatPin(pin, 'hex'), pin: formatPin(pin, 'curl') };
      showResult(line, key, () => alignRows(rowsOfKey(key)));
      return 0;
    }
    case 'request': {
      const [{ readCsr }, { describeKey }, { formatPin, spkiPin }] = await Promise.all([
        import('../../pki/csr.js'),
        import('../../pki/key.js'),
        import('../../pki/pin.js'),
      ]);
      const { publicKey, requestedNames } = readCsr(source.bytes, place);
      const pin = spkiPin(publicKey);
      const request = {
        names: requestedNames,
        key: describeKey(publicKey),
        spki: formatPin(pin, 'hex'),
        pin: formatPin(pin, 'curl'),
      };
      showResult(line, request, () =>
        alignRows([['asks for', requestedNames.join(', ')], ...rowsOfKey(request)]),
      );
      return 0;
    }
    case 'crl': {
      const [{ readCrls }, { describeCrl }] = await Promise.all([
        import('../../pki/crl.js'),
        import('../../pki/describe.js'),
      ]);
      const lists = readCrls(source.bytes, place).map((crl) => describeCrl(crl));
      showResult(line, { lists }, () =>
        lists
          .map(({ number, thisUpdate, nextUpdate, stale, revoked }) =>
            alignRows([
              ['list', `number ${number}`],
              ['made', formatDate(thisUpdate)],
              [
                'until',
                `${nextUpdate === undefined ? 'never said' : formatDate(nextUpdate)}${stale ? ': out of date' : ''}`,
              ],
              ...revoked.map(({ serial, date, reason }): [string, string] => [
                'revoked',
                `${serial}  ${revocationText({ date, ...(reason !== undefined && { reason }) })}`,
              ]),
            ]),
          )
          .join('\n\n'),
      );
      return 0;
    }
  }
}

function revocationText({ date, reason }: { date: string; reason?: string }): string {
  return `${formatDate(date)}${reason === undefined ? '' : `  ${reason}`}`;
}

function rowsOfKey({ key, spki, pin }: { key: string; spki: string; pin: string }): [string, string][] {
  return [
    ['key', key],
    ['pin', spki],
    ['', pin],
  ];
}

function describe(certificate: CertificateDescription): string {
  const {
    subject,
    issuer,
    names,
    use,
    notBefore,
    notAfter,
    daysLeft,
    serial,
    fingerprint,
    permitted,
    excluded,
    revoked,
  } = certificate;
  const left = daysLeft < 0 ? `expired ${-daysLeft} days ago` : `${daysLeft} days left`;
  const rows: [string, string][] = [
    ['issuer', issuer === subject ? 'itself' : issuer || '(empty)'],
    ...(names.length === 0 ? [] : [['names', names.join(', ')] as [string, string]]),
    ['for', use],
    ...(permitted === undefined ? [] : [['may sign', permitted.join(', ')] as [string, string]]),
    ...(excluded === undefined || excluded.length === 0
      ? []
      : [['never', excluded.join(', ')] as [string, string]]),
    ['from', formatDate(notBefore)],
    ['until', `${formatDate(notAfter)} (${left})`],
    ...(revoked === undefined ? [] : [['revoked', revocationText(revoked)] as [string, string]]),
    ['serial', serial],
    ['SHA-256', fingerprint],
    ...rowsOfKey(certificate),
    ...certificate.findings.map(({ severity, message }): [string, string] => [severity, message]),
  ];
  return `${subject || '(empty subject)'}\n${alignRows(rows)}`;
}
