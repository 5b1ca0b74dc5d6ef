/** Mutual TLS with the built binary: from nothing to a query, and with which words everybody else is turned away. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect } from '../../src/client/connect.js';
import type { FlightSqlClient } from '../../src/client/flight-sql-client.js';
import type { Authority } from '../../src/pki/issue.js';
import { type Identity, makeAuthority, makeIdentity } from '../support/certificates.js';
import { startFlightOverTls } from '../support/flight-over-tls.js';
import { HAS_PTY, Pty } from '../support/pty.js';
import { GIZMO } from '../support/root.js';

const folder = mkdtempSync(join(tmpdir(), 'gizmo-mtls-'));
const ENVIRONMENT = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(GIZMO|SSL_CERT|NODE_)/.test(name)),
  ),
  XDG_RUNTIME_DIR: folder,
  XDG_CONFIG_HOME: folder,
  XDG_STATE_HOME: folder,
  XDG_DATA_HOME: folder,
};

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function gizmo(args: readonly string[], env: Record<string, string> = {}): Promise<Run> {
  const options = { cwd: folder, env: { ...ENVIRONMENT, ...env } };
  const running = promisify(execFile)(process.execPath, [GIZMO, ...args], options);
  running.child.stdin?.end();
  return running.then(
    ({ stdout, stderr }) => ({ code: 0, out: stdout, err: stderr }),
    (error: { code: number; stdout: string; stderr: string }) => ({
      code: error.code,
      out: error.stdout,
      err: error.stderr,
    }),
  );
}

async function make(...args: string[]): Promise<string> {
  const run = await gizmo(['pki', ...args]);
  if (run.code !== 0) throw new Error(run.err);
  return run.out;
}

/** `gizmo server start` on a free port of loopback. */
async function startServer(args: readonly string[]): Promise<{ port: number; process: ChildProcess }> {
  const child = spawn(process.execPath, [GIZMO, 'server', 'start', '--port', '0', ...args], {
    cwd: folder,
    env: ENVIRONMENT,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  for await (const chunk of child.stderr) {
    said += String(chunk);
    const port = /listens on grpc\+tls:\/\/127\.0\.0\.1:(\d+)/.exec(said)?.[1];
    if (port === undefined) continue;
    child.stderr.resume();
    return { port: Number(port), process: child };
  }
  throw new Error(`The server did not start:\n${said}`);
}

/** What `gizmo pki` never makes, by its own CA. */
function clientCa(): Authority {
  const read = (end: string): Buffer => readFileSync(join(folder, `pki/client-ca.${end}`));
  return { certificate: new X509Certificate(read('crt')), key: createPrivateKey(read('key')) };
}

let port = 0;
let server: ChildProcess;
let serverPin = '';
beforeAll(async () => {
  await make('init', '--dir', 'pki');
  await make('issue', 'localhost', '127.0.0.1', '--dir', 'pki', '--out', 'server');
  for (const name of ['analyst', 'reporting', 'mallory', 'gone'])
    await make('issue', '--client', name, '--dir', 'pki', '--out', name);
  await make('issue', '--client', 'reporting', '--dir', 'pki', '--out', 'impostor');
  await make('init', '--dir', 'other');
  await make('issue', '--client', 'analyst', '--dir', 'other', '--out', 'foreign');
  await make('revoke', 'gone.crt', '--dir', 'pki');
  for (const [name, from] of [
    ['expired', -5],
    ['early', 2],
  ] as const) {
    const made = makeIdentity(clientCa(), { role: 'client', commonName: 'analyst', from, days: 3 });
    writeFileSync(join(folder, `${name}.crt`), made.cert);
    writeFileSync(join(folder, `${name}.key`), made.key, { mode: 0o600 });
  }
  const pin = (await make('spki', 'reporting.crt', '--format', 'hex')).trim();
  serverPin = (await make('spki', 'server.crt', '--format', 'hex')).trim();
  const trust = ['--mtls-ca-cert-filename', 'pki/client-ca.crt', '--mtls-crl-filename', 'pki/client-ca.crl'];
  const principals = [
    ...['--mtls-principal', 'analyst=cn:analyst,role=user', '--mtls-principal', 'gone=cn:gone'],
    ...['--mtls-principal', `reporting=spki:${pin},role=readonly`],
  ];
  const start = await startServer(['--tls', 'server.crt', 'server.key', ...trust, ...principals]);
  ({ port, process: server } = start);
});
afterAll(async () => {
  server.kill('SIGTERM');
  await once(server, 'close');
  rmSync(folder, { recursive: true });
});

const roots = ['--tls-roots', 'pki/server-ca.crt'];
const as = (name: string): string[] => ['--mtls-cert', `${name}.crt`, '--mtls-key', `${name}.key`];
const client = (args: readonly string[], env?: Record<string, string>): Promise<Run> =>
  gizmo(['client', '-p', String(port), '-tAc', 'select 40 + 2', ...args], env);

describe('a certificate that stands for somebody enters', () => {
  test('by flags', async () => {
    expect(await client([...roots, ...as('analyst')])).toEqual({ code: 0, out: '42\n', err: '' });
  });

  test('by a URI, which carries the paths', async () => {
    const uri = `gizmo://localhost:${port}?tlsRoots=pki/server-ca.crt&mtlsCert=analyst.crt&mtlsKey=analyst.key`;
    expect(await gizmo(['client', uri, '-tAc', 'select 42'])).toEqual({ code: 0, out: '42\n', err: '' });
  });

  test('by the environment, to a server of which only the pin is known', async () => {
    const env = {
      GIZMO_TLS_PIN: serverPin,
      GIZMO_MTLS_CERT: 'reporting.crt',
      GIZMO_MTLS_KEY: 'reporting.key',
    };
    expect(await client([], env)).toEqual({ code: 0, out: '42\n', err: '' });
  });

  test('and does what its role may', async () => {
    const created = ['-c', 'create table t as select 1 as i', '-c', 'from t'];
    expect(await client([...roots, ...as('analyst'), ...created])).toMatchObject({ code: 0, out: '42\n1\n' });
    expect(await client([...roots, ...as('reporting'), '-c', 'drop table t'])).toMatchObject({ code: 6 });
  });
});

describe('everybody else is turned away, with a reason', () => {
  test.each<[string, string[], number, RegExp]>([
    ['no certificate', roots, 3, /wants a client certificate\. Give one with --mtls-cert and --mtls-key/],
    ['no authority', as('analyst'), 3, /signed by "[^"]+", which this machine does not trust.*--tls-roots/],
    [
      'another server CA of the same name',
      ['--tls-roots', 'other/server-ca.crt', ...as('analyst')],
      3,
      /but not by the one of that name in --tls-roots/,
    ],
    ['another client CA', [...roots, ...as('foreign')], 3, /refuses the client certificate "analyst"/],
    [
      'revoked',
      [...roots, ...as('gone')],
      4,
      /refuses the client certificate: The client certificate has been revoked/,
    ],
    ['expired', [...roots, ...as('expired')], 3, /refuses the client certificate "analyst": it expired on/],
    [
      'not valid yet',
      [...roots, ...as('early')],
      3,
      /refuses the client certificate "analyst": it is not valid before/,
    ],
    ['unmapped', [...roots, ...as('mallory')], 4, /"mallory" is genuine, but stands for nobody here/],
    [
      'the name of a pinned principal with another key',
      [...roots, ...as('impostor')],
      4,
      /"reporting" is genuine, but stands for nobody/,
    ],
    [
      "a server's certificate",
      [...roots, ...as('server')],
      3,
      /refuses the client certificate "localhost": it is not made for clients/,
    ],
    [
      'a name the server does not have',
      [...roots, ...as('analyst'), '--tls-server-name', 'db.example'],
      3,
      /is for localhost and 127\.0\.0\.1, not for db\.example/,
    ],
    [
      'another pin',
      ['--tls-pin', 'ab'.repeat(32), ...as('analyst')],
      3,
      /does not have the key that --tls-pin names: its pin is sha256\/\//,
    ],
    ['no TLS', ['--plaintext'], 3, /expects TLS/],
    [
      'a key of another certificate',
      [...roots, '--mtls-cert', 'analyst.crt', '--mtls-key', 'reporting.key'],
      2,
      /does not belong to the certificate/,
    ],
    [
      'no verification',
      ['--tls-skip-verify', ...as('analyst')],
      2,
      /--tls-roots <ca-or-self-signed-cert>\.pem/,
    ],
  ])('%s', async (_, args, code, message) => {
    // Somebody else: a client of the server's own user trusts it by itself.
    const run = await client(args, { XDG_RUNTIME_DIR: join(folder, 'pki') });
    expect(run).toMatchObject({ code, out: '' });
    expect(run.err).toMatch(message);
    expect(run.err.trimEnd().split('\n')).toHaveLength(1);
  });

  test('TLS 1.2 against 1.3', async () => {
    const run = await client([...roots, ...as('analyst')], { NODE_OPTIONS: '--tls-max-v1.2' });
    expect(run).toMatchObject({ code: 3, out: '' });
    expect(run.err).toMatch(
      /no TLS version in common; this one speaks 1\.2 only\. See the server's --tls-min-version/,
    );
  });

  test('another machine without TLS, unless --plaintext is typed, which is warned of', async () => {
    const elsewhere = ['client', '-h', 'no-such-host.invalid', '-c', 'select 1', '--connect-timeout', '5'];
    expect(await gizmo([...elsewhere, '--no-tls'])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/Type --plaintext/),
    });
    expect(await gizmo([...elsewhere, '--plaintext'])).toMatchObject({
      code: 3,
      err: expect.stringMatching(
        /^Warning: --plaintext: nothing is encrypted\.[^\n]*no-such-host\.invalid[^\n]*\nError: /,
      ),
    });
  });

  test('--tls-skip-verify is warned of each time', async () => {
    const anyone = await startFlightOverTls(makeIdentity(makeAuthority('anyone')));
    const run = await gizmo([
      'client',
      '-p',
      String(anyone.port),
      '--tls',
      '--tls-skip-verify',
      '-c',
      '.print in',
    ]);
    anyone.close();
    expect(run).toMatchObject({ code: 0, out: 'in\n' });
    expect(run.err).toMatch(/^Warning: --tls-skip-verify: the server is not verified\./);
  });
});

