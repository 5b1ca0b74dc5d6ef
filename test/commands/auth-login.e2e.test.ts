/** `gizmo auth login` by what the user has at hand, against real servers; nothing is stored that a server refuses. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGizmoServer } from '../support/gizmo-server.js';
import { runGizmo } from '../support/run-gizmo.js';
import { type ServerProcess, startServerProcess } from '../support/server-process.js';
import { createTestPki, type TestPki } from '../support/test-pki.js';

const root = mkdtempSync(join(tmpdir(), 'gizmo-login-'));
let pki: TestPki;
let plain: ServerProcess;
let tls: ServerProcess;
let roots: string;
let ann: [certFile: string, keyFile: string];
beforeAll(async () => {
  pki = createTestPki();
  roots = pki.write('roots.pem', pki.serverCa.certificate.toString());
  ann = pki.writeIdentity('ann', pki.issue(pki.clientCa, 'ann'));
  const env = { XDG_RUNTIME_DIR: join(root, 'servers'), GIZMO_PASSWORD: 'open sesame' };
  mkdirSync(env.XDG_RUNTIME_DIR);
  const server = pki.writeIdentity('server', pki.issue(pki.serverCa, 'localhost', { role: 'server' }));
  const clientRoots = pki.write('client-roots.pem', pki.clientCa.certificate.toString());
  [plain, tls] = await Promise.all([
    startServerProcess(['--username', 'ben'], { env }),
    startServerProcess(
      [
        ...['--tls', ...server, '--mtls-ca-cert-filename', clientRoots],
        ...['--auth', 'mtls,password', '--username', 'ben', '--mtls-principal', 'ann=cn:ann,role=user'],
      ],
      { env },
    ),
  ]);
});
afterAll(async () => {
  await Promise.all([plain?.stop(), tls?.stop()]);
  pki.remove();
  rmSync(root, { recursive: true, force: true });
});

let users = 0;
/** Somebody with nothing stored, without a desktop. */
function somebody() {
  const state = join(root, String(users++));
  mkdirSync(state);
  const own = {
    XDG_STATE_HOME: state,
    XDG_RUNTIME_DIR: state,
    DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere',
  };
  const gizmo = (args: readonly string[], input = '', env: Record<string, string> = {}) =>
    runGizmo(args, { input, env: { ...own, ...env } });
  return {
    gizmo,
    login: (args: readonly string[], input = '', env: Record<string, string> = {}) =>
      gizmo(
        [
          'auth',
          'login',
          ...args,
          ...(args.includes('--credential-store') ? [] : ['--credential-store', 'file']),
        ],
        input,
        env,
      ),
    query: (args: readonly string[]) => gizmo(['client', ...args, '--csv', '-c', 'select 42 as n']),
    list: join(state, 'gizmo', 'logins.json'),
    secrets: join(state, 'gizmo', 'credentials.json'),
  };
}
const ANSWER = { code: 0, stdout: 'n\n42\n', stderr: '' };
const at = ({ port }: { port: number }) => `localhost:${port}`;
const flags = ({ port }: { port: number }) => ['-h', 'localhost', '-p', String(port)];

