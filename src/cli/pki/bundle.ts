/** `gizmo pki bundle`. */
import { GizmoError } from '../../errors.js';
import { type FlagSpec, parseLine } from '../parse-line.js';
import { showResult } from '../show-result.js';
import { COMMON_FLAGS, directoryOf, newPassphrase, passphraseAsker } from './common.js';

const group = 'BUNDLE';

/** In the order help shows them. */
export const BUNDLE_FLAGS = {
  'with-root': { kind: 'switch', summary: 'keep the root, which TLS servers leave out', group },
  pkcs12: {
    kind: 'switch',
    summary: 'write PREFIX.p12 with the key, for keychains, Java and browsers',
    group,
  },
  key: { kind: 'text', value: 'FILE', summary: 'private key of the first certificate, for --pkcs12', group },
  'pkcs12-passphrase-file': {
    kind: 'text',
    value: 'FILE',
    summary: 'file with the passphrase for the .p12 (default: ask)',
    group,
  },
  'passphrase-file': {
    kind: 'text',
    value: 'FILE',
    summary: 'file with the passphrase of --key (default: ask)',
    group,
  },
  out: {
    kind: 'text',
    value: 'PREFIX',
    summary: 'write PREFIX.crt or PREFIX.p12 (default standard output)',
    group,
  },
  force: { kind: 'switch', summary: 'replace a file that is there', group },
  ...COMMON_FLAGS,
} as const satisfies Record<string, FlagSpec>;

/** Answers the exit code. */
export async function runBundle(argv: readonly string[]): Promise<number> {
  const line = parseLine(argv, BUNDLE_FLAGS);
  const [out, key, secret] = [line.text('out'), line.text('key'), line.text('pkcs12-passphrase-file')];
  const isPkcs12 = line.isOn('pkcs12') === true;
  if (line.args.length === 0)
    throw new GizmoError('USAGE', 'Name the files of the certificates. See --help.');
  if (isPkcs12 && (out === undefined || key === undefined))
    throw new GizmoError('USAGE', '--pkcs12 needs --out PREFIX and --key FILE.');
  if (!isPkcs12 && key !== undefined) throw new GizmoError('USAGE', '--key goes with --pkcs12.');
  const [{ bundleCertificates }, { findCertificateFile }] = await Promise.all([
    import('../../pki/bundle.js'),
    import('../../pki/renewal.js'),
  ]);
  const result = await bundleCertificates({
    paths: line.args.map((word) => findCertificateFile(directoryOf(line), word) ?? word),
    withRoot: line.isOn('with-root') === true,
    replace: line.isOn('force') === true,
    ...(out === undefined ? {} : { out }),
    ...(key === undefined ? {} : { key }),
    ...(isPkcs12
      ? { pkcs12Passphrase: () => newPassphrase('the .p12', secret, 'pkcs12-passphrase-file') }
      : {}),
    askPassphrase: passphraseAsker(line.text('passphrase-file')),
  });
  const { pem, certificate, pkcs12, chain } = result;
  showResult(line, result, () =>
    out === undefined ? pem : `${certificate ?? pkcs12}\n${chain.map((title) => `  ${title}`).join('\n')}`,
  );
  return 0;
}