test('a server with --tls auto is trusted by clients of the same user without a flag, and by nobody else', async () => {
  const auto = await startServer(['--tls', 'auto']);
  const ask = ['client', '-p', String(auto.port), '-tAc', 'select 40 + 2'];
  try {
    expect(await gizmo(ask)).toEqual({ code: 0, out: '42\n', err: '' });
    expect(await gizmo([...ask, '-h', '127.0.0.1', '--tls'])).toEqual({ code: 0, out: '42\n', err: '' });
    const other = await gizmo([...ask, '--tls'], { XDG_RUNTIME_DIR: join(folder, 'pki') });
    expect(other).toMatchObject({ code: 3, err: expect.stringMatching(/which this machine does not trust/) });
  } finally {
    auto.process.kill('SIGTERM');
    await once(auto.process, 'close');
  }
});

describe('a certificate is refused at the next statement of a connection that is open', () => {
  /** Asks until it is refused. The server notices by itself, and statements go through until it has. */
  async function refusalOf(own: FlightSqlClient): Promise<unknown> {
    for (;;) {
      try {
        for await (const _ of await own.query('select 1'));
      } catch (error) {
        return error;
      }
    }
  }

  function enter({ cert, key }: Identity): Promise<FlightSqlClient> {
    const clientCertificate = { cert: Buffer.from(cert), key: Buffer.from(key) };
    const tls = { roots: readFileSync(join(folder, 'pki/server-ca.crt')), clientCertificate };
    return connect({ host: 'localhost', port, tls, credentials: { kind: 'none' } });
  }

  test('when it has been revoked', async () => {
    await make('issue', '--client', 'analyst', '--dir', 'pki', '--out', 'second');
    const [cert = '', key = ''] = ['crt', 'key'].map((end) =>
      readFileSync(join(folder, `second.${end}`), 'utf8'),
    );
    const own = await enter({ cert, key });
    expect(await readAll(await own.query("select 'in'"))).toBe(1);
    await make('revoke', 'second.crt', '--dir', 'pki');
    expect(await refusalOf(own)).toMatchObject({
      code: 'UNAUTHENTICATED',
      message: expect.stringMatching(/revoked/),
    });
    await own.close();
  });

  test('when it has expired', async () => {
    const seconds = 15 / 86_400;
    const own = await enter(
      makeIdentity(clientCa(), { role: 'client', commonName: 'analyst', from: seconds - 2, days: 2 }),
    );
    expect(await readAll(await own.query("select 'in'"))).toBe(1);
    expect(await refusalOf(own)).toMatchObject({
      code: 'UNAUTHENTICATED',
      message: expect.stringMatching(/expired/),
    });
    await own.close();
  });

  async function readAll(result: AsyncIterable<{ readonly length: number }>): Promise<number> {
    let rows = 0;
    for await (const batch of result) rows += batch.length;
    return rows;
  }
});

