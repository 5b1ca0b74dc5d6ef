import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect as connectHttp2 } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { afterAll, describe, expect, it } from 'vitest';
import { type GizmoServer, startGizmoServer } from '../support/gizmo-server.js';
import { basic, connectRaw } from '../support/raw-client.js';
import { GIZMO } from '../support/root.js';
import { runGizmo } from '../support/run-gizmo.js';
import { startServerProcess } from '../support/server-process.js';
import { createTestPki } from '../support/test-pki.js';

const directory = mkdtempSync(join(tmpdir(), 'gizmo-start-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Runs `gizmo server start` where it is expected to end by itself. */
function fails(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { status, stderr, stdout } = spawnSync(process.execPath, [GIZMO, 'server', 'start', ...args], {
    encoding: 'utf8',
    timeout: 180_000,
    env: { ...process.env, XDG_RUNTIME_DIR: directory, ...env },
  });
  return { status, stderr, stdout };
}

/** Starts the server with a command line on any free port, and waits until it says so. */
function starts(args: readonly string[], env: Readonly<Record<string, string>> = {}, cwd = directory) {
  return startServerProcess(args, { cwd, env: { XDG_RUNTIME_DIR: directory, ...env } });
}

async function canLogIn(port: number, user: string, password: string): Promise<boolean> {
  const client = connectRaw(port, { authorization: basic(user, password) });
  try {
    return (await client.rows('select 42'))[0]?.[0] === 42;
  } finally {
    client.close();
  }
}

describe('the command lines of the security guide', () => {
  it.each<[string, string[], string, string]>([
    [
      'username and password',
      ['--username', 'admin', '--password', 'my-secret-password', '--database', 'mydata.db'],
      'admin',
      'my-secret-password',
    ],
    ['development', ['--username', 'dev', '--password', 'devpass', '--database', 'dev.db'], 'dev', 'devpass'],
  ])('run as written: %s', async (_, args, user, password) => {
    const server = await starts(args);
    expect(await canLogIn(server.port, user, password)).toBe(true);
    expect(server.said()).toContain(
      'WARNING - TLS is disabled for the GizmoSQL server - this is NOT secure.',
    );
    expect(server.said()).toContain('--password-file');
    expect(server.said()).not.toContain(password);
    expect(await server.stop()).toBe(0);
  });

  it.each(['--auth-log-level', '--query-log-level'])('run as written: %s', async (flag) => {
    const server = await starts([flag, 'info', '--database', 'mydata.db']);
    expect(await server.stop()).toBe(0);
  });

  it('run as written: a token of an identity provider as the password', async () => {
    const pki = createTestPki();
    const [cert, key] = pki.writeIdentity('server', pki.issue(pki.serverCa, 'server', { role: 'server' }));
    renameSync(cert, join(pki.directory, 'cert.pem'));
    renameSync(key, join(pki.directory, 'key.pem'));
    const issuer = generateKeyPairSync('rsa', { modulusLength: 2048 });
    pki.write('public_key.pem', issuer.publicKey.export({ type: 'spki', format: 'pem' }));
    const token = await new SignJWT({ sub: 'eve@example.com' })
      .setProtectedHeader({ alg: 'RS256' })
      .setIssuer('https://accounts.google.com')
      .setAudience('my-app-client-id')
      .setExpirationTime('5m')
      .sign(issuer.privateKey);
    const args =
      '--tls cert.pem key.pem --token-allowed-issuer https://accounts.google.com --token-allowed-audience my-app-client-id --token-signature-verify-cert-path public_key.pem --token-default-role user --database mydata.db';
    const server = await starts(args.split(' '), {}, pki.directory);
    const client = `client --host localhost --port ${server.port} --username token --tls --tls-roots ${pki.serverCaFile} --password-stdin --format csv`;
    const login = (secret: string, sql: string) =>
      runGizmo([...client.split(' '), '-c', sql], { input: secret });
    expect(await login(token, 'create table t as select 42 as a; from t')).toMatchObject({
      code: 0,
      stdout: 'a\n42\n',
    });
    expect(await login(token, "attach 'other.db'")).toMatchObject({ code: 6 });
    expect(await login(`${token}x`, 'select 1')).toMatchObject({ code: 4 });
    expect(server.said()).not.toContain(token);
    expect(server.said()).toContain('eve@example.com');
    expect(await server.stop()).toBe(0);
    pki.remove();
  });

  it('start a server that shows nobody a credential that it cannot read', async () => {
    const server = await starts(['--username', 'dev', '--password', 'devpass']);
    const session = connectHttp2(`http://127.0.0.1:${server.port}`);
    const call = session.request({
      ':method': 'POST',
      ':path': '/arrow.flight.protocol.FlightService/ListActions',
      'content-type': 'application/grpc',
      authorization: 'Basic\tZGV2OmRldnBhc3M=',
      cookie: 'arrow_flight_session_id=ZGV2OmRldnBhc3M\u00e9',
    });
    call.resume().end(Buffer.alloc(5));
    await once(call, 'close');
    session.close();
    expect(await server.stop()).toBe(0);
    expect(server.said()).toMatch(/refused/);
    expect(server.said()).not.toContain('ZGV2OmRldnBhc3M');
  });

  it('that open the server to others need TLS, or a word that it is not wanted', () => {
    const { status, stderr } = fails(['--hostname', '0.0.0.0', '--username', 'dev', '--password', 'devpass']);
    expect(status).toBe(2);
    expect(stderr).toContain('--allow-insecure');
  });

  it.each([
    [['--enable-instrumentation', '--instrumentation-db-path', 'audit.db'], '--enable-instrumentation'],
  ])('whose flags are of a later version say so: %j', (args, flag) => {
    const { status, stderr } = fails(args);
    expect(status).toBe(2);
    expect(stderr).toContain(`${flag} is not in this version yet`);
  });
});

describe('gizmo server start', () => {
  it('takes its settings from the environment, and flags before it', async () => {
    const env = { GIZMOSQL_USERNAME: 'env', GIZMO_PASSWORD: 'secret', GIZMO_PORT: '1' };
    const server = await starts(['--username', 'flag'], env);
    expect(await canLogIn(server.port, 'flag', 'secret')).toBe(true);
    await expect(canLogIn(server.port, 'env', 'secret')).rejects.toThrow(/UNAUTHENTICATED/);
    await server.stop();
  });

  it.each<[string, string[], Record<string, string>, RegExp]>([
    ['an unknown flag', ['--databse', 'x'], {}, /Did you mean --database/],
    ['a port that is no number', ['--port', 'abc'], {}, /port/],
    [
      'an environment value of the wrong kind',
      [],
      { GIZMO_PORT: 'abc' },
      /GIZMO_PORT=abc: give a whole number/,
    ],
    ['half a pair', ['--tls', 'cert.pem'], {}, /--tls/],
    ['a certificate that is missing', ['--tls', 'cert.pem', 'key.pem'], {}, /--tls: cannot read cert\.pem/],
    ['client certificates without TLS', ['--mtls-ca-cert-filename', 'ca.pem'], {}, /add --tls CERT KEY/],
    [
      'a setting of a later version by environment',
      [],
      { GIZMOSQL_ENABLE_INSTRUMENTATION: 'true' },
      /GIZMOSQL_ENABLE_INSTRUMENTATION is set/,
    ],
    ['the reserved user', ['--username', 'token'], {}, /reserved/],
    ['a password file that is missing', ['--password-file', '/nowhere'], {}, /--password-file: cannot read/],
  ])('answers %s with a sentence and exit code 2', (_, args, env, sentence) => {
    const { status, stderr } = fails(args, env);
    expect(stderr).toMatch(sentence);
    expect(status).toBe(2);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it.each([
    [['--readonly'], true],
    [['--readonly=true'], true],
    [['--readonly', 'true'], true],
    [['--readonly=false'], false],
    [['--readonly', 'false'], false],
    [['-O'], true],
  ])('takes a boolean as %j', async (args, readonly) => {
    const database = join(directory, 'boolean.duckdb');
    if (!existsSync(database)) await (await starts(['--database', database])).stop();
    const server = await starts([...args, '--database', database]);
    expect(server.said()).toContain(`readonly=${readonly}`);
    await server.stop();
  });

  it('refuses a database that another process has open, and says which', async () => {
    const database = join(directory, 'locked.duckdb');
    const first = await starts(['--database', database]);
    const { status, stderr } = fails(['--port', '0', '--database', database]);
    expect(stderr).toContain(
      `the Gizmo server on port ${first.port} (process ${first.pid}) has it open. Use that one (gizmo client --port ${first.port})`,
    );
    expect(status).toBe(2);
    const elsewhere = { XDG_RUNTIME_DIR: join(directory, 'elsewhere') };
    expect(fails(['--port', '0', '--database', database], elsewhere).stderr).toContain(
      `process ${first.pid} has it open. End that process first`,
    );
    const attach = ['--port', '0', '--init-sql-commands', `attach '${database}' as other`];
    expect(fails(attach).stderr).toContain(`Cannot open the database ${database}: the Gizmo server`);
    await first.stop();
  });

  it('names the directory that a database file would be in', () => {
    const { status, stderr } = fails(['--port', '0', '--database', join(directory, 'no', 'x.duckdb')]);
    expect(stderr).toContain(`there is no directory ${join(directory, 'no')}. Make it first`);
    expect(status).toBe(2);
  });

  it('refuses a file that is no database', () => {
    const garbage = join(directory, 'garbage.db');
    writeFileSync(garbage, 'no database at all'.repeat(1000));
    const { status, stderr } = fails(['--port', '0', '--database', garbage]);
    expect(stderr).toMatch(/not a valid DuckDB database file/);
    expect(status).toBe(2);
  });

  it('loses nothing committed when it is killed', async () => {
    const database = join(directory, 'crash.duckdb');
    const server = await starts(['--database', database, '--username', 'ann', '--password', 'open sesame']);
    const client = connectRaw(server.port, { authorization: basic('ann', 'open sesame') });
    await client.rows('create table t as select i from range(1000) t(i)');
    await client.rows('begin');
    await client.rows('insert into t values (1)');
    await server.stop('SIGKILL');
    client.close();
    const again = await starts(['--database', database, '--username', 'ann', '--password', 'open sesame']);
    const reader = connectRaw(again.port, { authorization: basic('ann', 'open sesame') });
    expect(await reader.rows('select count(*) from t')).toEqual([[1000n]]);
    reader.close();
    await again.stop();
  });

  it('ends at SIGINT as at SIGTERM, and at once at the second', async () => {
    const server = await starts([
      '--username',
      'ann',
      '--password',
      'open sesame',
      '--shutdown-grace-period-seconds',
      '600',
    ]);
    const client = connectRaw(server.port, { authorization: basic('ann', 'open sesame') });
    const info = await client.query('select count(*) from range(1e12::bigint)');
    const call = client.openGet(info.endpoint[0]?.ticket?.ticket ?? new Uint8Array(0));
    call.on('data', () => undefined);
    call.on('error', () => undefined);
    await once(call, 'metadata');
    process.kill(server.pid, 'SIGINT');
    await expect.poll(() => server.said()).toContain('a second signal stops at once');
    expect(await server.stop('SIGINT')).toBe(130);
    client.close();
  });

  it('writes JSON to the file it is told to', async () => {
    const file = join(directory, 'server.log');
    const server = await startGizmoServer(['--log-format', 'json', '--log-file', file, '--print-queries']);
    await canLogIn(server.port, server.user, server.token);
    await server.stop();
    const { readFileSync } = await import('node:fs');
    const lines = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ msg }) => msg)).toEqual(
      expect.arrayContaining(['session opened', 'statement', 'gizmo server - stopped']),
    );
    expect(lines.find(({ msg }) => msg === 'statement')).toMatchObject({
      sql: 'select 42',
      rows: 1,
      status: 'success',
    });
    expect(readFileSync(file, 'utf8')).not.toContain(server.token);
  });
});

describe('the start-up token', () => {
  it('is in no log and no listing, only in a file of this user, which goes with the server', async () => {
    const server: GizmoServer = await startGizmoServer();
    expect(server.said()).not.toContain(server.token);
    const folder = join(server.runtime, 'gizmo');
    const [name = ''] = readdirSync(folder);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    await expect.poll(server.said).toContain(join(folder, name));
    expect(await canLogIn(server.port, server.user, server.token)).toBe(true);
    const client = connectRaw(server.port, { authorization: `Bearer ${server.token}` });
    expect(await client.rows('select 1')).toEqual([[1]]);
    client.close();
    server.said();
    expect(await server.stop()).toBe(0);
    expect(existsSync(join(folder, name))).toBe(false);
  });

  it('is not made where a password is configured', async () => {
    const server = await starts(['--username', 'ann'], { GIZMO_PASSWORD: 'open sesame' });
    expect(server.said()).not.toContain('token');
    expect(existsSync(join(directory, 'gizmo', `${server.port}.json`))).toBe(false);
    await server.stop();
  });
});
