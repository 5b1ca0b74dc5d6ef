/** `gizmo pki spki`. */
import { GizmoError } from '../../errors.js';
import type { PinFormat } from '../../pki/pin.js';
import { type FlagSpec, parseLine } from '../parse-line.js';
import { showResult } from '../show-result.js';
import { COMMON_FLAGS, passphraseAsker, placeOf } from './common.js';

const group = 'PIN';

/** In the order help shows them. */
export const SPKI_FLAGS = {
  format: {
    kind: 'text',
    value: 'FORMAT',
    summary: 'hex, curl, okhttp, hpkp, base64 or json (default hex and curl on a line each)',
    group,
  },
  all: { kind: 'switch', summary: 'of each certificate in the file or chain, not only of the first', group },
  'passphrase-file': {
    kind: 'text',
    value: 'FILE',
    summary: 'file with the passphrase of the key (default: ask)',
    group,
  },
  ...COMMON_FLAGS,
} as const satisfies Record<string, FlagSpec>;

/** Answers the exit code. */
export async function runSpki(argv: readonly string[]): Promise<number> {
  const line = parseLine(argv, SPKI_FLAGS);
  const place = await placeOf(line, line.args);
  const [{ formatPin, PIN_FORMATS, spkiPin }, { readSource }] = await Promise.all([
    import('../../pki/pin.js'),
    import('../../pki/source.js'),
  ]);
  const format = line.text('format')?.toLowerCase();
  if (format !== undefined && format !== 'json' && !isFormat(format, PIN_FORMATS))
    throw new GizmoError(
      'USAGE',
      `There is no format "${format}". The formats: ${PIN_FORMATS.join(', ')}, json.`,
    );
  const source = await readSource(place, passphraseAsker(line.text('passphrase-file')));
  const keys = source.kind === 'certificates' ? source.chain : [await keyOf(source, place)];
  const pins = keys.slice(0, line.isOn('all') === true ? undefined : 1).map((key) => {
    const pin = spkiPin(key);
    return { ...('subject' in key ? { subject: oneLine(key.subject) } : {}), pin };
  });
  const rows = pins.map(({ pin, ...rest }) => ({
    ...rest,
    ...Object.fromEntries(PIN_FORMATS.map((each) => [each, formatPin(pin, each)])),
  }));
  if (format === 'json' || line.isOn('json') === true) {
    const answer = line.isOn('all') === true ? rows : rows[0];
    process.stdout.write(`${JSON.stringify(answer, undefined, 2)}\n`);
    return 0;
  }
  const formats: readonly PinFormat[] =
    format === undefined || !isFormat(format, PIN_FORMATS) ? ['hex', 'curl'] : [format];
  showResult(line, pins, () =>
    pins.flatMap(({ pin }) => formats.map((each) => formatPin(pin, each))).join('\n'),
  );
  return 0;
}

function isFormat(text: string, formats: readonly PinFormat[]): text is PinFormat {
  return formats.some((each) => each === text);
}

async function keyOf(
  source: Exclude<Awaited<ReturnType<ReadSource>>, { kind: 'certificates' }>,
  place: string,
) {
  if (source.kind === 'key') return source.key;
  if (source.kind === 'crl') throw new GizmoError('USAGE', `${place} is a revocation list; it has no key.`);
  const { readCsr } = await import('../../pki/csr.js');
  return readCsr(source.bytes, place).publicKey;
}

type ReadSource = typeof import('../../pki/source.js').readSource;

function oneLine(subject: string | undefined): string {
  return (subject ?? '').split('\n').join(', ');
}