test.skipIf(!HAS_PTY)('the passphrase of an encrypted key is asked for unseen', async () => {
  await promisify(execFile)(
    'openssl',
    ['pkcs8', '-topk8', '-in', 'analyst.key', '-out', 'locked.key', '-passout', 'pass:open sesame'],
    { cwd: folder },
  );
  const args = [...roots, '--mtls-cert', 'analyst.crt', '--mtls-key', join(folder, 'locked.key')];
  const absolute = args.map((arg) => (/^(pki|analyst)/.test(arg) ? join(folder, arg) : arg));
  const command = [
    process.execPath,
    GIZMO,
    'client',
    '-p',
    String(port),
    ...absolute,
    '-tAc',
    'select 40 + 2',
  ];
  const terminal = new Pty(command, { ...ENVIRONMENT, TERM: 'xterm-256color' });
  await terminal.until(`Passphrase for ${join(folder, 'locked.key')}: `);
  terminal.press('open sesame\r');
  expect(await terminal.until('42')).not.toContain('sesame');
  expect(await terminal.exitCode()).toBe(0);
  const file = await client([...roots, '--mtls-cert', 'analyst.crt', '--mtls-key', 'locked.key']);
  expect(file).toMatchObject({
    code: 4,
    err: expect.stringMatching(/locked\.key is encrypted.*--mtls-key-passphrase-file/),
  });
});
