/** `gizmo pki verify`. */
import { GizmoError } from '../../errors.js';
import { type FlagSpec, type ParsedLine, parseLine } from '../parse-line.js';
import { showResult } from '../show-result.js';
import { COMMON_FLAGS, directoryOf, passphraseAsker, placeOf } from './common.js';

const group = 'VERIFY';

/** In the order help shows them. */
export const VERIFY_FLAGS = {
  ca: {
    kind: 'texts',
    value: 'FILE',
    summary: 'CAs to trust, nothing else (default those of the directory)',
    group,
  },
  host: { kind: 'text', value: 'NAME', summary: 'name or address it must be for', group },
  purpose: { kind: 'text', value: 'USE', summary: 'server or client', group },
  crl: {
    kind: 'texts',
    value: 'FILE',
    summary: "revocation lists (default those beside the directory's CAs)",
    group,
  },
  at: { kind: 'text', value: 'DATE', summary: 'as of this date, such as 2027-01-31 (default now)', group },
  ...COMMON_FLAGS,
} as const satisfies Record<string, FlagSpec>;

/** Answers the exit code: 0 it would be accepted, 1 it would not. */
export async function runVerify(argv: readonly string[]): Promise<number> {
  const line = parseLine(argv, VERIFY_FLAGS);
  const place = await placeOf(line, line.args);
  const now = parseDate(line.text('at'));
  const purpose = parsePurpose(line.text('purpose'));
  const [{ readSource }, { verifyCertificate }] = await Promise.all([
    import('../../pki/source.js'),
    import('../../pki/verify.js'),
  ]);
  const source = await readSource(place, passphraseAsker(undefined));
  if (source.kind !== 'certificates') throw new GizmoError('USAGE', `${place} holds no certificate.`);
  const { roots, crls } = await readTrust(line);
  const host = line.text('host');
  const verdict = verifyCertificate({
    chain: source.chain,
    roots,
    crls,
    ...(host === undefined ? {} : { host }),
    ...(purpose === undefined ? {} : { purpose }),
    ...(now === undefined ? {} : { now }),
  });
  showResult(line, verdict, ({ ok, path, errors, warnings }) =>
    [
      `${place}: ${ok ? 'OK' : 'not accepted'}`,
      ...path.map((title, depth) => `${'  '.repeat(depth + 1)}${title}`),
      ...errors.map((error) => `error: ${error}`),
      ...warnings.map((warning) => `warning: ${warning}`),
    ].join('\n'),
  );
  return verdict.ok ? 0 : 1;
}

async function readTrust(line: ParsedLine<keyof typeof VERIFY_FLAGS>) {
  const [
    { readCrls },
    { authorityFiles, listAuthorities },
    { readCertificates },
    { readIfPresent, readInput },
  ] = await Promise.all([
    import('../../pki/crl.js'),
    import('../../pki/directory.js'),
    import('../../pki/pem.js'),
    import('../../pki/store.js'),
  ]);
  const values = (name: string) =>
    line.occurrences.filter((each) => each.name === name).map(({ value }) => value);
  const directory = directoryOf(line);
  const own = values('ca').length === 0 ? listAuthorities(directory) : [];
  const named = values('ca').flatMap((path) => readCertificates(readInput(path, 'the CA'), path));
  const roots = [...named, ...own.flatMap(({ chain }) => chain)];
  if (roots.length === 0)
    throw new GizmoError('USAGE', `There is no CA in ${directory}. Name the CA to trust with --ca FILE.`);
  const lists = values('crl').map((path) => ({ path, bytes: readInput(path, 'the revocation list') }));
  const beside = own.flatMap(({ name }) => {
    const path = authorityFiles(directory, name).crl;
    const bytes = readIfPresent(path, 'the revocation list');
    return bytes === undefined ? [] : [{ path, bytes }];
  });
  return { roots, crls: [...lists, ...beside].flatMap(({ path, bytes }) => readCrls(bytes, path)) };
}

function parsePurpose(text: string | undefined): 'server' | 'client' | undefined {
  if (text === undefined || text === 'server' || text === 'client') return text;
  throw new GizmoError('USAGE', `--purpose is server or client, not "${text}".`);
}

function parseDate(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const date = new Date(text);
  if (!Number.isNaN(date.getTime()) && /^\d{4}-\d\d-\d\d/.test(text)) return date;
  throw new GizmoError('USAGE', `--at is a date such as 2027-01-31, not "${text}".`);
}
