/** `gizmo pki needs-renewal`. */

import { requireArgument } from '../arguments.js';
import { type FlagSpec, parseLine } from '../parse-line.js';
import { formatDate, showResult } from '../show-result.js';
import { COMMON_FLAGS, directoryOf } from './common.js';

/** In the order help shows them. */
export const NEEDS_RENEWAL_FLAGS = {
  before: {
    kind: 'text',
    value: 'PART|TIME',
    summary: 'when this much is left: a part of its life (default 33%) or a time (7d, 12h, 30m)',
    group: 'RENEWAL',
  },
  ...COMMON_FLAGS,
} as const satisfies Record<string, FlagSpec>;

/** Answers the exit code: 0 it needs it, 1 not yet, 2 there is no such certificate. */
export async function runNeedsRenewal(argv: readonly string[]): Promise<number> {
  const line = parseLine(argv, NEEDS_RENEWAL_FLAGS);
  const word = requireArgument(line.args, 'the file of a certificate');
  const [{ dueDate, findCertificateFile, parseBefore }, { readCertificates }, { readInput }] =
    await Promise.all([
      import('../../pki/renewal.js'),
      import('../../pki/pem.js'),
      import('../../pki/store.js'),
    ]);
  const before = parseBefore(line.text('before') ?? '33%');
  const path = findCertificateFile(directoryOf(line), word) ?? word;
  const certificate = readCertificates(readInput(path, 'the certificate'), path)[0]!;
  const due = dueDate(certificate, before);
  const needed = due <= new Date();
  const answer = {
    certificate: path,
    needed,
    due: due.toISOString(),
    notAfter: new Date(certificate.validTo).toISOString(),
  };
  showResult(line, answer, () =>
    needed
      ? `${path} needs renewal: it ends on ${formatDate(answer.notAfter)}.`
      : `${path} needs no renewal before ${formatDate(answer.due)}.`,
  );
  return needed ? 0 : 1;
}