describe('gizmo auth login', () => {
  it('by a password on standard input: stored, shown without it, and used without a word', async () => {
    const { login, query, gizmo, secrets } = somebody();
    expect(await login([at(plain), '--username', 'ben', '--password-stdin'], 'open sesame\n')).toEqual({
      code: 0,
      stdout: `Logged in to ${at(plain)} as ben.\nThe secret is in ${secrets}.\nConnect with: gizmo client -h localhost -p ${plain.port}\n`,
      stderr: '',
    });
    expect(statSync(secrets).mode & 0o777).toBe(0o600);
    expect(await query(flags(plain))).toEqual(ANSWER);
    expect((await gizmo(['auth', 'status'])).stdout).toContain('by a password');
    await gizmo(['auth', 'logout']);
    expect(await query(flags(plain))).toMatchObject({ code: 4 });
  });

  it('by a token on standard input', async () => {
    const server = await startGizmoServer();
    const { login, query } = somebody();
    const run = await login([at(server), '--token-stdin'], `${server.token}\n`);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).not.toContain(server.token);
    expect(await query(flags(server))).toEqual(ANSWER);
    await server.stop();
  });

  it('by an API token: the server says whose it is', async () => {
    const { login, query, gizmo } = somebody();
    const create = [
      'client',
      ...flags(plain),
      '-u',
      'ben',
      '--csv',
      '--no-header',
      '-c',
      'create token for ben role readonly',
    ];
    const { stdout } = await gizmo(create, '', { GIZMO_PASSWORD: 'open sesame' });
    const [token = ''] = stdout.split(',');
    const run = await login([at(plain), '--token-stdin'], token);
    expect(run).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`Logged in to ${at(plain)} as ben.`),
    });
    expect(run.stdout).not.toContain(token);
    expect(await query([...flags(plain), '-u', 'ben'])).toEqual(ANSWER);
    expect((await gizmo(['auth', 'token'])).stdout).toBe(`${token}\n`);
  });

  it('under a name of its own, and again by that name alone; not by what is refused', async () => {
    const { login, query, gizmo } = somebody();
    const file = join(root, 'token');
    writeFileSync(file, 'wrong', { mode: 0o600 });
    expect(await login([at(plain), '--token-file', file, '--profile', 'prod'])).toMatchObject({
      code: 4,
      stdout: '',
      stderr: expect.stringContaining(`refuses the token from --token-file ${file}`),
    });
    expect(await gizmo(['auth', 'status'])).toMatchObject({ code: 4, stdout: '' });
    writeFileSync(file, 'open sesame', { mode: 0o600 });
    const args = ['--username', 'ben', '--password-file', file, '--profile', 'prod', '--json'];
    expect(JSON.parse((await login([at(plain), ...args])).stdout)).toMatchObject({
      name: 'prod',
      server: at(plain),
      user: 'ben',
      method: 'password',
      store: 'file',
    });
    expect(await query(['--profile', 'prod'])).toEqual(ANSWER);
    expect((await login(args)).code).toBe(0);
    expect(JSON.parse((await gizmo(['auth', 'status', '--json'])).stdout).logins).toHaveLength(1);
  });

  it('remembers what proved the server, from wherever the next command runs', async () => {
    const { login, query } = somebody();
    const path = relative(process.cwd(), roots);
    const server = `gizmo://ben@localhost:${tls.port}?useEncryption=true&tlsRoots=${path}`;
    expect(await login([server, '--password-stdin'], 'open sesame')).toMatchObject({ code: 0 });
    expect(await query(flags(tls))).toEqual(ANSWER);
    expect(await query([...flags(tls), '--tls-skip-verify'])).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('is not sent to a server that is not verified'),
    });
    expect(await query([...flags(tls), '--tls=false'])).toMatchObject({ stdout: '' });
  });

  it('by a client certificate: its paths are remembered, and no store is needed', async () => {
    const { login, query, gizmo, secrets } = somebody();
    const files = ['--tls-roots', roots, '--mtls-cert', ann[0], '--mtls-key', ann[1]];
    const run = await login([at(tls), ...files, '--mtls', '--credential-store', 'keychain']);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(await query(flags(tls))).toEqual(ANSWER);
    expect((await gizmo(['auth', 'status'])).stdout).toMatch(/by a client certificate\n {2}secret {5}none/);
    expect(existsSync(secrets)).toBe(false);
  });

  it('stops before it asks anything where the keychain cannot be used, and says what to do', async () => {
    const { login, list } = somebody();
    const args = [at(plain), '--username', 'ben', '--password-stdin', '--credential-store', 'keychain'];
    expect(await login(args, 'open sesame')).toMatchObject({
      code: 4,
      stdout: '',
      stderr: expect.stringMatching(/keychain.* cannot be used.*--credential-store file/),
    });
    expect(existsSync(list)).toBe(false);
  });

  it('takes the store from the environment too, and says what goes before the login', async () => {
    const { gizmo, secrets } = somebody();
    const run = await gizmo(
      ['auth', 'login', at(plain), '--username', 'ben', '--password-stdin'],
      'open sesame',
      {
        GIZMO_CREDENTIAL_STORE: 'file',
        GIZMO_TOKEN: 'x',
      },
    );
    expect(run).toMatchObject({
      code: 0,
      stderr: 'Warning: GIZMO_TOKEN is set and goes before stored logins.\n',
    });
    expect(readFileSync(secrets, 'utf8')).toContain('open sesame');
  });

  it.each([
    [['db.example', '--plaintext', '--password-stdin'], 'without TLS is not stored'],
    [
      ['localhost', '--password', '--token-stdin'],
      'one way to log in at a time, not --password and --token-stdin',
    ],
    [['localhost', '--mtls'], '--mtls needs the certificate'],
    [['localhost', '--token-stdin', '--credential-store', 'memory'], 'would end with this command'],
    [['localhost', '--token-stdin', '--credential-store', 'cloud'], 'is keychain, file or memory'],
    [['localhost', '--host', 'other', '--token-stdin'], 'named twice'],
    [['localhost', 'other', '--token-stdin'], 'Unexpected argument: other'],
    [['localhost:99999', '--token-stdin'], 'The server is a host, host:port (up to 65535)'],
    [['http://localhost:31337', '--token-stdin'], 'gizmo://host:port'],
  ])('%j is refused before anything is read', async (args, sentence) => {
    const { login, list } = somebody();
    expect(await login(args, 'secret')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(sentence),
    });
    expect(existsSync(dirname(list))).toBe(false);
  });
});
