/** `gizmo pki init`. */
import { hostname } from 'node:os';
import { GizmoError } from '../../errors.js';
import type { InitResult } from '../../pki/init.js';
import { refuseSurplus } from '../arguments.js';
import { type FlagSpec, parseLine } from '../parse-line.js';
import { programCall, quote } from '../program-call.js';
import { alignRows, formatDate, showResult } from '../show-result.js';
import { COMMON_FLAGS, directoryOf, newPassphrase } from './common.js';

const group = 'CA';

/** In the order help shows them. */
export const INIT_FLAGS = {
  name: { kind: 'text', summary: "begins the CAs' names (default Gizmo and this host)", group },
  days: { kind: 'count', min: 1, max: 36_500, summary: 'how long they live (default 3650)', group },
  key: {
    kind: 'text',
    value: 'KIND',
    summary: 'p256 (default), p384, p521, rsa2048, rsa3072, rsa4096 or ed25519',
    group,
  },
  constrain: {
    kind: 'texts',
    value: 'NAME|NETWORK',
    summary:
      'may sign this name and those below it, or this network (10.0.0.0/8), besides loopback and this host',
    group,
  },
  production: { kind: 'switch', summary: 'may sign any name, or only those of --constrain', group },
  'single-ca': { kind: 'switch', summary: 'one CA for servers and clients instead of two', group },
  'encrypt-ca-key': { kind: 'switch', summary: 'encrypt the keys with a passphrase', group },
  'passphrase-file': {
    kind: 'text',
    value: 'FILE',
    summary: 'file with that passphrase (default: ask)',
    group,
  },
  ...COMMON_FLAGS,
} as const satisfies Record<string, FlagSpec>;

/** Answers the exit code. */
export async function runInit(argv: readonly string[]): Promise<number> {
  const line = parseLine(argv, INIT_FLAGS);
  refuseSurplus(line.args, 0);
  const [{ AUTHORITY_NAME_MAX, initAuthorities }, { parseKeyKind }, { parseLimit }] = await Promise.all([
    import('../../pki/init.js'),
    import('../../pki/key.js'),
    import('../../pki/limits.js'),
  ]);
  const name = line.text('name') ?? `Gizmo ${hostname()}`.slice(0, AUTHORITY_NAME_MAX);
  if (name.length > AUTHORITY_NAME_MAX || !/^[^\x00-\x1f\x7f]+$/.test(name))
    throw new GizmoError(
      'USAGE',
      `--name has 1 to ${AUTHORITY_NAME_MAX} characters, and no control characters.`,
    );
  const passphraseFile = line.text('passphrase-file');
  const isEncrypted = line.isOn('encrypt-ca-key') === true || passphraseFile !== undefined;
  const result = await initAuthorities({
    directory: directoryOf(line),
    name,
    days: line.count('days') ?? 3650,
    keyKind: parseKeyKind(line.text('key') ?? 'p256'),
    production: line.isOn('production') === true,
    constrain: line.occurrences
      .filter((each) => each.name === 'constrain')
      .map(({ value }) => parseLimit(value)),
    singleCa: line.isOn('single-ca') === true,
    ...(isEncrypted ? { newPassphrase: () => newPassphrase('the CA keys', passphraseFile) } : {}),
  });
  showResult(line, result, (made) => describe(made, line.text('dir')));
  return 0;
}

function describe({ directory, authorities }: InitResult, dirFlag: string | undefined): string {
  const program = programCall();
  const dir = dirFlag === undefined ? '' : ` --dir ${quote(dirFlag)}`;
  const path = (file: string) => quote(`${directory}/${file}`);
  const blocks = authorities.map(({ certificate, permitted, notAfter, fingerprint, spki, pin }) =>
    [
      certificate,
      alignRows([
        ['signs', permitted === undefined ? 'any name' : `${permitted.join(', ')}, and names below`],
        ['until', formatDate(notAfter)],
        ['SHA-256', fingerprint],
        ['pin', spki],
        ['', pin],
      ]),
    ].join('\n'),
  );
  const [server, client] = [authorities[0], authorities.at(-1)].map((each) => quote(each?.certificate ?? ''));
  return `${blocks.join('\n')}

Keep the .key files secret: who has one can make certificates that you trust.

A certificate for the server, and one for a client:
  ${program} pki issue localhost${dir}
  ${program} pki issue --client analyst${dir}
Start the server with them, and enter it:
  ${program} server start --tls ${path('localhost.crt')} ${path('localhost.key')} \\
    --mtls-ca-cert-filename ${client} --mtls-principal analyst=cn:analyst,role=admin
  ${program} client --host localhost --tls --tls-roots ${server} \\
    --mtls-cert ${path('analyst.crt')} --mtls-key ${path('analyst.key')}
See whether both sides accept each other, with another program; 415 means that they do:
  curl --silent --show-error --write-out '%{http_code}\\n' --http2 --cacert ${server} --cert ${path('analyst.crt')} --key ${path('analyst.key')} https://localhost:31337/
Programs on Node.js trust the server by
  export NODE_EXTRA_CA_CERTS=${server}`;
}
